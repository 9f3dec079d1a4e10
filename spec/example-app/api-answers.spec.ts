import type { Response } from 'supertest'
import type { FaultReply } from '../../lib/testing/faults/faults'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import type { Stores } from '../../login-site/stores/stores'
import { ApiClient } from './api-client'
import { documentedStatus, namesIn, OPERATIONS } from './api-description'
import { CONFIRM } from './confirming'
import { type AppOn, appOn } from './visitor'

let xmpp: BoshServer
const opened: AppOn[] = []

beforeAll(async () => {
  xmpp = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1', login: 'secret' },
    registration: 'captcha',
  })
})

beforeEach(() => {
  xmpp.reset()
  xmpp.users.add('user1@localhost', { client: 'text' })
})

afterEach(async () => {
  jest.restoreAllMocks()
  for (const { app } of opened.splice(0)) await app.close()
})

afterAll(() => xmpp.close())

function openApp(env: Record<string, string> = {}): AppOn {
  const on = appOn(xmpp, { XMPP_REGISTRATION: 'on', ...env })
  opened.push(on)
  return on
}

/** Makes the session store fail. */
function loseSessions({ sessions }: Stores): void {
  jest.spyOn(sessions, 'get').mockImplementation((_sid, answer) => answer(new Error('the store is gone')))
}

async function signedIn({ app }: AppOn): Promise<ApiClient> {
  const client = new ApiClient(app)
  expect((await client.login('user1', 'user1')).status).toBe(200)
  return client
}

async function deleteWithRole(): Promise<Response> {
  const room = 'staff@rooms.localhost'
  xmpp.rooms.add(room, { owners: ['owner@rooms.localhost'], members: ['user1@localhost', 'login@localhost'] })
  const on = openApp({ ...CONFIRM, XMPP_ROLES: `staff=${room}` })
  while (!on.app.isAccountOnline?.()) await new Promise(setImmediate)
  return (await signedIn(on)).call('DELETE /api/account', { body: { password: 'user1' } })
}

/** Gets a form for a new account. Returns its state and the characters in its picture. */
async function withForm(client: ApiClient): Promise<Record<string, string>> {
  const { formState } = (await client.call('POST /api/register/form')).body
  return { formState, ocr: xmpp.captchas.at(-1)?.text ?? '' }
}

async function register(client: ApiClient, fields: Record<string, string> = {}): Promise<Response> {
  const form = await withForm(client)
  return client.call('POST /api/register', { body: { ...form, username: 'zoe', password: 'four words', ...fields } })
}

/** Attempts after which the app refuses without asking the server */
const MAX_WRONG_PASSWORDS = 10
const MAX_SIGN_UPS = 60
const MAX_CONFIRMS = 100

/** Operations of signing in with an XMPP app */
const WITH_APP = [...OPERATIONS.keys()].filter(name => name.includes('/login/xmpp'))

const ask = (client: ApiClient, jid: unknown = 'user1') => client.call('POST /api/login/xmpp', { body: { jid } })

/** Makes the same call `times` times, and once more. */
async function tooOften(times: number, call: () => Promise<Response>): Promise<Response> {
  await Promise.all(Array.from({ length: times }, call))
  return call()
}

/** Finishes a request whose code the person has sent where it is enough alone. */
async function afterCodeAlone(seen: object | undefined): Promise<Response> {
  const client = new ApiClient(openApp({ ...CONFIRM, XMPP_CONFIRM_CODE: 'alone' }).app)
  xmpp.users.send('user1@localhost', (await ask(client, '')).body.code, { to: 'login@localhost' })
  await client.visitor.get('/api/login/xmpp?held').expect(200)
  return client.call('POST /api/login/xmpp/finish', { body: seen })
}

/** An operation that changes something. */
interface Change {
  readonly name: string
  readonly body: object | undefined
  readonly onlySignedIn: boolean
}

