import express from 'express'
import session from 'express-session'
import * as client from 'openid-client'
import { createBackChannelLogout } from './back-channel-logout.js'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, SESSION_SECRET, HOST = '127.0.0.1', PORT = 3000 } = process.env
const REDIRECT_URI = `${BASE_URL}/callback`

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  // For a provider on this machine alone: anything else needs https.
  execute: ISSUER.startsWith('http://localhost') ? [client.allowInsecureRequests] : [],
})
const { issuer, jwks_uri: jwksUri } = config.serverMetadata()

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

app.get('/login', async (req, res) => {
  const verifier = client.randomPKCECodeVerifier()
  req.session.asked = { verifier, state: client.randomState(), nonce: client.randomNonce() }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile xmpp groups',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: req.session.asked.state,
    nonce: req.session.asked.nonce,
  })
  res.redirect(url.href)
})

app.get('/callback', async (req, res) => {
  const { asked } = req.session
  if (!asked) return res.redirect('/login')
  delete req.session.asked
  const here = new URL(req.originalUrl, BASE_URL)
  if (here.searchParams.get('error') === 'access_denied') return res.status(403).send('You did not sign in.')
  const tokens = await client.authorizationCodeGrant(config, here, {
    pkceCodeVerifier: asked.verifier,
    expectedState: asked.state,
    expectedNonce: asked.nonce,
  })
  // A new session id, so that an id from before the sign-in is worth nothing.
  await new Promise((resolve, reject) => req.session.regenerate(error => (error ? reject(error) : resolve())))
  req.session.claims = tokens.claims()
  req.session.idToken = tokens.id_token
  backChannel.remember(req, req.session.claims.sid)
  res.redirect('/account')
})

app.get('/account', (req, res) => {
  if (!req.session.claims) return res.redirect('/login')
  res.json(req.session.claims)
})

app.get('/logout', (req, res) => {
  const { idToken } = req.session
  if (!idToken) return res.redirect('/signed-out')
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: idToken,
    post_logout_redirect_uri: `${BASE_URL}/signed-out`,
  })
  req.session.destroy(() => res.redirect(url.href))
})

app.get('/signed-out', (_req, res) => res.send('You are signed out.'))
app.post('/backchannel-logout', ...backChannel.handlers)

app.listen(PORT, HOST, () => console.log(`Listening on ${BASE_URL}`))
