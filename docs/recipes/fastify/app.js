import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import { Authenticator } from '@fastify/passport'
import session from '@fastify/session'
import Fastify from 'fastify'
import { Strategy } from 'passport-xmpp-bosh'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env

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
  // A JID does not need escaping: it cannot contain & < > " or '.
  return request.user ? `<p>Hello ${request.user.jid}</p>${LOGOUT}` : LOGIN
})
app.post('/login', { preValidation: passport.authenticate('xmpp-bosh', { successRedirect: '/' }) }, () => {})
app.post('/logout', async (request, reply) => {
  await request.logOut()
  return reply.redirect('/')
})

// The reason is for the log, not for the visitor.
app.setErrorHandler((err, _request, reply) => {
  console.error(err.message)
  reply.status(err.statusCode ?? err.status ?? 500).send('Please try again later')
})

await app.listen({ port: Number(PORT) })
console.log(`http://localhost:${PORT}`)