const CHANGES: readonly Change[] = [
  { name: 'POST /api/login', body: { username: 'user1', password: 'user1' }, onlySignedIn: false },
  { name: 'POST /api/login/xmpp', body: { jid: 'user1' }, onlySignedIn: false },
  { name: 'DELETE /api/login/xmpp', body: undefined, onlySignedIn: false },
  { name: 'POST /api/login/xmpp/finish', body: { jid: 'user1@localhost' }, onlySignedIn: false },
  { name: 'POST /api/logout', body: undefined, onlySignedIn: false },
  { name: 'POST /api/register/form', body: undefined, onlySignedIn: false },
  { name: 'POST /api/register', body: { username: 'zoe', password: 'four words', ocr: '1' }, onlySignedIn: false },
  { name: 'POST /api/account/password', body: { password: 'user1', newPassword: 'another' }, onlySignedIn: true },
  { name: 'POST /api/account/sign-out-everywhere', body: { password: 'user1' }, onlySignedIn: true },
  { name: 'DELETE /api/account', body: { password: 'user1' }, onlySignedIn: true },
]
const WITH_BODY = CHANGES.filter(({ body }) => body !== undefined)
const ONLY_SIGNED_IN = CHANGES.filter(({ onlySignedIn }) => onlySignedIn)
const ONLY_WITH_REGISTRATION = [
  'POST /api/register/form',
  'POST /api/register',
  'POST /api/account/password',
  'DELETE /api/account',
]

/** A call that leads to one answer of an operation, with the code of its problem. */
type Way = readonly [name: string, status: string, code: string | undefined, condition: string, go: Go]
type Go = (on: AppOn) => Promise<Response>

const body = (name: string) => CHANGES.find(change => change.name === name)?.body

/** Makes a change as a signed-in visitor while the server fails at a step. */
function changeWith(name: string, fault: Parameters<BoshServer['fault']>[0], sent = body(name)): Go {
  return async on => {
    const client = await signedIn(on)
    xmpp.fault(fault)
    return client.call(name, { body: sent })
  }
}

const refusal = (condition: string): FaultReply => ({ stanzaError: condition })

