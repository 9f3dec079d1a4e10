import express from 'express'
import session from 'express-session'
import passport from 'passport'
import Strategy from 'passport-openidconnect'
import { createBackChannelLogout } from './back-channel-logout.js'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, SESSION_SECRET, HOST = '127.0.0.1', PORT = 3000 } = process.env

const answer = await fetch(`${ISSUER}/.well-known/openid-configuration`)
if (!answer.ok) throw new Error(`${ISSUER} answers ${answer.status}`)
const provider = await answer.json()

passport.use(
  'xmpp',
  new Strategy(
    {
      issuer: provider.issuer,
      authorizationURL: provider.authorization_endpoint,
      tokenURL: provider.token_endpoint,
      userInfoURL: provider.userinfo_endpoint,
      clientID: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      callbackURL: `${BASE_URL}/callback`,
      scope: 'profile xmpp groups',
      nonce: true,
    },
    // With fewer parameters the strategy passes a profile alone, in which it keeps neither `xmpp` nor `groups`.
    (_issuer, _uiProfile, _idProfile, _context, idToken, _accessToken, _refreshToken, _params, done) => {
      const [, payload] = idToken.split('.')
      done(null, { claims: JSON.parse(Buffer.from(payload, 'base64url')), idToken })
    },
  ),
)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const store = new session.MemoryStore()
const { issuer, jwks_uri: jwksUri } = provider
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
  const url = new URL(provider.end_session_endpoint)
  url.searchParams.set('id_token_hint', req.user.idToken)
  url.searchParams.set('post_logout_redirect_uri', `${BASE_URL}/signed-out`)
  req.logout(error => (error ? next(error) : res.redirect(url.href)))
})

app.get('/refused', (_req, res) => res.status(403).send('You did not sign in.'))
app.get('/signed-out', (_req, res) => res.send('You are signed out.'))
app.post('/backchannel-logout', ...backChannel.handlers)

app.listen(PORT, HOST, () => console.log(`Listening on ${BASE_URL}`))
