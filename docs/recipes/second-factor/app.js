import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { ConfirmStrategy, ServiceAccount } from 'passport-xmpp-bosh'
import * as users from './users.js'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env
const { XMPP_ACCOUNT = 'login', XMPP_ACCOUNT_PASSWORD, LOGIN_URL = `http://localhost:${PORT}/` } = process.env

// The first factor: a password of the app's own. The password of the XMPP account would be no second one.
passport.use(
  new LocalStrategy((username, password, done) => {
    users.byPassword(username, password).then(user => done(null, user), done)
  }),
)

const account = new ServiceAccount({
  service: XMPP_SERVICE,
  domain: XMPP_DOMAIN,
  username: XMPP_ACCOUNT,
  password: XMPP_ACCOUNT_PASSWORD,
})
const strategy = new ConfirmStrategy(
  {
    account,
    site: 'Recipe',
    url: LOGIN_URL,
    allow: XMPP_DOMAIN,
    name: 'second-factor',
    waitUrl: '/login/wait',
    // The JID of the user whose password was right, never one that the visitor types.
    jidLookup: async req => (await users.byId(req.session.first))?.xmppJid,
    passReqToCallback: true,
  },
  async (req, profile) => {
    const user = await users.byId(req.session.first)
    return user?.xmppJid === profile.jid ? user : false
  },
)
passport.use(strategy)
passport.serializeUser((user, done) => done(null, user.id))
passport.deserializeUser((id, done) => {
  users.byId(id).then(user => done(null, user ?? false), done)
})

const app = express()
app.use(express.urlencoded())
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
app.use(passport.session())

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

app.get('/', (req, res) => {
  res.send(req.user ? `<p>Hello user ${req.user.id}</p>${LOGOUT}` : LOGIN)
})
app.post(
  '/login',
  passport.authenticate('local', { session: false }),
  (req, _res, next) => {
    const { id } = req.user
    // A new session: this one may have been planted. It is not signed in before the second factor.
    req.session.regenerate(err => {
      if (err) return next(err)
      req.session.first = id
      next()
    })
  },
  passport.authenticate('second-factor'),
)
app.get('/login/wait', async (req, res) => {
  const view = await strategy.waiting(req, { hold: 'held' in req.query ? 20_000 : 0 })
  if (view?.state !== 'waiting') return res.redirect('/login/finish')
  res.set('Cache-Control', 'no-store').send(`<!doctype html>
    <title>${view.number}</title>
    <meta http-equiv="refresh" content="1; url=/login/wait?held">
    <p>${view.bot} writes to your XMPP account. Answer with this number: <output>${view.number}</output></p>
    <p>No message? Send <a href="${view.link}">${view.code}</a> to ${view.bot}.</p>`)
})
app.get('/login/finish', passport.authenticate('second-factor', { successRedirect: '/' }))
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
