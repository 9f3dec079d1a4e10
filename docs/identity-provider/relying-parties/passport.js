import express from 'express'
import session from 'express-session'
import * as client from 'openid-client'
import { Strategy } from 'openid-client/passport'
import passport from 'passport'
import { createBackChannelLogout } from './back-channel-logout.js'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, SESSION_SECRET, HOST = '127.0.0.1', PORT = 3000 } = process.env

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  // For a provider on this machine alone: anything else needs https.
  execute: ISSUER.startsWith('http://localhost') ? [client.allowInsecureRequests] : [],
})
const { issuer, jwks_uri: jwksUri } = config.serverMetadata()

passport.use(
  'xmpp',
  new Strategy(
    { config, callbackURL: `${BASE_URL}/callback`, scope: 'openid profile xmpp groups' },
    // The user is what the session keeps: here the claims, in your app a row of a table found by `sub`.
    (tokens, done) => done(null, { claims: tokens.claims(), idToken: tokens.id_token }),
  ),
)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const store = new session.MemoryStore()
const backChannel = createBackChannelLogout({ store, issuer, jwksUri, clientId: CLIENT_ID })

const app = express()
app.set('trust proxy', 'loopback')
app.use(
  session({
    store,
    secret: SESSION_SECRET,
    name: 'app.sid',
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: BASE_URL.startsWith('https:') },
  }),
)
app.use(passport.session())

app.get('/login', passport.authenticate('xmpp'))

app.get('/callback', passport.authenticate('xmpp', { failureRedirect: '/refused' }), (req, res) => {
  backChannel.remember(req, req.user.claims.sid)
  res.redirect('/account')
})

app.get('/account', (req, res) => {
  if (!req.user) return res.redirect('/login')
  res.json(req.user.claims)
})

app.get('/logout', (req, res, next) => {
  if (!req.user) return res.redirect('/signed-out')
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: req.user.idToken,
    post_logout_redirect_uri: `${BASE_URL}/signed-out`,
  })
  req.logout(error => (error ? next(error) : res.redirect(url.href)))
})

app.get('/refused', (_req, res) => res.status(403).send('You did not sign in.'))
app.get('/signed-out', (_req, res) => res.send('You are signed out.'))
app.post('/backchannel-logout', ...backChannel.handlers)

app.listen(PORT, HOST, () => console.log(`Listening on ${BASE_URL}`))
