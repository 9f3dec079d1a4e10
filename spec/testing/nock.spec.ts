import { createServer } from 'node:http'
import nock from 'nock'
import request from 'supertest'
import { Authenticator } from '../../lib'
import { type BoshMock, mockBosh } from '../../lib/testing/nock'
import { PERSONALITY_NAMES } from '../../lib/testing/server'

const SERVICE = 'https://xmpp.example.com:5443/bosh'
const USER1 = { username: 'user1', password: 'user1' }

let mock: BoshMock
let authenticator: Authenticator
beforeAll(() => nock.disableNetConnect())
afterAll(() => {
  nock.enableNetConnect()
  // node:http belongs to the whole process, and specs that count connections run in it as well.
  nock.restore()
})
beforeEach(() => {
  mock = mockBosh(SERVICE, { domain: 'example.com', accounts: { user1: 'user1' } })
  authenticator = new Authenticator({ service: SERVICE, domain: 'example.com', failureDelay: 0 })
})
afterEach(async () => {
  await authenticator.close()
  mock.close()
})

test('a login succeeds without a network', async () => {
  expect(await authenticator.authenticate(USER1)).toEqual({
    jid: 'user1@example.com',
    username: 'user1',
    domain: 'example.com',
    mechanism: 'SCRAM-SHA-512',
  })
  expect(mock.requests.map(({ step }) => step)).toEqual(['create', 'auth', 'response', 'restart', 'bind'])
})

test.each(PERSONALITY_NAMES)('logins as on %s succeed and fail without a network', async personality => {
  const service = `https://${personality}.example.com/bosh`
  const other = mockBosh(service, { domain: 'example.com', accounts: { user1: 'user1' }, personality, answerPause: 0 })
  const client = new Authenticator({ service, domain: 'example.com', failureDelay: 0 })
  const { jid } = await client.authenticate(USER1)
  const refusal = client.authenticate({ ...USER1, password: 'x' })

  expect(jid).toBe('user1@example.com')
  await expect(refusal).rejects.toMatchObject({ status: 401 })
  await client.close()
  other.close()
})

test('a login fails with status 401 when the password is wrong', async () => {
  await expect(authenticator.authenticate({ ...USER1, password: 'x' })).rejects.toMatchObject({ status: 401 })
})

test.each([
  ['reset', 'ERR_XMPP_CONNECT'],
  ['not-xml', 'ERR_XMPP_PROTOCOL'],
  ['terminate', 'ERR_XMPP_TERMINATED'],
  [{ status: 503 }, 'ERR_XMPP_HTTP'],
  [{ cut: 10 }, 'ERR_XMPP_CONNECT'],
  [{ body: Buffer.from([0xff]) }, 'ERR_XMPP_PROTOCOL'],
  ['too-large', 'ERR_XMPP_TOO_LARGE'],
  ['gzip', 'ERR_XMPP_PROTOCOL'],
] as const)('the fault %j fails a login with %s', async (reply, code) => {
  mock.fault({ on: 'auth', reply })

  await expect(authenticator.authenticate(USER1)).rejects.toMatchObject({ code })
})

test.each(['hang', 'drip'] as const)('the fault "%s" ends with the deadline', async reply => {
  const impatient = new Authenticator({ service: SERVICE, domain: 'example.com', timeout: 50 })
  mock.fault({ on: 'auth', reply })

  await expect(impatient.authenticate(USER1)).rejects.toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
  await impatient.close()
})

test('close() frees the URL of the mock', async () => {
  mock.close()

  await expect(authenticator.authenticate(USER1)).rejects.toMatchObject({ code: 'ERR_XMPP_CONNECT' })
})

test('the mock returns its URL and refuses an invalid one', () => {
  expect(mock.url).toBe(SERVICE)
  for (const url of ['xmpp.example.com/bosh', 'ftp://xmpp.example.com/', 'http://']) {
    expect(() => mockBosh(url, { domain: 'example.com' })).toThrow(
      new TypeError('`url` must be an http: or https: URL'),
    )
  }
})

test('several mocks of one host or of two keep their own accounts', async () => {
  const mocks = [
    mockBosh('https://xmpp.example.com:5443/other', { domain: 'other.example', accounts: { user1: 'user2' } }),
    mockBosh('http://127.0.0.1:5280/bosh?of=user3', { domain: 'example.com', accounts: { user1: 'user3' } }),
  ]
  const logIn = async (service: string, domain: string, password: string) => {
    const other = new Authenticator({ service, domain, failureDelay: 0 })
    try {
      return (await other.authenticate({ username: 'user1', password })).jid
    } catch (error) {
      return (error as { code: string }).code
    } finally {
      await other.close()
    }
  }
  const [second, third] = mocks

  expect([
    await logIn(second?.url ?? '', 'other.example', 'user2'),
    await logIn(second?.url ?? '', 'other.example', 'user1'),
    await logIn(third?.url ?? '', 'example.com', 'user3'),
    await logIn(SERVICE, 'example.com', 'user1'),
  ]).toEqual(['user1@other.example', 'invalid-credentials', 'user1@example.com', 'user1@example.com'])
  second?.close()
  expect(await logIn(SERVICE, 'example.com', 'user1')).toBe('user1@example.com')
  third?.close()
})

test('the mock leaves the settings of nock for other hosts as they are', async () => {
  const app = createServer(async (_request, response) => {
    const { jid } = await authenticator.authenticate(USER1)
    response.end(jid)
  })
  nock.enableNetConnect('127.0.0.1')

  // supertest listens on a port, and asks there.
  expect((await request(app).get('/')).text).toBe('user1@example.com')
  nock.disableNetConnect()
  await expect(request(app).get('/')).rejects.toThrow('Disallowed net connect')
})

test('nock is done when no login was made', () => {
  expect(nock.isDone()).toBe(true)
  expect(mock.requests).toEqual([])
})
