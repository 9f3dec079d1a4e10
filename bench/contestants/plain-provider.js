// An oidc-provider whose login says yes at once, to one account after the other: without a page, a password or a session of
// its own. It has the module, the store, the keys and the lifetimes of the identity provider. The argument is
// { issuer, port, clients, keys, redisUrl, usernames } in JSON.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

const ours = createRequire(new URL('../../identity-provider/dist/server.js', import.meta.url))
const { Provider } = await ours('./provider/load').loadOidcProvider()
const { openProviderStore } = ours('./stores')
const { openKeys } = ours('./keys/keys')

const { issuer, port, clients, keys: keyFile, redisUrl, usernames } = JSON.parse(process.argv[2])
const store = await openProviderStore(redisUrl)
const keys = openKeys(keyFile)
const { pathname: mount } = new URL(issuer)
const MINUTE_S = 60

const provider = new Provider(issuer, {
  adapter: model => store.adapter(model),
  clients: JSON.parse(readFileSync(clients, 'utf8')).map(({ first_party: _, ...metadata }) => metadata),
  jwks: keys.jwks,
  cookies: { keys: keys.cookieKeys, long: { signed: true }, short: { signed: true } },
  claims: { openid: ['sub', 'amr', 'auth_time'], xmpp: ['xmpp'] },
  scopes: ['openid'],
  conformIdTokenClaims: false,
  responseTypes: ['code'],
  features: { devInteractions: { enabled: false } },
  ttl: {
    AccessToken: 10 * MINUTE_S,
    AuthorizationCode: MINUTE_S,
    IdToken: 10 * MINUTE_S,
    Interaction: 10 * MINUTE_S,
    Session: 480 * MINUTE_S,
    Grant: 480 * MINUTE_S,
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, xmpp: sub.slice('xmpp:'.length) }) }),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  async loadExistingGrant({ oidc: { client, session, params } }) {
    const known = session.grantIdFor(client.clientId)
    if (known) return provider.Grant.find(known)
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
    grant.addOIDCScope(params.scope)
    await grant.save()
    return grant
  },
})

let signedIn = 0
function signIn(req, res) {
  const accountId = `xmpp:${usernames[signedIn++ % usernames.length]}@localhost`
  const login = { accountId, amr: ['pwd'], ts: Math.floor(Date.now() / 1000) }
  return provider.interactionFinished(req, res, { login }, { mergeWithLastSubmission: false })
}

const callback = provider.callback()
const server = createServer((req, res) => {
  if (req.url.startsWith('/interaction/')) {
    signIn(req, res).catch(error => res.writeHead(500).end(error.message))
  } else {
    // A framework does this where it mounts an app at a path.
    req.originalUrl = req.url
    req.url = req.url.slice(mount.length)
    callback(req, res)
  }
}).listen(port, '127.0.0.1')
await once(server, 'listening')

process.on('disconnect', () => process.exit())
process.send({})
