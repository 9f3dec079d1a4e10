import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import { Authenticator } from '@fastify/passport'
import session from '@fastify/session'
import Fastify from 'fastify'
import { RoleReader, requireRole, ServiceAccount, Strategy } from 'passport-xmpp-bosh'

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
const passport = new Authenticator() // Fastify's class, not the one of passport-xmpp-bosh
passport.use(new Strategy({ service: XMPP_SERVICE, domain: XMPP_DOMAIN }))
passport.registerUserSerializer(async user => user.jid)
passport.registerUserDeserializer(async jid => ({ jid }))

const app = Fastify()
await app.register(formbody)
await app.register(cookie)
await app.register(session, {
  secret: SESSION_SECRET,
  saveUninitialized: false,
  cookie: { sameSite: 'lax', secure: 'auto' },
})
await app.register(passport.initialize())
await app.register(passport.secureSession())

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

app.get('/', async (request, reply) => {
  reply.type('text/html')
  if (!request.user) return LOGIN
  // A link may be missing or too many: the page behind it decides.
  const roles = await reader.of(request.user.jid)
  // A JID does not need escaping: it cannot contain & < > " or '.
  return `<p>Hello ${request.user.jid}</p>${roles.includes('admins') ? '<a href="/admin">Admins</a>' : ''}${LOGOUT}`
})
// A hook of Fastify takes what a middleware of Express takes.
app.get('/admin', { preHandler: requireRole(reader, 'admins') }, async (request, reply) => {
  reply.type('text/html')
  return `<p>Only admins see this, ${request.user.jid}</p>`
})
app.post('/login', { preValidation: passport.authenticate('xmpp-bosh', { successRedirect: '/' }) }, () => {})
app.post('/logout', async (request, reply) => {
  await request.logOut()
  return reply.redirect('/')
})

// 401: not signed in, 403: without the role. The reason of a fault is for the log, not for the visitor.
const TEXTS = { 401: 'Sign in first', 403: 'This page is for admins' }
app.setErrorHandler((err, _request, reply) => {
  const status = err.statusCode ?? err.status ?? 500
  if (status >= 500) console.error(err.message)
  reply.status(status).send(TEXTS[status] ?? 'Please try again later')
})

await app.listen({ port: Number(PORT) })
console.log(`http://localhost:${PORT}`)

process.once('SIGTERM', async () => {
  await app.close()
  await account.close()
})
