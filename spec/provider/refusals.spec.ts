import { createHash, randomBytes } from 'node:crypto'
import { PASSWORD } from './servers/chat'
import { startWorld, type World } from './servers/world'
import type { Page } from './visitor/page'
import { ask } from './visitor/program'
import { passes, typesIn } from './visitor/steps'
import { newVisitor, type Visitor } from './visitor/visitor'

/* Requests that the provider refuses to a party, or to an attacker who plays one. The party here is the spec itself. */

const CREDENTIALS = { username: 'user1', password: PASSWORD }

let world: World
beforeAll(async () => {
  world = await startWorld('kit', ['openid-client'])
})
afterAll(() => world?.stop())

const entry = () => world.parties['openid-client'].entry
const callback = () => String(entry().redirect_uris[0])
const verifier = randomBytes(32).toString('base64url')

/** Returns the address of a request that is right but for `changes`. An empty text leaves a parameter out. */
function request(changes: Readonly<Record<string, string>> = {}): string {
  const url = new URL(`${world.provider.issuer}/auth`)
  const parameters = {
    client_id: entry().client_id,
    redirect_uri: callback(),
    response_type: 'code',
    scope: 'openid xmpp groups',
    state: 'the state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  }
  for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value)
  return url.href
}

/** Returns the parameters with which a visitor came back to the party. */
function answered({ way }: Page): Record<string, string> {
  const url = way.map(url => new URL(url)).find(({ origin, pathname }) => origin + pathname === callback())
  // An implicit answer is in the fragment.
  return Object.fromEntries(new URLSearchParams(url?.search || url?.hash.slice(1)))
}

async function signedIn(): Promise<Visitor> {
  const visitor = newVisitor()
  await passes(visitor, await typesIn(visitor, await visitor.open(request()), CREDENTIALS))
  return visitor
}

const redeem = (code: string, changes: Readonly<Record<string, string>> = {}) =>
  ask(`${world.provider.issuer}/token`, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback(),
    code_verifier: verifier,
    client_id: entry().client_id,
    client_secret: entry().client_secret,
    ...changes,
  })

test.each([
  ['a foreign address', { redirect_uri: 'https://127.0.0.66/callback' }],
  ['an address that only begins alike', { redirect_uri: 'LONGER' }],
  ['no address', { redirect_uri: '' }],
  ['an unknown client', { client_id: 'stranger' }],
])('a request with %s leads to a page of the provider and nowhere else', async (_, changes) => {
  const longer = Object.entries(changes).map(([name, value]) => [
    name,
    value === 'LONGER' ? `${callback()}/more` : value,
  ])
  const page = await newVisitor().open(request(Object.fromEntries(longer)))

  expect(page.status).toBe(400)
  expect(page.way).toHaveLength(1)
})

test.each([
  ['no PKCE challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
  ['a challenge that is the verifier', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['an implicit answer', { response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
  ['a hybrid answer', { response_type: 'code id_token', nonce: 'n' }, 'unsupported_response_type'],
  ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
  ['no page for a visitor who is not signed in', { prompt: 'none' }, 'login_required'],
])('a request with %s is refused to the party', async (_, changes, error) => {
  const page = await newVisitor().open(request(changes))

  expect(answered(page)).toMatchObject({ error, state: 'the state', iss: world.provider.issuer })
})

test('a code is for its verifier, its client and one use', async () => {
  const visitor = await signedIn()
  const newCode = async () => String(answered(await visitor.open(request()))['code'])

  expect((await redeem(await newCode(), { code_verifier: 'w'.repeat(43) })).text).toContain('invalid_grant')
  expect((await redeem(await newCode(), { redirect_uri: `${callback()}/more` })).text).toContain('invalid_grant')
  const refused = await redeem(await newCode(), { client_secret: 'x'.repeat(64) })
  expect(refused).toMatchObject({ status: 401 })
  expect(refused.text).toContain('invalid_client')

  const code = await newCode()
  const first = await redeem(code)
  expect(first.status).toBe(200)
  const { access_token: token } = JSON.parse(first.text) as { access_token: string }
  expect((await redeem(code)).text).toContain('invalid_grant')
  // RFC 6749 §4.1.2: the tokens of a code that is used twice are revoked.
  const userinfo = await ask(`${world.provider.issuer}/me`, { access_token: token })
  expect(userinfo.status).toBe(401)
})

test('a party that asks for more scopes than its entry has gets those of the entry, and no refresh token', async () => {
  const visitor = newVisitor()
  const url = request({ scope: 'openid xmpp offline_access email', prompt: 'consent' })
  const page = await passes(visitor, await typesIn(visitor, await visitor.open(url), CREDENTIALS))
  const { status, text } = await redeem(String(answered(page)['code']))

  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ scope: 'openid xmpp', token_type: 'Bearer' })
  expect(JSON.parse(text)).not.toHaveProperty('refresh_token')
})

test('the discovery document names the configured issuer, whatever host a request names', async () => {
  const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' }
  const { text } = await ask(`${world.provider.issuer}/.well-known/openid-configuration`, undefined, headers)
  const { issuer, ...others } = JSON.parse(text) as Record<string, unknown>

  expect(text).not.toContain('evil')
  expect(issuer).toBe(world.provider.issuer)
  expect(others).toMatchObject({
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    userinfo_endpoint: `${world.provider.issuer}/me`,
  })
  expect(others).not.toHaveProperty('registration_endpoint')
  expect(others).not.toHaveProperty('device_authorization_endpoint')
})
