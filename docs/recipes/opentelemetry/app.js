import './tracing.js'
import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { deserializeUser, Strategy, serializeUser } from 'passport-xmpp-bosh'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env

passport.use(new Strategy({ service: XMPP_SERVICE, domain: XMPP_DOMAIN }))
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

// The reason is for the log, not for the visitor.
app.use((err, _req, res, _next) => {
  console.error(err.message)
  res.status(err.status ?? 500).send('Please try again later')
})

app.listen(PORT, err => {
  if (err) throw err
  console.log(`http://localhost:${PORT}`)
})
