import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openChatKey } from '../../identity-provider/chat/chat-key'
import { stablePorts } from '../cluster/servers/ports'
import { startRedis } from '../cluster/servers/redis'
import { codesIn } from '../docs/blocks'
import { authenticate, bind, openSession } from '../live/servers/bare-session'
import { is26, type ShippedServer, startShipped } from '../live/servers/shipped'
import { type RunningProvider, startProvider } from './servers/provider'
import type { Entry } from './servers/registered'
import { CA, startFront } from './servers/tls'
import { postByScript } from './visitor/page-script'
import { consents, isConsent, isLoginForm, signsOutAt, typesIn } from './visitor/steps'
import { newVisitor, type Visitor } from './visitor/visitor'

/*
 * A chat client, registered as docs/identity-provider/chat-tokens.md shows it, gets tokens of the provider and logs in to
 * ejabberd with them. spec/live/chat-tokens.spec.ts has what ejabberd makes of all other tokens.
 */

const PASSWORD = 'correct horse battery'
const RESOURCE = 'xmpp:localhost'
const CHAT = 'xmpp:client:normal'
const [SHOWN = ''] = codesIn('docs/identity-provider/chat-tokens.md', 'json')

let directory: string
let ejabberd: ShippedServer
let provider: RunningProvider
let endpoints: Readonly<Record<string, string>>
let callback: string
let stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'provider-chat-'))
  stops = [() => rm(directory, { recursive: true, force: true })]
  const OIDC_CHAT_KEY = join(directory, 'chat-key.json')
  const config = is26 ? 'ejabberd-26.yml' : 'ejabberd.yml'
  const values = { CHAT_KEY: openChatKey(OIDC_CHAT_KEY).publicFile }
  ejabberd = await startShipped({ config, include: 'ejabberd.chat-tokens.yml', values })
  stops.unshift(() => ejabberd.stop())
  for (const name of ['user1', 'user2']) await ejabberd.addUser(name, PASSWORD)
  const redis = await startRedis()
  stops.unshift(() => redis.stop())
  const caFile = join(directory, 'ca.pem')
  await writeFile(caFile, CA)
  const [own = 0, away = 0] = await stablePorts(2)
  const client = `https://127.0.0.41:${away}`
  callback = `${client}/callback`
  // The client is the spec: its address only has to answer.
  const front = await startFront(client, 1)
  stops.unshift(() => front.stop())
  const entry = JSON.parse(SHOWN.replaceAll('https://chat.example.com', client)) as Entry
  const other = { ...entry, client_id: 'wiki', scope: 'openid offline_access profile' }
  provider = await startProvider({
    issuer: `https://localhost:${own}/oidc`,
    entries: [entry, other],
    caFile,
    env: {
      XMPP_SERVICE: ejabberd.url,
      XMPP_DOMAIN: 'localhost',
      XMPP_CHAT_TOKENS: 'on',
      REDIS_URL: redis.url,
      OIDC_CHAT_KEY,
    },
  })
  stops.unshift(() => provider.stop())
  const discovery = await newVisitor().open(`${provider.issuer}/.well-known/openid-configuration`)
  endpoints = JSON.parse(discovery.html)
})
afterAll(async () => {
  for (const stop of stops) await stop()
})

interface Asked {
  readonly client?: string
  readonly scope?: string
  /** empty: none */
  readonly resource?: string
}
type Answer = Readonly<Record<string, string>>

/** Asks the token endpoint as the page of the client does. */
async function atToken(fields: Answer): Promise<Answer> {
  const { origin } = new URL(callback)
  const { headers, text } = await postByScript(endpoints['token_endpoint'] ?? '', origin, fields)
  expect(headers['access-control-allow-origin']).toBe(origin)
  return JSON.parse(text)
}

/** Returns the address to which a client sends the person. */
function requestOf(verifier: string, { client = 'web-chat', scope = `openid ${CHAT}`, resource = RESOURCE }: Asked) {
  const url = new URL(endpoints['authorization_endpoint'] ?? '')
  url.search = String(
    new URLSearchParams({
      client_id: client,
      response_type: 'code',
      redirect_uri: callback,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      prompt: 'consent',
      scope,
      ...(resource && { resource }),
    }),
  )
  return url.href
}

/** Signs in as user1 and consents. Returns the parameters of the way back. */
async function authorized(visitor: Visitor, verifier: string, asked: Asked): Promise<URLSearchParams> {
  let page = await visitor.open(requestOf(verifier, asked))
  if (isLoginForm(page)) page = await typesIn(visitor, page, { username: 'user1', password: PASSWORD })
  if (isConsent(page)) page = await consents(visitor, page)
  return page.url.searchParams
}

/** Goes the whole way of a client. Returns the answer of the token endpoint, or the error before it. */
async function tokens(visitor: Visitor, asked: Asked = {}): Promise<Answer> {
  const { client = 'web-chat', resource = RESOURCE } = asked
  const verifier = randomBytes(32).toString('base64url')
  const back = await authorized(visitor, verifier, asked)
  const code = back.get('code')
  if (code === null) return Object.fromEntries(back)
  return atToken({
    grant_type: 'authorization_code',
    client_id: client,
    code,
    redirect_uri: callback,
    code_verifier: verifier,
    resource,
  })
}

