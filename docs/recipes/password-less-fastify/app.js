import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import { Authenticator } from '@fastify/passport'
import session from '@fastify/session'
import Fastify from 'fastify'
import { ConfirmStrategy, ServiceAccount } from 'passport-xmpp-bosh'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env
const { XMPP_ACCOUNT = 'login', XMPP_ACCOUNT_PASSWORD, LOGIN_URL = `http://localhost:${PORT}/` } = process.env

const account = new ServiceAccount({
  service: XMPP_SERVICE,
  domain: XMPP_DOMAIN,
  username: XMPP_ACCOUNT,
  password: XMPP_ACCOUNT_PASSWORD,
})
const strategy = new ConfirmStrategy({ account, site: 'Recipe', url: LOGIN_URL, allow: XMPP_DOMAIN })
const passport = new Authenticator() // Fastify's class, not the one of passport-xmpp-bosh
passport.use(strategy)
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

const LOGIN = '<form method="post" action="/login/xmpp"><input name="jid" type="email"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

// Nothing here needs escaping: a JID cannot contain & < > " or '.
const waitPage = ({ jid, number, code, link, bot }) => `<!doctype html>
  <title>${number}</title>
  <meta http-equiv="refresh" content="1; url=/login/xmpp/wait?held">
  <p>${bot} writes to ${jid ?? 'you'}. Answer with this number: <output>${number}</output></p>
  <p>No message? Send <a href="${link}">${code}</a> to ${bot}.</p>
  <form method="post" action="/login/xmpp/cancel"><button>Cancel</button></form>`

app.get('/', async (request, reply) => {
  reply.type('text/html')
  return request.user ? `<p>Hello ${request.user.jid}</p>${LOGOUT}` : LOGIN
})
app.post('/login/xmpp', { preValidation: passport.authenticate('xmpp-confirm') }, () => {})
app.get('/login/xmpp/wait', async (request, reply) => {
  // The browser keeps its page while this request is held.
  const view = await strategy.waiting(request, { hold: 'held' in request.query ? 20_000 : 0 })
  if (view?.state !== 'waiting') return reply.redirect('/login/xmpp/finish')
  return reply.type('text/html').header('Cache-Control', 'no-store').send(waitPage(view))
})
app.get(
  '/login/xmpp/finish',
  { preValidation: passport.authenticate('xmpp-confirm', { successRedirect: '/' }) },
  () => {},
)
app.post('/login/xmpp/cancel', async (request, reply) => {
  await strategy.cancel(request)
  return reply.redirect('/')
})
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

// Loses no answer: the account goes first, and the strategy works on what came before.
process.once('SIGTERM', async () => {
  await app.close()
  await account.close()
  await strategy.close()
})
