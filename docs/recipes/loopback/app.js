const { randomBytes } = require('node:crypto')
const { RestApplication } = require('@loopback/rest')
const express = require('express')
const session = require('express-session')
const passport = require('passport')
const { Strategy, serializeUser, deserializeUser } = require('passport-xmpp-bosh')

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env

passport.use(new Strategy({ service: XMPP_SERVICE, domain: XMPP_DOMAIN }))
passport.serializeUser(serializeUser)
passport.deserializeUser(deserializeUser)

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

// Sessions and the login are middleware of Express, which LoopBack runs before its own routes.
const login = express.Router()
login.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/' }))
login.post('/logout', (req, res, next) => {
  req.logout(err => (err ? next(err) : res.redirect('/')))
})

const app = new RestApplication({ rest: { port: Number(PORT), host: 'localhost' } })
app.expressMiddleware('middleware.login', [
  express.urlencoded({ extended: false }),
  session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }),
  passport.session(),
  login,
])

// LoopBack's own routes and controllers find the account in `request.user`.
app.middleware(async ({ request, response }, next) => {
  if (request.path !== '/') return next()
  // A JID does not need escaping: it cannot contain & < > " or '.
  response.send(request.user ? `<p>Hello ${request.user.jid}</p>${LOGOUT}` : LOGIN)
  return response
})

app.start().then(() => console.log(`http://localhost:${PORT}`))
