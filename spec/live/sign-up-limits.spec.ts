import { Authenticator, Registration, type XmppBoshError } from '../../lib'
import { debian } from './servers/debian'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/* Open registration on a real Prosody with its own limits, and passwords that SASLprep changes on both servers. */

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (reason: XmppBoshError) => `${reason.code} ${reason.status}`,
  )

async function logIn({ url }: LiveServer, username: string, password: string, mechanism: 'PLAIN' | 'SCRAM-SHA-1') {
  const mechanisms = [mechanism]
  const authenticator = new Authenticator({ service: url, domain: 'localhost', failureDelay: 0, mechanisms })
  try {
    return (await authenticator.authenticate({ username, password })).jid
  } catch (reason) {
    return (reason as XmppBoshError).code
  } finally {
    await authenticator.close()
  }
}

// By default the limits do not count 127.0.0.1, which is on the allowlist.
const LIMITS = `
min_seconds_between_registrations = 600
registration_allowlist = { "192.0.2.99" }
registration_whitelist = { "192.0.2.99" }
registration_blocklist = { "192.0.2.66" }
registration_blacklist = { "192.0.2.66" }
`

describe(`on Prosody of ${debian} with mod_register_limits`, () => {
  let server: LiveServer
  let registration: Registration
  beforeAll(async () => {
    server = await startProsody({ registration: true, more: LIMITS })
    registration = new Registration({ service: server.url, domain: 'localhost', failureDelay: 0 })
  })
  afterAll(async () => {
    await registration?.close()
    await server?.stop()
  })

  async function signUp(username: string, password: string, clientIp: string): Promise<string> {
    const { state } = await registration.form({ clientIp })
    return registration.submit(state, { username, password }, { clientIp })
  }

  test('the second sign-up from one address is rate-limited, and one from another address is not', async () => {
    expect(await signUp('first', 'correct horse 1', '192.0.2.1')).toBe('first@localhost')
    expect(await codeOf(signUp('second', 'correct horse 2', '192.0.2.1'))).toBe('rate-limited 429')
    expect(await signUp('second', 'correct horse 2', '192.0.2.2')).toBe('second@localhost')
  })

  test('a sign-up from a blocked address is told that registration is closed', async () => {
    expect(await codeOf(signUp('blocked', 'correct horse 3', '192.0.2.66'))).toBe('registration-closed 403')
  })

  test('a name that is taken is told as such', async () => {
    await signUp('taken', 'correct horse 4', '192.0.2.4')
    expect(await codeOf(signUp('taken', 'correct horse 4', '192.0.2.5'))).toBe('username-taken 409')
  })

  test('an account whose password SASLprep changes logs in by PLAIN and by SCRAM after sign-up', async () => {
    await signUp('ligature', '\ufb01ne\u00a0words 22', '192.0.2.7')
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-1'] as const) {
      expect(await logIn(server, 'ligature', '\ufb01ne\u00a0words 22', mechanism)).toBe('ligature@localhost')
    }
  })
})

describe.each([
  ['ejabberd with passwords in clear text', () => startEjabberd({ storage: 'plain' })],
  ['ejabberd with keys', () => startEjabberd({ storage: 'scram', hash: 'sha' })],
  ['Prosody', () => startProsody()],
] as const)('with a password that SASLprep changes, on %s', (_, start) => {
  let server: LiveServer
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.stop())

  const TYPED = '\ufb01ne\u00a0words 22'

  test.each([
    ['prepared', 'fine words 22'], // by this package's sign-up
    ['typed', TYPED], // by other programs
  ])('an account whose password is stored as %s logs in by every mechanism', async (how, stored) => {
    await server.register(`user-${how}`, stored)
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-1'] as const) {
      expect(await logIn(server, `user-${how}`, TYPED, mechanism)).toBe(`user-${how}@localhost`)
      expect(await logIn(server, `user-${how}`, `${TYPED}x`, mechanism)).toBe('invalid-credentials')
    }
  })
})
