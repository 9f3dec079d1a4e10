import { Authenticator, type AuthenticatorOptions, Registration } from '../../lib'
import { type BoshServer, type BoshServerOptions, startBoshServer } from '../../lib/testing/server'

/*
 * The library on habits that only one real server has.
 */

const USER1 = { username: 'user1', password: 'user1' }

let server: BoshServer
let opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.map(client => client.close()))
  opened = []
  await server.close()
})

async function start(options: Partial<BoshServerOptions>): Promise<void> {
  const accounts = { user1: 'user1' }
  server = await startBoshServer({ domain: 'localhost', accounts, answerPause: 0, registration: 'open', ...options })
}

const clientOptions = (): AuthenticatorOptions => ({ service: server.url, domain: 'localhost', failureDelay: 0 })

async function logIn(
  credentials: { readonly username: string; readonly password: string },
  options: Partial<AuthenticatorOptions> = {},
): Promise<string> {
  const authenticator = new Authenticator({ ...clientOptions(), ...options })
  opened.push(authenticator)
  return authenticator.authenticate(credentials).then(
    () => 'success',
    error => error.code,
  )
}

test.each([
  ['the password of a known name cannot be prepared', { username: 'user1', password: 'pw😀' }],
  ['the name cannot be prepared', { username: '\u0242bc', password: 'x' }],
  ['the password is too long', { username: 'user1', password: 'x'.repeat(1_024) }],
])('a login by PLAIN is refused on MongooseIM when %s', async (_, credentials) => {
  await start({ personality: 'mongooseim' })

  expect(await logIn(credentials, { mechanisms: ['PLAIN'] })).toBe('invalid-credentials')
})

test.each([
  ['SCRAM-SHA-1', 'response', 'instead'],
  ['SCRAM-SHA-1', 'bind', 'instead'],
  ['SCRAM-SHA-1', 'bind', 'beside'],
  ['PLAIN', 'bind', 'instead'],
  ['PLAIN', 'bind', 'beside'],
] as const)(
  'a login by %s succeeds on Openfire when its answer to %s gives an element twice (%s)',
  async (mechanism, on, again) => {
    await start({ personality: 'openfire' })
    server.fault({ on, reply: { again } })

    expect(await logIn(USER1, { mechanisms: [mechanism] })).toBe('success')
  },
)

test.each([
  ['SCRAM-SHA-1', 'account-disabled'],
  ['PLAIN', 'invalid-credentials'],
] as const)('a disabled account of Openfire is refused by %s with %s', async (mechanism, code) => {
  await start({ personality: 'openfire' })
  server.accounts.disable('user1')

  expect(await logIn(USER1, { mechanisms: [mechanism] })).toBe(code)
  expect(await logIn({ ...USER1, password: 'x' }, { mechanisms: [mechanism] })).toBe('invalid-credentials')
})

test.each([
  [true, 0],
  [false, 1], // documented at option `bind`: the server does not honour the terminate
])('a login with bind %p leaves %i sessions on MongooseIM', async (bind, left) => {
  await start({ personality: 'mongooseim' })
  const authenticator = new Authenticator({ ...clientOptions(), bind })
  await authenticator.authenticate(USER1)
  await authenticator.close()

  expect(server.sessions).toHaveLength(left)
})

test('a sign-up on Tigase succeeds with an address and the result of the sum', async () => {
  await start({ personality: 'tigase', registration: 'captcha' })
  const registration = new Registration(clientOptions())
  opened.push(registration)
  const { state, fields } = await registration.form()
  const qa = server.captchas.at(-1)?.text ?? ''
  const values = { username: 'carol', password: 'secret', email: 'carol@example.com', qa }

  expect(fields.map(({ name, label }) => [name, label])).toContainEqual([
    'qa',
    expect.stringMatching(/^Solve: \d+ \+ \d+$/),
  ])
  expect(await registration.submit(state, values)).toBe('carol@localhost')
})
