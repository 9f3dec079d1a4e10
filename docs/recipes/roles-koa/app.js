import { randomBytes } from 'node:crypto'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import passport from 'koa-passport'
import session from 'koa-session'
import { deserializeUser, RoleReader, ServiceAccount, Strategy, serializeUser } from 'passport-xmpp-bosh'

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

const app = new Koa()
app.keys = [SESSION_SECRET]

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

// What requireRole does in Express. While the room cannot be read, has() rejects with an error of status 503 or 504.
const requireRole = role => async (ctx, next) => {
  const { user } = ctx.state
  ctx.assert(user, 401, 'Sign in first')
  ctx.assert(await reader.has(user.jid, role), 403, 'This page is for admins')
  await next()
}

const router = new Router()
router.get('/', async ctx => {
  const { user } = ctx.state
  // A link may be missing or too many: the page behind it decides.
  const roles = user ? await reader.of(user.jid) : []
  // A JID does not need escaping: it cannot contain & < > " or '.
  ctx.body = user
    ? `<p>Hello ${user.jid}</p>${roles.includes('admins') ? '<a href="/admin">Admins</a>' : ''}${LOGOUT}`
    : LOGIN
})
router.get('/admin', requireRole('admins'), ctx => {
  ctx.body = `<p>Only admins see this, ${ctx.state.user.jid}</p>`
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

// Koa itself answers with `err.status`, and shows the text of `ctx.assert` alone.
app.on('error', err => {
  if (!(err.status < 500)) console.error(err.message)
})

const server = app.listen(PORT, () => console.log(`http://localhost:${PORT}`))

process.once('SIGTERM', async () => {
  server.close()
  await account.close()
})
