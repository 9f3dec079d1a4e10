import { randomBytes } from 'node:crypto'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import passport from 'koa-passport'
import session from 'koa-session'
import { ConfirmStrategy, deserializeUser, ServiceAccount, serializeUser } from 'passport-xmpp-bosh'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env
const { XMPP_ACCOUNT = 'login', XMPP_ACCOUNT_PASSWORD, LOGIN_URL = `http://localhost:${PORT}/` } = process.env

const account = new ServiceAccount({
  service: XMPP_SERVICE,
  domain: XMPP_DOMAIN,
  username: XMPP_ACCOUNT,
  password: XMPP_ACCOUNT_PASSWORD,
})
const strategy = new ConfirmStrategy({ account, site: 'Recipe', url: LOGIN_URL, allow: XMPP_DOMAIN })
passport.use(strategy)
passport.serializeUser(serializeUser)
passport.deserializeUser(deserializeUser)

const app = new Koa()
app.keys = [SESSION_SECRET]

const LOGIN = '<form method="post" action="/login/xmpp"><input name="jid" type="email"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

// Nothing here needs escaping: a JID cannot contain & < > " or '.
const waitPage = ({ jid, number, code, link, bot }) => `<!doctype html>
  <title>${number}</title>
  <meta http-equiv="refresh" content="1; url=/login/xmpp/wait?held">
  <p>${bot} writes to ${jid ?? 'you'}. Answer with this number: <output>${number}</output></p>
  <p>No message? Send <a href="${link}">${code}</a> to ${bot}.</p>
  <form method="post" action="/login/xmpp/cancel"><button>Cancel</button></form>`

const router = new Router()
router.get('/', ctx => {
  ctx.body = ctx.state.user ? `<p>Hello ${ctx.state.user.jid}</p>${LOGOUT}` : LOGIN
})
router.post('/login/xmpp', passport.authenticate('xmpp-confirm'))
router.get('/login/xmpp/wait', async ctx => {
  // The browser keeps its page while this request is held.
  const view = await strategy.waiting(ctx, { hold: 'held' in ctx.query ? 20_000 : 0 })
  if (view?.state !== 'waiting') return ctx.redirect('/login/xmpp/finish')
  ctx.set('Cache-Control', 'no-store')
  ctx.body = waitPage(view)
})
router.get('/login/xmpp/finish', passport.authenticate('xmpp-confirm', { successRedirect: '/' }))
router.post('/login/xmpp/cancel', async ctx => {
  await strategy.cancel(ctx)
  ctx.redirect('/')
})
router.post('/logout', async ctx => {
  await ctx.logout()
  ctx.redirect('/')
})

app.use(session({ sameSite: 'lax' }, app))
app.use(bodyParser())
app.use(passport.initialize())
app.use(passport.session())
app.use(router.routes())

// Koa itself answers with `err.status` and the name of that status only.
app.on('error', err => console.error(err.message))

const server = app.listen(PORT, () => console.log(`http://localhost:${PORT}`))

// Loses no answer: the account goes first, and the strategy works on what came before.
process.once('SIGTERM', async () => {
  server.close()
  await account.close()
  await strategy.close()
})
