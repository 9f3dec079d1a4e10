import type { AccessToken, Client, ClientCredentials, KoaContextWithOIDC } from 'oidc-provider' with {
  'resolution-mode': 'import',
}
import type { ChatKey } from '../../../identity-provider/chat/chat-key'
import { CHAT_SCOPE, chatTokens } from '../../../identity-provider/chat/chat-tokens'

/* spec/provider runs the same with oidc-provider itself. */

class InvalidTarget extends Error {}

const RESOURCE = 'xmpp:localhost'
const jwk = { kty: 'EC', crv: 'P-384', x: 'x', y: 'y', kid: 'k', alg: 'ES384', use: 'sig' } as const
const key: ChatKey = { publicJwk: jwk, privateJwk: { ...jwk, d: 'd' }, publicFile: 'k.pub' }
const { resourceIndicators, extraTokenClaims, scope } = chatTokens({
  key,
  resource: RESOURCE,
  jidOf: accountId => decodeURIComponent(accountId.slice('xmpp:'.length)),
  InvalidTarget,
})

interface Source {
  readonly amr?: readonly string[]
}
interface Seen {
  readonly route: string
  readonly AuthorizationCode?: Source
  readonly RefreshToken?: Source
  readonly session?: Source
}

const contextOf = ({ route, session, ...entities }: Seen) =>
  ({ oidc: { route, session, entities } }) as unknown as KoaContextWithOIDC
const clientOf = (scope: string | undefined) => ({ scope }) as unknown as Client
const pwd = { amr: ['pwd'] }
const infoFor = (seen: Seen, resource = RESOURCE, scope: string | undefined = `openid ${CHAT_SCOPE}`) =>
  resourceIndicators.getResourceServerInfo(contextOf(seen), resource, clientOf(scope))

test.each<[string, Seen]>([
  ['a code', { route: 'token', AuthorizationCode: pwd }],
  ['a refresh token', { route: 'token', RefreshToken: pwd }],
  ['a session', { route: 'resume', session: pwd }],
])('a chat token is a JWT of ES384 that ends in a minute when %s is of a sign-in by password', (_name, seen) => {
  expect(infoFor(seen)).toEqual({
    scope: CHAT_SCOPE,
    audience: RESOURCE,
    accessTokenTTL: 60,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES384', kid: 'k' } },
  })
})

test.each(['authorization', 'pushed_authorization_request'])(
  'the resource is known on the route %s, where the account has yet to sign in',
  route => {
    expect(infoFor({ route })).toMatchObject({ audience: RESOURCE })
  },
)

test.each<[string, Seen]>([
  ['a code of a sign-in by an XMPP app', { route: 'token', AuthorizationCode: { amr: ['xmpp'] } }],
  ['a refresh token of a sign-in by an XMPP app', { route: 'token', RefreshToken: { amr: ['xmpp'] } }],
  ['a code that does not tell the sign-in', { route: 'token', AuthorizationCode: {} }],
  ['neither code nor refresh token', { route: 'token' }],
  ['a session of a sign-in by an XMPP app', { route: 'resume', session: { amr: ['xmpp'] } }],
])('a chat token is refused for %s', (_name, seen) => {
  expect(() => infoFor(seen)).toThrow('a chat token needs a sign-in with the password')
})

test.each(['xmpp:elsewhere.example', 'XMPP:localhost', 'xmpp:localhost/', ''])(
  'the resource %s is unknown',
  resource => {
    expect(() => infoFor({ route: 'token', AuthorizationCode: pwd }, resource)).toThrow(InvalidTarget)
  },
)

test.each(['openid profile xmpp', 'xmpp:client:normal2', ''])(
  'a client whose entry has the scope "%s" gets no chat token',
  scope => {
    expect(() => infoFor({ route: 'token', AuthorizationCode: pwd }, RESOURCE, scope)).toThrow(
      'the client needs the scope',
    )
  },
)

test('a client without a scope in its entry gets no chat token', () => {
  const seen = contextOf({ route: 'token', AuthorizationCode: pwd })

  expect(() => resourceIndicators.getResourceServerInfo(seen, RESOURCE, clientOf(undefined))).toThrow(InvalidTarget)
})

const tokenOf = (token: object) => token as unknown as AccessToken | ClientCredentials
const context = contextOf({ route: 'token' })
const accountId = 'xmpp:zo%C3%AB@localhost'

test('a chat token has the bare JID of its account', () => {
  const token = tokenOf({ kind: 'AccessToken', accountId, scope, resourceServer: {} })

  expect(extraTokenClaims(context, token)).toEqual({ jid: 'zoë@localhost' })
})

test('a token of no resource has no further claim', () => {
  expect(extraTokenClaims(context, tokenOf({ kind: 'AccessToken', accountId, scope: 'openid' }))).toBeUndefined()
})

test.each([undefined, '', 'openid'])(
  'a token whose granted scope is %p is refused, because ejabberd would take it',
  granted => {
    const token = tokenOf({ kind: 'AccessToken', accountId, scope: granted, resourceServer: {} })

    expect(() => extraTokenClaims(context, token)).toThrow(`the scope ${CHAT_SCOPE} was not granted`)
  },
)

test('a token of a client itself is refused', () => {
  expect(() => extraTokenClaims(context, tokenOf({ kind: 'ClientCredentials', scope, resourceServer: {} }))).toThrow(
    InvalidTarget,
  )
})
