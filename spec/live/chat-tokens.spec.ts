import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChatKey, openChatKey } from '../../identity-provider/chat/chat-key'
import { Authenticator, type Mechanism } from '../../lib'
import { appOn, signIn, visitorOf } from '../example-app/visitor'
import { jwtWithSecret, signedJwt, unsignedJwt } from '../fixtures/jws'
import { bind, openSession, type Session } from './servers/bare-session'
import { debian } from './servers/debian'
import { startEjabberd } from './servers/ejabberd'
import { is26, type ShippedServer, startShipped } from './servers/shipped'

// ejabberd.chat-tokens.yml, added to the shipped configurations: what ejabberd takes as a password then.

const password = 'correct horse battery'
const is23 = debian === 'bookworm'
const RESOURCE = 'xmpp:localhost'
const CONFIGURATIONS = [
  { config: 'ejabberd.yml', offered: ['PLAIN'] },
  // With several hashes of each password, ejabberd keeps SCRAM.
  { config: 'ejabberd-26.yml', offered: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] },
] as const

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds
const aliceFor = (seconds: number) => ({ jid: 'alice@localhost', aud: RESOURCE, exp: inSeconds(seconds) })

let directory: string
let key: ChatKey
let signer: KeyObject

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chat-tokens-'))
  key = openChatKey(join(directory, 'chat-key.json'))
  signer = signerOf(key)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const signerOf = ({ privateJwk }: ChatKey) => createPrivateKey({ key: { ...privateJwk }, format: 'jwk' })
/** Signs claims as the provider does. */
const tokenWith = (claims: object) => signedJwt('ES384', signer, claims, { typ: 'at+jwt', kid: key.publicJwk.kid })
const chatToken = (more: object = {}) => tokenWith({ ...aliceFor(60), ...more })

