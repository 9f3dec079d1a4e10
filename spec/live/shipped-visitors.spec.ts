import { Authenticator, type LoginContext, Registration } from '../../lib'
import { configuredNumber } from '../fixtures/configured-number'
import { authenticate, bind, openSession, terminate } from './servers/bare-session'
import { type ShippedServer, startShipped } from './servers/shipped'

// ejabberd counts mistakes by address. With the configuration that operators copy, the mistakes of one visitor do not
// affect another visitor.

const password = 'correct horse battery'
const MAX_FAILURES = configuredNumber('ejabberd/ejabberd.yml', 'MAX_FAILURES')
const CAPTCHA_LIMIT = configuredNumber('ejabberd/ejabberd.yml', 'CAPTCHA_LIMIT')

let server: ShippedServer
let opened: (Authenticator | Registration)[] = []

// One server for all tests: the acts of one visitor must not affect the next.
beforeAll(async () => {
  server = await startShipped({ values: { REGISTRATION_TIMEOUT: '10' } })
  await server.addUser('alice', password)
})
afterAll(() => server?.stop())
afterEach(async () => {
  await Promise.all(opened.map(client => client.close()))
  opened = []
})

const options = () => ({ service: server.url, domain: server.domain, failureDelay: 0 })

/** Makes another app: one that learned of a ban does not ask again for a while. */
function app(): Authenticator {
  const made = new Authenticator(options())
  opened.push(made)
  return made
}

const signIn = (authenticator: Authenticator, context: LoginContext = {}) =>
  authenticator.authenticate({ username: 'alice', password }, context).then(({ jid }) => jid)

/** Tries ten wrong passwords more than the server allows and returns the code of each answer. */
async function guess(authenticator: Authenticator, context: LoginContext = {}): Promise<string[]> {
  const codes: string[] = []
  for (let n = 0; n < MAX_FAILURES + 10; n++) {
    const wrong = { username: 'alice', password: `wrong ${n}` }
    codes.push(
      await authenticator.authenticate(wrong, context).then(
        () => 'success',
        error => error.code,
      ),
    )
  }
  return codes
}

const times = <T>(count: number, value: T): T[] => Array(count).fill(value)

test.each([
  ['198.51.100.7', '203.0.113.9'],
  ['2001:db8::7', '2001:db8::9'],
])('too many wrong passwords from %s ban that visitor while %s signs in', async (banned, other) => {
  const authenticator = app()

  const codes = await guess(authenticator, { clientIp: banned })

  // The last wrong password that the configuration names is answered by the ban.
  expect(codes).toEqual([...times(MAX_FAILURES - 1, 'invalid-credentials'), ...times(11, 'ERR_XMPP_POLICY')])
  expect(await signIn(authenticator, { clientIp: other })).toBe('alice@localhost')
  expect(await signIn(authenticator)).toBe('alice@localhost')
  const again = () => signIn(app(), { clientIp: banned }).catch(error => error.code)
  expect(await again()).toBe('ERR_XMPP_POLICY')
})

test('the server bans no visitor when forwardClientIp is off', async () => {
  const authenticator = app()

  expect(await guess(authenticator)).toEqual(times(MAX_FAILURES + 10, 'invalid-credentials'))
  expect(await signIn(authenticator)).toBe('alice@localhost')
})

test('a visitor gets no more captchas after as many in a minute as the configuration names while another one does', async () => {
  const registration = new Registration(options())
  opened.push(registration)
  const ask = (clientIp: string) => registration.form({ clientIp }).then(({ captcha }) => captcha?.type)

  for (let n = 0; n < CAPTCHA_LIMIT; n++) expect(await ask('198.51.100.20')).toBe('image/png')
  await expect(ask('198.51.100.20')).rejects.toMatchObject({ code: 'rate-limited' })
  expect(await ask('203.0.113.21')).toBe('image/png')
})

test('a visitor has to wait for a second account while another one does not', async () => {
  const registration = new Registration(options())
  opened.push(registration)
  const signUp = async (username: string, clientIp: string) => {
    const { state, captcha } = await registration.form({ clientIp })
    expect(captcha).toBeDefined()
    return registration.submit(state, { username, password, ocr: await server.captchaText() }, { clientIp })
  }

  expect(await signUp('bob', '198.51.100.30')).toBe('bob@localhost')
  await expect(signUp('carol', '198.51.100.30')).rejects.toMatchObject({ code: 'rate-limited' })
  expect(await signUp('dave', '203.0.113.31')).toBe('dave@localhost')
})

test('forty logins at once do not end a chat session of the same account', async () => {
  const chat = await openSession(server)
  await authenticate(chat, 'alice', password)
  expect(await bind(chat)).toContain('alice@localhost/')

  const authenticator = app()
  await Promise.all(times(40, authenticator).map(each => signIn(each)))

  const query = "<query xmlns='jabber:iq:version'/>"
  const answer = await chat.send(`<iq xmlns='jabber:client' type='get' id='2' to='localhost'>${query}</iq>`)
  expect(answer).toContain(`<version>${server.version}`)
  await terminate(chat)
})
