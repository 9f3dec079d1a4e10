import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { deserializeUser, Strategy, serializeUser } from 'passport-xmpp-bosh'
import { createClient } from 'redis'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN, REDIS_URL, SESSION_SECRET } = process.env

if (!SESSION_SECRET) throw new Error('SESSION_SECRET is required: the same for every process')

const redis = createClient({ url: REDIS_URL })
redis.on('error', err => console.error(err.message))
await redis.connect()

passport.use(new Strategy({ service: XMPP_SERVICE, domain: XMPP_DOMAIN }))
passport.serializeUser(serializeUser)
passport.deserializeUser(deserializeUser)

const app = express()
app.use(express.urlencoded())
app.use(
  session({
    store: new RedisStore({ client: redis, ttl: 24 * 3600 }),
    secret: SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax' },
  }),
)
app.use(passport.session())

// A page of another site could sign a visitor in to the attacker's account. `SameSite` does not prevent that, because such
// a login needs no cookie. Browsers say where a form comes from.
app.use((req, res, next) => {
  const site = req.get('Sec-Fetch-Site')
  const origin = req.get('Origin')
  const host = req.get('Host')
  const isOwn = site
    ? ['same-origin', 'none'].includes(site)
    : !origin || [`https://${host}`, `http://${host}`].includes(origin)
  if (req.method !== 'POST' || isOwn) return next()
  res.status(403).send('This form belongs to another site')
})

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