describe.each(CONFIGURATIONS.filter(({ config }) => is26 || config === 'ejabberd.yml'))(
  'with $config and ejabberd.chat-tokens.yml',
  ({ config, offered }) => {
    let server: ShippedServer

    beforeAll(async () => {
      server = await startShipped({
        config,
        include: 'ejabberd.chat-tokens.yml',
        values: { CHAT_KEY: key.publicFile, BLOCKED: '[blocked@localhost]' },
      })
      await server.addUser('alice', password)
      await server.addUser('bob', password)
    })
    afterAll(() => server?.stop())

    /** Logs in as a chat client. Returns the bound JID without its resource, or the answer of the server. */
    async function chatLogin(username: string, typed: string, authzid = ''): Promise<string> {
      const session = await openSession(server)
      const answer = await plain(session, username, typed, authzid)
      if (!answer.includes('<success')) return /<failure[^>]*><([\w-]+)/.exec(answer)?.[1] ?? answer
      return /<jid>([^/<]+)/.exec(await bind(session))?.[1] ?? 'not bound'
    }

    test(`the server offers only ${offered.join(', ')}`, async () => {
      const { features } = await openSession(server)

      expect(Array.from(features.matchAll(/<mechanism>([^<]+)</g), ([, name]) => name).sort()).toEqual(offered)
    })

    test('X-OAUTH2 is not a way around the check of tokens', async () => {
      const session = await openSession(server)
      const message = Buffer.from(`\0alice\0${chatToken()}`).toString('base64')

      expect(
        await session.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='X-OAUTH2'>${message}</auth>`),
      ).toContain('<invalid-mechanism')
    })

    test('a chat token is bound as its account', async () => {
      expect(await chatLogin('alice', chatToken())).toBe('alice@localhost')
    })

    test('a password is bound as its account', async () => {
      expect(await chatLogin('alice', password)).toBe('alice@localhost')
      expect(await chatLogin('alice', 'wrong')).toBe('not-authorized')
    })

    test.each<[string, () => string]>([
      ['for another audience', () => chatToken({ aud: 'https://elsewhere.example' })],
      ['without an audience', () => chatToken({ aud: undefined })],
      ['of another issuer', () => chatToken({ iss: 'https://elsewhere.example' })],
      ['that is not valid yet', () => chatToken({ nbf: inSeconds(3_600) })],
      ['without the scope', () => chatToken({ scope: 'openid' })],
      ['whose jid has a resource', () => chatToken({ jid: 'alice@localhost/phone' })],
      ['whose jid is in capitals', () => chatToken({ jid: 'ALICE@LOCALHOST' })],
      ['with a claim of 8,000 bytes', () => chatToken({ padding: 'x'.repeat(8_000) })],
    ])('the server does not mind a token %s', async (_name, token) => {
      expect(await chatLogin('alice', token())).toBe('alice@localhost')
    })

    test('a token works more than once', async () => {
      const token = chatToken()

      expect(await chatLogin('alice', token)).toBe('alice@localhost')
      expect(await chatLogin('alice', token)).toBe('alice@localhost')
    })

    test('an account that was never registered has a token accepted', async () => {
      expect(await chatLogin('ghost', chatToken({ jid: 'ghost@localhost' }))).toBe('ghost@localhost')
    })

    test('BLOCKED keeps an account out that has a token', async () => {
      expect(await chatLogin('blocked', chatToken({ jid: 'blocked@localhost' }))).toBe('not bound')
    })

    const other = () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
    const idToken = { sub: 'xmpp:alice@localhost', jid: 'alice@localhost', exp: inSeconds(600) }
    const publicKey = () => createPublicKey(signer)

    test.each<[string, () => string]>([
      ['that has expired', () => tokenWith(aliceFor(-1))],
      ['without an end', () => chatToken({ exp: undefined })],
      ['of another account', () => chatToken({ jid: 'bob@localhost' })],
      ['of another domain', () => chatToken({ jid: 'alice@elsewhere.example' })],
      ['whose jid is a URI', () => chatToken({ jid: 'xmpp:alice@localhost' })],
      ['without a jid', () => chatToken({ jid: undefined, sub: 'alice@localhost' })],
      ['of another key', () => signedJwt('ES384', other(), aliceFor(60), { kid: key.publicJwk.kid })],
      ['without a signature', () => unsignedJwt(aliceFor(60))],
      ['whose secret is the public key as a JWK', () => jwtWithSecret(JSON.stringify(key.publicJwk), aliceFor(60))],
      [
        'whose secret is the file of the public key',
        () => jwtWithSecret(`${JSON.stringify(key.publicJwk)}\n`, aliceFor(60)),
      ],
      [
        'whose secret is the public key in PEM',
        () => jwtWithSecret(String(publicKey().export({ format: 'pem', type: 'spki' })), aliceFor(60)),
      ],
      [
        'that is an ID token, by ES256',
        () => signedJwt('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, idToken),
      ],
      [
        'that is an ID token, by RS256',
        () => signedJwt('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, idToken),
      ],
      ['whose signature was cut', () => chatToken().slice(0, -4)],
      ['whose claims were changed', () => withClaims(chatToken(), { ...aliceFor(3_600) })],
    ])('the server refuses a token %s', async (_name, token) => {
      expect(await chatLogin('alice', token())).toBe('not-authorized')
    })

    test('the server refuses a token with another account as the authorization identity', async () => {
      expect(await chatLogin('alice', chatToken(), 'bob@localhost')).not.toMatch(/@localhost/)
    })

    test.each(offered)('a password signs in to an app by %s, and a token by PLAIN alone', async mechanism => {
      expect(await appLogin(server.url, password, mechanism)).toBe('alice@localhost')
      expect(await appLogin(server.url, chatToken(), mechanism)).toBe(
        mechanism === 'PLAIN' ? 'alice@localhost' : 'invalid-credentials',
      )
    })

    describe('on the login page of the example app', () => {
      /** Signs in to an app with a password. Returns the headline of the start page. */
      async function hello(typed: string, XMPP_CHAT_TOKENS: string): Promise<string | undefined> {
        const { app } = appOn(server, { XMPP_CHAT_TOKENS, XMPP_MECHANISMS: 'PLAIN' })
        try {
          const visitor = visitorOf(app)
          await signIn(visitor, 'alice', typed)
          return /<h1>([^<]+)/.exec((await visitor.get('/')).text)?.[1]
        } finally {
          await app.close()
        }
      }

      // SASLprep makes the same token of the last two, and the library sends it to the server as well.
      test.each<[string, (token: string) => string]>([
        ['as it is', token => token],
        ['with full-width dots', token => token.replaceAll('.', '．')],
        ['with soft hyphens', token => token.replaceAll('.', '\u00ad.\u00ad')],
      ])('a token %s becomes a session while XMPP_CHAT_TOKENS is off', async (_name, spelled) => {
        expect(await hello(spelled(chatToken()), 'off')).toBe('hello alice')
      })

      test.each<[string, (token: string) => string]>([
        ['as it is', token => token],
        ['with spaces around it', token => ` ${token} `],
        ['with full-width dots', token => token.replaceAll('.', '．')],
        ['with soft hyphens', token => token.replaceAll('.', '\u00ad.\u00ad')],
      ])('a token %s is refused with XMPP_CHAT_TOKENS=on', async (_name, spelled) => {
        expect(await hello(spelled(chatToken()), 'on')).toBe('hello world')
      })

      test('a password signs in with XMPP_CHAT_TOKENS=on', async () => {
        expect(await hello(password, 'on')).toBe('hello alice')
      })
    })
  },
)

test('ejabberd does not start without the key, and names the file', async () => {
  const CHAT_KEY = join(directory, 'missing.pub')

  await expect(startShipped({ include: 'ejabberd.chat-tokens.yml', values: { CHAT_KEY } })).rejects.toThrow(CHAT_KEY)
})

describe('with an API', () => {
  const options = () => ({ auth_method: ['internal', 'jwt'], jwt_key: key.publicFile, jwt_jid_field: 'jid' })
  const start = () =>
    startEjabberd({
      storage: 'scram',
      hash: 'sha256',
      modules: { mod_admin_extra: '{}', mod_last: '{}', mod_private: '{}' },
      commands: ['ban_account', 'reload_config'],
      more: `\nhost_config:\n  localhost: ${JSON.stringify(options())}\n`,
    })

  test(`${is23 ? 'a banned account still signs in with a token' : 'a banned account has no token accepted'}`, async () => {
    const server = await start()
    try {
      await server.register('alice', password)
      await server.command('ban_account', { user: 'alice', host: 'localhost', reason: 'spam' })

      expect(await appLogin(server.url, password, 'PLAIN')).not.toBe('alice@localhost')
      const banned = await appLogin(server.url, chatToken(), 'PLAIN')
      expect(banned === 'alice@localhost').toBe(is23)
    } finally {
      await server.stop()
    }
  })

  test('reload_config takes a new key, and only the new one', async () => {
    const server = await start()
    const before = chatToken()
    try {
      await rm(join(directory, 'chat-key.json'))
      key = openChatKey(join(directory, 'chat-key.json'))
      signer = signerOf(key)
      expect(await appLogin(server.url, before, 'PLAIN')).toBe('alice@localhost')
      await server.command('reload_config')

      expect(await appLogin(server.url, chatToken(), 'PLAIN')).toBe('alice@localhost')
      expect(await appLogin(server.url, before, 'PLAIN')).toBe('invalid-credentials')
    } finally {
      await server.stop()
    }
  })
})

/** Sends PLAIN with any authorization identity (RFC 4616 §2). */
function plain(session: Session, username: string, typed: string, authzid: string): Promise<string> {
  const message = Buffer.from(`${authzid}\0${username}\0${typed}`).toString('base64')
  return session.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${message}</auth>`)
}

/** Logs in to the account alice as an app does. Returns the JID or the code of the refusal. */
async function appLogin(service: string, typed: string, mechanism: Mechanism): Promise<string> {
  const authenticator = new Authenticator({ service, domain: 'localhost', failureDelay: 0, mechanisms: [mechanism] })
  try {
    return await authenticator.authenticate({ username: 'alice', password: typed }).then(
      ({ jid }) => jid,
      error => error.code,
    )
  } finally {
    await authenticator.close()
  }
}

/** Puts other claims into a token, under its signature. */
function withClaims(token: string, claims: object): string {
  const [head, , signature] = token.split('.')
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
}
