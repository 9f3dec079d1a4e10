const express = require('express')
const session = require('express-session')
const { Passport } = require('passport')
const { Strategy, serializeUser, deserializeUser } = require('passport-xmpp-bosh')

/** Creates the app without listening. `xmpp` holds the options of the strategy. */
exports.createApp = xmpp => {
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
