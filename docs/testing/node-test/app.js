import express from 'express'
import session from 'express-session'
import { Passport } from 'passport'
import { deserializeUser, Strategy, serializeUser } from 'passport-xmpp-bosh'

/** Creates the app without listening. `xmpp` holds the options of the strategy. */
export function createApp(xmpp) {
  const passport = new Passport()
  passport.use(new Strategy(xmpp))
  passport.serializeUser(serializeUser)
  passport.deserializeUser(deserializeUser)

  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.use(session({ secret: 'only for tests', resave: false, saveUninitialized: false }))
  app.use(passport.session())

  app.post('/login', passport.authenticate('xmpp-bosh'), (req, res) => {
    res.send(`Welcome, ${req.user.displayName}`)
  })
  app.get('/account', (req, res) => {
    if (!req.user) return res.sendStatus(401)
    res.send(req.user.jid)
  })
  app.use((err, _req, res, _next) => {
    res.status(err.status ?? 500).send('Please try again later')
  })
  return app
}
