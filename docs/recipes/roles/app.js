import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { deserializeUser, RoleReader, requireRole, ServiceAccount, Strategy, serializeUser } from 'passport-xmpp-bosh'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env
const { XMPP_ACCOUNT = 'login', XMPP_ACCOUNT_PASSWORD } = process.env
const { ADMINS = `admins@rooms.${XMPP_DOMAIN}`, ADMINS_OWNERS } = process.env

// The app's own account, a member of the room, reads who else is in it. One for each process.
const account = new ServiceAccount({
  service: XMPP_SERVICE,
  domain: XMPP_DOMAIN,
  username: XMPP_ACCOUNT,
  password: XMPP_ACCOUNT_PASSWORD,
})
const reader = new RoleReader({
  account,
  rooms: { admins: { room: ADMINS, owners: ADMINS_OWNERS?.split(',') } },
})
passport.use(new Strategy({ service: XMPP_SERVICE, domain: XMPP_DOMAIN }))
passport.serializeUser(serializeUser) // the JID alone: roles are asked for, and not remembered
passport.deserializeUser(deserializeUser)

const app = express()
app.use(express.urlencoded())
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
app.use(passport.session())

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

app.get('/', async (req, res) => {
  if (!req.user) return res.send(LOGIN)
  // A link may be missing or too many: the page behind it decides.
  const roles = await reader.of(req.user.jid)
  // A JID does not need escaping: it cannot contain & < > " or '.
  res.send(`<p>Hello ${req.user.jid}</p>${roles.includes('admins') ? '<a href="/admin">Admins</a>' : ''}${LOGOUT}`)
})
app.get('/admin', requireRole(reader, 'admins'), (req, res) => {
  res.send(`<p>Only admins see this, ${req.user.jid}</p>`)
})
app.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/' }))
app.post('/logout', (req, res, next) => {
  req.logout(err => (err ? next(err) : res.redirect('/')))
})

// 401: not signed in, 403: without the role. The reason of a fault is for the log, not for the visitor.
const TEXTS = { 401: 'Sign in first', 403: 'This page is for admins' }
app.use((err, _req, res, _next) => {
  const { status = 500, message } = err
  if (status >= 500) console.error(message)
  res.status(status).send(TEXTS[status] ?? 'Please try again later')
})

const server = app.listen(PORT, err => {
  if (err) throw err
  console.log(`http://localhost:${PORT}`)
})

process.once('SIGTERM', async () => {
  server.close()
  await account.close()
})