const WAYS: readonly Way[] = [
  [
    'GET /api/csrf',
    '200',
    undefined,
    'the client is not signed in',
    ({ app }) => new ApiClient(app).call('GET /api/csrf'),
  ],
  ['GET /api/me', '200', undefined, 'the client is signed in', async on => (await signedIn(on)).call('GET /api/me')],
  [
    'GET /api/me',
    '401',
    'not-signed-in',
    'the client is not signed in',
    ({ app }) => new ApiClient(app).call('GET /api/me'),
  ],

  [
    'POST /api/login',
    '200',
    undefined,
    'the password is right',
    ({ app }) => new ApiClient(app).login('user1', 'user1'),
  ],
  [
    'POST /api/login',
    '400',
    'missing-credentials',
    'the password is missing',
    ({ app }) => new ApiClient(app).login('user1', ''),
  ],
  [
    'POST /api/login',
    '400',
    'malformed-credentials',
    'the name contains a control character',
    ({ app }) => new ApiClient(app).login('user\u0000', 'user1'),
  ],
  [
    'POST /api/login',
    '401',
    'invalid-credentials',
    'the password is wrong',
    ({ app }) => new ApiClient(app).login('user1', 'no'),
  ],
  [
    'POST /api/login',
    '429',
    'too-many-attempts',
    'too many passwords were wrong',
    async ({ app }) => {
      const client = new ApiClient(app)
      const token = await client.token()
      const wrong = { token, body: { username: 'user1', password: 'a wrong one' } }
      return tooOften(MAX_WRONG_PASSWORDS, () => client.call('POST /api/login', wrong))
    },
  ],
  [
    'POST /api/login',
    '5XX',
    'internal-error',
    'the server does not have the domain',
    () => new ApiClient(openApp({ XMPP_DOMAIN: 'elsewhere.example' }).app).login('user1', 'user1'),
  ],

  [
    'POST /api/logout',
    '204',
    undefined,
    'the client is signed in',
    async on => (await signedIn(on)).call('POST /api/logout'),
  ],
  [
    'POST /api/logout',
    '204',
    undefined,
    'the client is not signed in and sends no token',
    ({ app }) => new ApiClient(app).call('POST /api/logout', { token: null }),
  ],

  [
    'POST /api/register/form',
    '200',
    undefined,
    'the client is not signed in',
    ({ app }) => new ApiClient(app).call('POST /api/register/form'),
  ],
  [
    'POST /api/register/form',
    '403',
    'registration-closed',
    'the server accepts no new accounts',
    changeWith('POST /api/register/form', { on: 'form', reply: refusal('not-allowed') }),
  ],
  [
    'POST /api/register/form',
    '429',
    'rate-limited',
    'the server got too many requests',
    changeWith('POST /api/register/form', { on: 'form', reply: refusal('resource-constraint') }),
  ],
  [
    'POST /api/register/form',
    '429',
    'too-many-attempts',
    'too many forms were requested',
    async ({ app }) => {
      const client = new ApiClient(app)
      const token = await client.token()
      return tooOften(MAX_SIGN_UPS, () => client.call('POST /api/register/form', { token }))
    },
  ],

  ['POST /api/register', '201', undefined, 'the form is filled in', ({ app }) => register(new ApiClient(app))],
  [
    'POST /api/register',
    '400',
    'captcha-wrong',
    'the answer to the captcha is wrong',
    ({ app }) => register(new ApiClient(app), { ocr: 'something else' }),
  ],
  [
    'POST /api/register',
    '400',
    'captcha-expired',
    'no form was requested',
    ({ app }) => new ApiClient(app).call('POST /api/register', { body: body('POST /api/register') }),
  ],
  [
    'POST /api/register',
    '400',
    'missing-credentials',
    'the name is missing',
    ({ app }) => register(new ApiClient(app), { username: '' }),
  ],
  [
    'POST /api/register',
    '400',
    'malformed-credentials',
    'the name has forbidden characters',
    ({ app }) => register(new ApiClient(app), { username: 'zoe\u0007ann' }),
  ],
  [
    'POST /api/register',
    '400',
    'weak-password',
    'the password is too weak for the server',
    async ({ app }) => {
      xmpp.fault({ on: 'register', reply: refusal('policy-violation') })
      return register(new ApiClient(app))
    },
  ],
  [
    'POST /api/register',
    '403',
    'registration-closed',
    'the server accepts no more accounts',
    async ({ app }) => {
      xmpp.fault({ on: 'register', reply: refusal('forbidden') })
      return register(new ApiClient(app))
    },
  ],
  [
    'POST /api/register',
    '409',
    'username-taken',
    'the name is taken',
    ({ app }) => register(new ApiClient(app), { username: 'user1' }),
  ],
  [
    'POST /api/register',
    '429',
    'too-many-attempts',
    'too many forms were requested',
    async ({ app }) => {
      const client = new ApiClient(app)
      const sent = { token: await client.token(), body: body('POST /api/register') }
      return tooOften(MAX_SIGN_UPS, () => client.call('POST /api/register', sent))
    },
  ],
  [
    'POST /api/register',
    '5XX',
    'unavailable',
    'the answer of the server is not XML',
    async ({ app }) => {
      xmpp.fault({ on: 'register', reply: 'not-xml' })
      return register(new ApiClient(app))
    },
  ],

  [
    'POST /api/account/password',
    '400',
    'malformed-credentials',
    'the new password contains a control character',
    async on => {
      const client = await signedIn(on)
      return client.call('POST /api/account/password', { body: { password: 'user1', newPassword: 'a\u0000b' } })
    },
  ],
  [
    'POST /api/account/password',
    '400',
    'weak-password',
    'the new password is too weak for the server',
    changeWith('POST /api/account/password', { on: 'register', reply: refusal('not-acceptable') }),
  ],
  [
    'POST /api/account/password',
    '403',
    'registration-closed',
    'the server does not change passwords',
    changeWith('POST /api/account/password', { on: 'register', reply: refusal('not-allowed') }),
  ],
  [
    'DELETE /api/account',
    '403',
    'registration-closed',
    'the server does not delete accounts',
    changeWith('DELETE /api/account', { on: 'remove', reply: refusal('not-allowed') }),
  ],
  ['DELETE /api/account', '403', 'account-has-role', 'the account has a role', deleteWithRole],

  ...ONLY_SIGNED_IN.flatMap(({ name, body }): Way[] => [
    [name, '204', undefined, 'the password is right', async on => (await signedIn(on)).call(name, { body })],
    [
      name,
      '400',
      'missing-credentials',
      'the password is missing',
      async on => (await signedIn(on)).call(name, { body: {} }),
    ],
    [name, '401', 'not-signed-in', 'the client is not signed in', ({ app }) => new ApiClient(app).call(name, { body })],
    [
      name,
      '401',
      'invalid-credentials',
      'the password is wrong',
      async on => (await signedIn(on)).call(name, { body: { ...body, password: 'a wrong one' } }),
    ],
    [
      name,
      '429',
      'too-many-attempts',
      'too many passwords were wrong',
      async on => {
        const client = await signedIn(on)
        const sent = { token: await client.token(), body: { ...body, password: 'a wrong one' } }
        return tooOften(MAX_WRONG_PASSWORDS, () => client.call(name, sent))
      },
    ],
    [
      name,
      '5XX',
      'unavailable',
      'the answer of the server is not XML',
      changeWith(name, { on: 'auth', reply: 'not-xml' }),
    ],
  ]),
  ...WITH_BODY.flatMap(({ name, body }): Way[] => [
    [
      name,
      '400',
      'malformed-body',
      'the JSON is incomplete',
      async on => (await signedIn(on)).call(name, { body: '{"pass' }),
    ],
    [
      name,
      '413',
      'body-too-large',
      'the body is too large',
      async on => (await signedIn(on)).call(name, { body: { ...body, more: 'x'.repeat(20_000) } }),
    ],
    [
      name,
      '415',
      'unsupported-media-type',
      'the body is a form',
      async on =>
        (await signedIn(on)).call(name, {
          type: 'application/x-www-form-urlencoded',
          body: 'username=user1&password=user1',
        }),
    ],
  ]),
  ...CHANGES.map(
    ({ name, body }): Way => [
      name,
      '403',
      'csrf-token-invalid',
      'the token is missing',
      async on => (await signedIn(on)).call(name, { body, token: null }),
    ],
  ),
  ...WITH_APP.map(
    (name): Way => [
      name,
      '404',
      'not-found',
      'no account asks',
      async () => {
        const { app } = openApp()
        return new ApiClient(app).call(name, { body: body(name) })
      },
    ],
  ),
  ['POST /api/login/xmpp', '201', undefined, 'the person can be asked', ({ app }) => ask(new ApiClient(app))],
  ['POST /api/login/xmpp', '400', 'malformed-jid', 'the address is none', ({ app }) => ask(new ApiClient(app), '@')],
  ['POST /api/login/xmpp', '400', 'malformed-jid', 'the address is a list', ({ app }) => ask(new ApiClient(app), [])],
  [
    'POST /api/login/xmpp',
    '400',
    'missing-jid',
    'there is neither an address nor a code',
    () => ask(new ApiClient(openApp({ ...CONFIRM, XMPP_CONFIRM_CODE: 'off' }).app), ''),
  ],
  [
    'POST /api/login/xmpp',
    '403',
    'domain-not-allowed',
    'the domain is another one',
    ({ app }) => ask(new ApiClient(app), 'user1@elsewhere.test'),
  ],
  [
    'POST /api/login/xmpp',
    '429',
    'too-many-attempts',
    'there were many requests',
    ({ app }) => {
      const client = new ApiClient(app)
      return tooOften(MAX_CONFIRMS, () => ask(client))
    },
  ],
  [
    'GET /api/login/xmpp',
    '200',
    undefined,
    'the person has not answered',
    async ({ app }) => {
      const client = new ApiClient(app)
      await ask(client)
      return client.call('GET /api/login/xmpp')
    },
  ],
  [
    'GET /api/login/xmpp',
    '404',
    'confirm-expired',
    'the client waits for nothing',
    ({ app }) => new ApiClient(app).call('GET /api/login/xmpp'),
  ],
  [
    'DELETE /api/login/xmpp',
    '204',
    undefined,
    'the client waits',
    async ({ app }) => {
      const client = new ApiClient(app)
      await ask(client)
      return client.call('DELETE /api/login/xmpp')
    },
  ],
  [
    'POST /api/login/xmpp/finish',
    '200',
    undefined,
    'the person has agreed',
    async ({ app }) => {
      const client = new ApiClient(app)
      xmpp.users.reply('user1@localhost', (await ask(client)).body.number)
      await client.visitor.get('/api/login/xmpp?held').expect(200)
      return client.call('POST /api/login/xmpp/finish')
    },
  ],
  [
    'POST /api/login/xmpp/finish',
    '401',
    'confirm-denied',
    'the person has refused',
    async ({ app }) => {
      const client = new ApiClient(app)
      await ask(client)
      xmpp.users.deny('user1@localhost')
      await client.visitor.get('/api/login/xmpp?held').expect(200)
      return client.call('POST /api/login/xmpp/finish')
    },
  ],
  [
    'POST /api/login/xmpp/finish',
    '401',
    'confirm-expired',
    'the client waits for nothing',
    ({ app }) => new ApiClient(app).call('POST /api/login/xmpp/finish'),
  ],
  [
    'POST /api/login/xmpp/finish',
    '409',
    'confirm-waiting',
    'the person has not answered',
    async ({ app }) => {
      const client = new ApiClient(app)
      await ask(client)
      return client.call('POST /api/login/xmpp/finish')
    },
  ],
  ...[undefined, { jid: 'alice@localhost' }].map(
    (seen): Way => [
      'POST /api/login/xmpp/finish',
      '409',
      'confirm-jid',
      `the code was enough alone, and the client has seen ${seen?.jid ?? 'no address'}`,
      () => afterCodeAlone(seen),
    ],
  ),
  [
    'POST /api/login/xmpp/finish',
    '200',
    undefined,
    'the code was enough alone, and the client has seen the address',
    () => afterCodeAlone({ jid: 'user1@localhost' }),
  ],
  ...ONLY_WITH_REGISTRATION.map(
    (name): Way => [
      name,
      '404',
      'not-found',
      'registration is off',
      async () => (await signedIn(openApp({ XMPP_REGISTRATION: 'off' }))).call(name, { body: body(name) }),
    ],
  ),
  ...[...OPERATIONS.keys()].map(
    (name): Way => [
      name,
      '5XX',
      'unavailable',
      'the session store fails',
      async on => {
        const client = await signedIn(on)
        const token = await client.token()
        loseSessions(on.stores)
        return client.call(name, { token, body: body(name) })
      },
    ],
  ),
]

describe('documented answers', () => {
  test.each(WAYS)('%s answers %s %s when %s', async (name, status, code, _condition, go) => {
    const answer = await go(openApp(WITH_APP.includes(name) ? CONFIRM : {}))
    expect(documentedStatus(answer)).toBe(status)
    // A request to an XMPP app has a code of another kind.
    expect(answer.ok ? undefined : answer.body.code).toBe(code)
  })

  test('the specs cover every documented status of every operation', () => {
    const documented = [...OPERATIONS].flatMap(([name, { responses }]) =>
      [...responses.keys()].map(status => `${name} ${status}`),
    )
    expect([...new Set(WAYS.map(([name, status]) => `${name} ${status}`))].sort()).toEqual(documented.sort())
  })

  test('the specs cover every documented code', () => {
    const documented = [...namesIn('Problem', 'code'), ...namesIn('Failure', 'code')]
    const given = WAYS.map(([, , code]) => code).filter(code => code !== undefined)
    expect([...new Set(given)].sort()).toEqual(documented.sort())
  })
})
