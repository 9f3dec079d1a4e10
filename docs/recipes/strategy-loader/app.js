const { randomBytes } = require('node:crypto')
const express = require('express')
const session = require('express-session')
const passport = require('passport')
const { serializeUser, deserializeUser } = require('passport-xmpp-bosh')
const { load } = require('./loader')

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env

const options = { service: XMPP_SERVICE, domain: XMPP_DOMAIN, name: 'xmpp-bosh' }
load(passport, { module: './xmpp-strategy', options }, async profile => profile)
passport.serializeUser(serializeUser)
passport.deserializeUser(deserializeUser)

const app = express()
app.use(express.urlencoded())
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
app.use(passport.session())

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

app.get('/', (req, res) => {
  // A JID does not need escaping: it cannot contain & < > " or '.
  res.send(req.user ? `<p>Hello ${req.user.jid}</p>${LOGOUT}` : LOGIN)
})
app.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/' }))
app.post('/logout', (req, res, next) => {
  req.logout(err => (err ? next(err) : res.redirect('/')))
})

app.use((err, _req, res, _next) => {
  console.error(err.message)
  res.status(err.status ?? 500).send('Please try again later')
})

app.listen(PORT, err => {
  if (err) throw err
  console.log(`http://localhost:${PORT}`)
})
