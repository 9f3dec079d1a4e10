import { randomBytes } from 'node:crypto'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import passport from 'koa-passport'
import session from 'koa-session'
import { deserializeUser, Strategy, serializeUser } from 'passport-xmpp-bosh'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env

passport.use(new Strategy({ service: XMPP_SERVICE, domain: XMPP_DOMAIN }))
passport.serializeUser(serializeUser)
passport.deserializeUser(deserializeUser)

const app = new Koa()
app.keys = [SESSION_SECRET]

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

const router = new Router()
router.get('/', ctx => {
  // A JID does not need escaping: it cannot contain & < > " or '.
  ctx.body = ctx.state.user ? `<p>Hello ${ctx.state.user.jid}</p>${LOGOUT}` : LOGIN
})
router.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/' }))
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

app.listen(PORT, () => console.log(`http://localhost:${PORT}`))
