import { once } from 'node:events'
import express from 'express'
import { Passport } from 'passport'

/** An app with one page: POST /login, by the strategy. */
export async function startApp(strategy) {
  const passport = new Passport()
  passport.use('login', strategy)
  const app = express()
  app.post('/login', express.json(), passport.authenticate('login', { session: false }), (_req, res) => {
    res.status(204).end()
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: server.address().port,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** A strategy that lets everybody in at once: what passport and Express cost without one. */
export const yes = {
  authenticate() {
    this.success({ jid: 'user1@localhost' })
  },
}
