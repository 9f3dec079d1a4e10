import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { ConfirmStrategy, deserializeUser, ServiceAccount, serializeUser } from 'passport-xmpp-bosh'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env
const { XMPP_ACCOUNT = 'login', XMPP_ACCOUNT_PASSWORD, LOGIN_URL = `http://localhost:${PORT}/` } = process.env

// The app's own account, which asks. One for each process.
const account = new ServiceAccount({
  service: XMPP_SERVICE,
  domain: XMPP_DOMAIN,
  username: XMPP_ACCOUNT,
  password: XMPP_ACCOUNT_PASSWORD,
})
const strategy = new ConfirmStrategy({
  account,
  site: 'Recipe', // the name of the app in the chat
  url: LOGIN_URL, // a dialog shows it
  allow: XMPP_DOMAIN, // domains of the accounts that may sign in
})
passport.use(strategy)
passport.serializeUser(serializeUser)
passport.deserializeUser(deserializeUser)

const app = express()
app.use(express.urlencoded())
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
app.use(passport.session())

const LOGIN = '<form method="post" action="/login/xmpp"><input name="jid" type="email"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

// Nothing here needs escaping: a JID cannot contain & < > " or '.
const waitPage = ({ jid, number, code, link, bot }) => `<!doctype html>
  <title>${number}</title>
  <meta http-equiv="refresh" content="1; url=/login/xmpp/wait?held">
  <p>${bot} writes to ${jid ?? 'you'}. Answer with this number: <output>${number}</output></p>
  <p>No message? Send <a href="${link}">${code}</a> to ${bot}.</p>
  <form method="post" action="/login/xmpp/again"><input name="jid" type="hidden" value="${jid ?? ''}"><button>Send again</button></form>
  <form method="post" action="/login/xmpp/cancel"><button>Cancel</button></form>`

app.get('/', (req, res) => {
  res.send(req.user ? `<p>Hello ${req.user.jid}</p>${LOGOUT}` : LOGIN)
})
app.post('/login/xmpp', passport.authenticate('xmpp-confirm'))
app.get('/login/xmpp/wait', async (req, res) => {
  // The browser keeps its page while this request is held.
  const view = await strategy.waiting(req, { hold: 'held' in req.query ? 20_000 : 0 })
  if (view?.state !== 'waiting') return res.redirect('/login/xmpp/finish')
  res.set('Cache-Control', 'no-store').send(waitPage(view))
})
app.get('/login/xmpp/finish', passport.authenticate('xmpp-confirm', { successRedirect: '/' }))
app.post('/login/xmpp/cancel', async (req, res) => {
  await strategy.cancel(req)
  res.redirect('/')
})
app.post(
  '/login/xmpp/again',
  async (req, _res, next) => {
    await strategy.cancel(req)
    next()
  },
  passport.authenticate('xmpp-confirm'),
)
app.post('/logout', (req, res, next) => {
  req.logout(err => (err ? next(err) : res.redirect('/')))
})

// The reason is for the log, not for the visitor.
app.use((err, _req, res, _next) => {
  console.error(err.message)
  res.status(err.status ?? 500).send('Please try again later')
})

const server = app.listen(PORT, err => {
  if (err) throw err
  console.log(`http://localhost:${PORT}`)
})

// Loses no answer: the account goes first, and the strategy works on what came before.
process.once('SIGTERM', async () => {
  server.close()
  await account.close()
  await strategy.close()
})
