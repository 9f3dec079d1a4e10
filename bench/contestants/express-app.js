import { once } from 'node:events'
import express from 'express'
import { Passport } from 'passport'

/** Starts an app with one page, POST /login, which runs the strategy. */
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

/** A strategy that lets every visitor in at once. It shows the cost of Passport and Express without a login. */
export const yes = {
  authenticate() {
    this.success({ jid: 'user1@localhost' })
  },
}