const partOf = (token: string | undefined, n: number) =>
  JSON.parse(Buffer.from(token?.split('.')[n] ?? '', 'base64url').toString())

/** Logs in to ejabberd as a chat client. Returns the bound JID; `undefined`: the password is refused. */
async function chatsAs(username: string, password: string): Promise<string | undefined> {
  const session = await openSession(ejabberd)
  const answer = await authenticate(session, username, password)
  if (answer.includes('<not-authorized')) return undefined
  // A server that does not answer, or locks the address out, has not judged the token.
  if (!answer.includes('<success')) throw new Error(`ejabberd neither takes nor refuses the password: ${answer}`)
  return /<jid>([^/<]+)/.exec(await bind(session))?.[1]
}

test('a person who signed in at the provider chats without a second password', async () => {
  const { access_token: token = '', token_type: type } = await tokens(newVisitor())

  expect(await chatsAs('user1', token)).toBe('user1@localhost')
  expect(await chatsAs('user2', token)).toBeUndefined()
  expect(type).toBe('Bearer')
})

test('the consent page says that the client can chat as the person', async () => {
  const visitor = newVisitor()
  const page = await typesIn(visitor, await visitor.open(requestOf('verifier', {})), {
    username: 'user1',
    password: PASSWORD,
  })

  expect(isConsent(page)).toBe(true)
  expect(page.text).toContain('it can chat as you, and read and write all your messages')
})

test('a chat token is what the page about chat tokens says', async () => {
  const { access_token: token } = await tokens(newVisitor())
  const { alg, typ } = partOf(token, 0)
  const { iat, exp, jti, ...claims } = partOf(token, 1)

  expect({ alg, typ }).toEqual({ alg: 'ES384', typ: 'at+jwt' })
  expect(exp - iat).toBe(60)
  expect(jti).toEqual(expect.any(String))
  expect(claims).toEqual({
    jid: 'user1@localhost',
    sub: 'xmpp:user1@localhost',
    iss: provider.issuer,
    aud: RESOURCE,
    client_id: 'web-chat',
    scope: CHAT,
  })
})

test('the ID token of the same answer has another algorithm, and ejabberd refuses it', async () => {
  const { id_token: token = '' } = await tokens(newVisitor())

  expect(partOf(token, 0).alg).toBe('RS256')
  expect(partOf(token, 1).sub).toBe('xmpp:user1@localhost')
  expect(await chatsAs('user1', token)).toBeUndefined()
})

test('no ID token can be asked for by the algorithm of chat tokens', () => {
  expect(endpoints['id_token_signing_alg_values_supported']).toEqual(['RS256', 'ES256'])
})

test('a refresh token gets further chat tokens, until the person signs out', async () => {
  const visitor = newVisitor()
  const first = await tokens(visitor, { scope: `openid offline_access ${CHAT}` })
  const refresh = (token = '') =>
    atToken({
      grant_type: 'refresh_token',
      client_id: 'web-chat',
      refresh_token: token,
      resource: RESOURCE,
    })
  const second = await refresh(first['refresh_token'])

  expect(second['access_token']).not.toBe(first['access_token'])
  expect(await chatsAs('user1', second['access_token'] ?? '')).toBe('user1@localhost')
  await signsOutAt(visitor, provider)
  expect(await refresh(second['refresh_token'])).toMatchObject({ error: 'invalid_grant' })
})

test.each<[string, Asked, string]>([
  ['a client without the scope in its entry', { client: 'wiki', scope: 'openid' }, 'invalid_target'],
  ['a client that asks for a scope beyond its entry', { client: 'wiki' }, 'invalid_scope'],
  ['another resource', { resource: 'xmpp:elsewhere.example' }, 'invalid_target'],
  ['a request without the scope, which the person did not agree to', { scope: 'openid' }, 'invalid_target'],
])('%s gets no chat token', async (_name, asked, error) => {
  const answer = await tokens(newVisitor(), asked)

  expect(answer).toMatchObject({ error })
  expect(answer).not.toHaveProperty('access_token')
})

test('an access token for the provider itself is no chat token', async () => {
  const visitor = newVisitor()
  const verifier = randomBytes(32).toString('base64url')
  const back = await authorized(visitor, verifier, { resource: '' })
  const { access_token: token = '' } = await atToken({
    grant_type: 'authorization_code',
    client_id: 'web-chat',
    code: back.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: verifier,
  })

  expect(token).toMatch(/^[\w-]+$/)
  expect(await chatsAs('user1', token)).toBeUndefined()
})

test('the provider does not take a chat token as an access token of its own', async () => {
  const { access_token = '' } = await tokens(newVisitor())
  const { origin } = new URL(callback)
  const { status, text } = await postByScript(endpoints['userinfo_endpoint'] ?? '', origin, { access_token })

  expect(status).toBe(401)
  expect(JSON.parse(text)).toMatchObject({ error: 'invalid_token' })
})

test('a chat token that is typed into the form of the provider is a wrong password', async () => {
  const { access_token: password = '' } = await tokens(newVisitor())
  const visitor = newVisitor()
  const page = await typesIn(visitor, await visitor.open(`${provider.home}login`), { username: 'user1', password })

  expect(isLoginForm(page)).toBe(true)
  expect(page.text).toContain('Unknown user name or wrong password.')
})
