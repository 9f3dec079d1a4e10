import nock from 'nock'
import { Authenticator } from '../../lib'
import { type BoshMock, mockBosh } from '../../lib/testing/nock'

const SERVICE = 'https://xmpp.example.com:5443/bosh'
const USER1 = { username: 'user1', password: 'user1' }

let mock: BoshMock
let authenticator: Authenticator
beforeAll(() => nock.disableNetConnect())
afterAll(() => {
  nock.enableNetConnect()
  // node:http is the whole process': specs that count connections run in it too.
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

test('a login without a network', async () => {
  expect(await authenticator.authenticate(USER1)).toEqual({
    jid: 'user1@example.com',
    username: 'user1',
    domain: 'example.com',
    mechanism: 'SCRAM-SHA-512',
  })
  expect(mock.requests.map(({ step }) => step)).toEqual(['create', 'auth', 'response', 'restart', 'bind'])
})

test('a wrong password', async () => {
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
] as const)('the fault %j', async (reply, code) => {
  mock.fault({ on: 'auth', reply })

  await expect(authenticator.authenticate(USER1)).rejects.toMatchObject({ code })
})

test.each(['hang', 'drip'] as const)('the fault "%s" ends with the deadline', async reply => {
  const impatient = new Authenticator({ service: SERVICE, domain: 'example.com', timeout: 50 })
  mock.fault({ on: 'auth', reply })

  await expect(impatient.authenticate(USER1)).rejects.toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
  await impatient.close()
})

test('after close() the URL is an ordinary one again', async () => {
  mock.close()

  await expect(authenticator.authenticate(USER1)).rejects.toMatchObject({ code: 'ERR_XMPP_CONNECT' })
})
