import express from 'express'
import openid from 'express-openid-connect'
import session from 'express-session'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, SESSION_SECRET, HOST = '127.0.0.1', PORT = 3000 } = process.env
const { auth, requiresAuth } = openid

const app = express()
app.set('trust proxy', 'loopback')
app.use(
  auth({
    issuerBaseURL: ISSUER,
    baseURL: BASE_URL,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    secret: SESSION_SECRET,
    authorizationParams: { response_type: 'code', scope: 'openid profile xmpp groups' },
    // Without this, the library takes iss, aud, auth_time, nonce and more out of the claims.
    identityClaimFilter: [],
    authRequired: false,
    idpLogout: true,
    // A session is in the cookie. The store holds which of them the provider has ended.
    backchannelLogout: { store: new session.MemoryStore() },
    routes: { postLogoutRedirect: `${BASE_URL}/signed-out` },
  }),
)

app.get('/account', requiresAuth(), (req, res) => res.json(req.oidc.user))
app.get('/signed-out', (_req, res) => res.send('You are signed out.'))

app.use((error, _req, res, _next) => {
  if (error.error === 'access_denied') return res.status(403).send('You did not sign in.')
  res.status(error.status ?? 500).send('Please try again later.')
})

app.listen(PORT, HOST, () => console.log(`Listening on ${BASE_URL}`))
