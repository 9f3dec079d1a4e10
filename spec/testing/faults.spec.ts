import { Authenticator, type AuthenticatorOptions, Registration } from '../../lib'
import {
  type BoshServer,
  type Fault,
  type FaultReply,
  PERSONALITY_NAMES,
  type PersonalityName,
  type Step,
  startBoshServer,
} from '../../lib/testing/server'
import { handClock } from '../fixtures/clock'

/*
 * The faults of the test kit, each as the test of a login would ask for it, and the outcome of that login.
 */

const USER1 = { username: 'user1', password: 'user1' }
const SUCCESS = 'success'

let server: BoshServer
let opened: Authenticator[] = []
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
})
afterAll(() => server.close())
afterEach(async () => {
  await Promise.all(opened.map(authenticator => authenticator.close()))
  opened = []
  server.reset()
})

async function logIn(options: Partial<AuthenticatorOptions> = {}, service = server.url): Promise<string> {
  const authenticator = new Authenticator({
    service,
    domain: 'localhost',
    mechanisms: ['SCRAM-SHA-256'],
    failureDelay: 0,
    ...options,
  })
  opened.push(authenticator)
  return authenticator.authenticate(USER1).then(
    () => SUCCESS,
    reason => reason.code,
  )
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

const BAD_REQUEST = expect.stringContaining("type='terminate' condition='bad-request'")

interface Habits {
  /** answer to a request that cannot be read */
  readonly malformed: unknown
  /** status and body for a creation without `wait` and `hold` */
  readonly withoutWait: RegExp
  readonly repeatsSid: boolean
  /** bare JID of a login as USER1; empty where the name is refused */
  readonly jid: string
}
const HABITS: Readonly<Record<PersonalityName, Habits>> = {
  ejabberd: {
    malformed: { status: 400, text: '' },
    withoutWait: /<mechanism>PLAIN</,
    repeatsSid: false,
    jid: 'USER1@localhost',
  },
  prosody: {
    malformed: { status: 200, text: BAD_REQUEST },
    withoutWait: /^200 .* condition='bad-request'/,
    repeatsSid: true,
    jid: 'user1@localhost',
  },
  openfire: {
    malformed: { status: 400, text: expect.stringContaining('<title>Error 400 Bad Request</title>') },
    withoutWait: /<mechanism>PLAIN</,
    repeatsSid: false,
    jid: '',
  },
  tigase: { malformed: 'no answer', withoutWait: / wait='30'/, repeatsSid: false, jid: 'USER1@localhost' },
  mongooseim: {
    malformed: { status: 500, text: '' },
    withoutWait: /<mechanism>PLAIN</,
    repeatsSid: true,
    jid: 'user1@localhost',
  },
  metronome: {
    malformed: { status: 400, text: expect.stringContaining('400 Bad Request') },
    withoutWait: /^500 /,
    repeatsSid: true,
    jid: 'user1@localhost',
  },
}

const STEPS: readonly Step[] = ['create', 'auth', 'response', 'restart', 'bind']
const rewritten = (pattern: string | RegExp, by: string): FaultReply => ({
  rewrite: body => body.replace(pattern, by),
})
const sasl = (pattern: string | RegExp, by: string): FaultReply => ({ sasl: message => message.replace(pattern, by) })

describe.each(STEPS)('in answer to %s', on => {
  test.each<[what: string, reply: FaultReply, outcome: string]>([
    ['an empty body in place of the answer', 'empty', 'ERR_XMPP_PROTOCOL'],
    ['an empty body before the answer', 'late', SUCCESS],
    ['a body of type="error"', 'error', 'ERR_XMPP_PROTOCOL'],
    ['type="terminate"', 'terminate', 'ERR_XMPP_TERMINATED'],
    ['a condition of BOSH', { terminate: 'other-request' }, 'ERR_XMPP_TERMINATED'],
    ['a stream error', { streamError: 'connection-timeout' }, 'ERR_XMPP_TERMINATED'],
    ['the end of the connection', 'reset', 'ERR_XMPP_CONNECT'],
    ['only the head of a reply', { cut: 0 }, 'ERR_XMPP_CONNECT'],
    ['half a reply', { cut: 40 }, 'ERR_XMPP_CONNECT'],
    ['a reply that is too large', 'too-large', 'ERR_XMPP_TOO_LARGE'],
    ['a compressed reply', 'gzip', 'ERR_XMPP_PROTOCOL'],
    ['a page that is not XML', 'not-xml', 'ERR_XMPP_PROTOCOL'],
    ['bytes that are not UTF-8', { body: Uint8Array.from([0x3c, 0xc0, 0x80]) }, 'ERR_XMPP_PROTOCOL'],
    ['another HTTP status', { status: 503 }, 'ERR_XMPP_HTTP'],
    ['a redirect', { status: 307, headers: { Location: '/bosh' } }, 'ERR_XMPP_HTTP'],
    ['two roots', { rewrite: body => body + body }, 'ERR_XMPP_PROTOCOL'],
    ['an unknown attribute', rewritten('<body ', "<body x='y' "), SUCCESS],
    ['a body under a prefix', { rewrite: prefixed }, SUCCESS],
    ['bytes instead of text', { rewrite: body => Buffer.from(body) }, SUCCESS],
  ])('a login ends as expected when the server sends %s', async (_, reply, outcome) => {
    server.fault({ on, reply })

    expect(await logIn()).toBe(outcome)
  })

  test.each<FaultReply>(['hang', 'drip'])('a login ends at its deadline when the reply is a "%s"', async reply => {
    const clock = handClock()
    server.fault({ on, reply })
    const authenticator = new Authenticator(
      { service: server.url, domain: 'localhost', mechanisms: ['SCRAM-SHA-256'], timeout: 5000 },
      { clock },
    )
    opened.push(authenticator)
    const answered = authenticator.authenticate(USER1).catch(reason => reason.code)
    while (!server.requests.some(({ step }) => step === on)) await new Promise(resolve => setImmediate(resolve))
    clock.advance(5000)

    expect(await answered).toBe('ERR_XMPP_TIMEOUT')
  })
})

test('a rewriting fault receives the reply and the request it answers', async () => {
  const rewrite = jest.fn((body: string) => body)
  server.fault({ on: 'bind', reply: { rewrite } })

  expect(await logIn()).toBe(SUCCESS)
  expect(rewrite.mock.calls).toEqual([
    [expect.stringContaining('<jid>user1@localhost/'), server.requests.find(({ step }) => step === 'bind')],
  ])
})

test('a login waits for features that come with the third reply', async () => {
  server.fault({ on: 'create', reply: 'late' })
  server.fault({ on: 'poll', reply: 'late' })

  expect(await logIn()).toBe(SUCCESS)
  expect(server.requests.slice(0, 3).map(({ step }) => step)).toEqual(['create', 'poll', 'poll'])
})

test.each<[offer: string[], outcome: string]>([
  [[], 'ERR_XMPP_MECHANISM'],
  [['X-OAUTH2', 'ANONYMOUS'], 'ERR_XMPP_MECHANISM'],
  // SCRAM holds a hash of the real offer.
  [['SCRAM-SHA-256'], 'ERR_XMPP_SERVER_PROOF'],
])('a login ends as expected when %j arrives of the offer', async (offer, outcome) => {
  server.fault({ on: 'create', reply: { offer } })

  expect(await logIn()).toBe(outcome)
})

test.each<[what: string, on: Step, reply: FaultReply, outcome: string]>([
  ['an extension we need not know', 'auth', sasl(/$/, ',x=y'), SUCCESS],
  ['an extension we would have to know', 'auth', sasl(/^/, 'm=x,'), 'ERR_XMPP_PROTOCOL'],
  ['a nonce that does not extend ours', 'auth', sasl('r=', 'r=x'), 'ERR_XMPP_SERVER_PROOF'],
  ['too few iterations', 'auth', sasl('i=4096', 'i=1'), 'ERR_XMPP_SERVER_PROOF'],
  ['too many iterations', 'auth', sasl('i=4096', 'i=1000000000'), 'ERR_XMPP_SERVER_PROOF'],
  ['iterations in hexadecimal', 'auth', sasl('i=4096', 'i=0x1000'), 'ERR_XMPP_SERVER_PROOF'],
  ['a salt that is not base64', 'auth', sasl(/s=[^,]*/, 's=*'), 'ERR_XMPP_PROTOCOL'],
  ['another hash of the offer', 'auth', sasl(/h=./, 'h=_'), 'ERR_XMPP_SERVER_PROOF'],
  ['no hash of the offer', 'auth', sasl(/,h=.*/, ''), SUCCESS],
  ['an empty message', 'auth', { sasl: () => '' }, 'ERR_XMPP_PROTOCOL'],
  ['a wrong signature', 'response', sasl(/=.*/, '=AAAA'), 'ERR_XMPP_SERVER_PROOF'],
  ['no signature', 'response', { sasl: () => '' }, 'ERR_XMPP_SERVER_PROOF'],
  ['an error instead of a signature', 'response', { sasl: () => 'e=other-error' }, 'ERR_XMPP_SERVER_PROOF'],
  ['the signature in a challenge', 'response', 'signature-in-challenge', SUCCESS],
])('a login by SCRAM ends as expected with %s', async (_, on, reply, outcome) => {
  server.fault({ on, reply })

  expect(await logIn()).toBe(outcome)
})

describe.each(PERSONALITY_NAMES)('for an account on %s', personality => {
  const NEW = { username: 'user9', password: 'Password-9', email: 'user9@example.com' }
  let other: BoshServer
  let registration: Registration
  beforeAll(async () => {
    const accounts = { user1: 'user1' }
    other = await startBoshServer({ domain: 'localhost', accounts, personality, registration: 'open', answerPause: 0 })
    registration = new Registration({ service: other.url, domain: 'localhost', failureDelay: 0 })
  })
  afterAll(async () => {
    await registration.close()
    await other.close()
  })
  afterEach(() => other.reset())

  const made = async () => registration.submit((await registration.form()).state, NEW)
  const changed = () => registration.changePassword(USER1, 'Another-1')
  const removed = () => registration.remove(USER1)

  test.each([
    ['is not made', 'register', made],
    ['keeps its password', 'register', changed],
    ['stays', 'remove', removed],
  ] as const)('the account %s when the server refuses', async (_, on, asked) => {
    other.fault({ on, reply: { stanzaError: 'not-allowed' } })

    await expect(asked()).rejects.toMatchObject({ code: 'registration-closed' })
    expect(other.accounts.has('user9')).toBe(false)
    expect(other.accounts.isPassword('user1', 'user1')).toBe(true)
  })

  test.each([
    ['is made', 'register', made, () => other.accounts.has('user9')],
    ['has another password', 'register', changed, () => other.accounts.isPassword('user1', 'Another-1')],
    ['is gone', 'remove', removed, () => !other.accounts.has('user1')],
  ] as const)('the account %s although the answer is lost', async (_, on, asked, isDone) => {
    other.fault({ on, reply: { status: 503 } })

    await expect(asked()).rejects.toMatchObject({ code: 'ERR_XMPP_HTTP' })
    expect(isDone()).toBe(true)
  })

  test('the account is gone although the connection ends in place of the answer, and the library finds it out', async () => {
    other.fault({ on: 'remove', reply: 'reset' })

    await expect(removed()).resolves.toBeUndefined()
    expect(other.accounts.has('user1')).toBe(false)
  })
})

describe.each(PERSONALITY_NAMES)('with the habits of %s', personality => {
  let other: BoshServer
  beforeAll(async () => {
    const accounts = { user1: 'user1' }
    other = await startBoshServer({
      domain: 'localhost',
      accounts,
      personality,
      mechanisms: MECHANISMS,
      answerPause: 0,
    })
  })
  afterAll(() => other.close())
  afterEach(() => other.reset())

  test.each(MECHANISMS)('a login by %s succeeds', async mechanism => {
    expect(await logIn({ mechanisms: [mechanism] }, other.url)).toBe(SUCCESS)
  })

  test('a login to a domain that is not served ends with ERR_XMPP_DOMAIN', async () => {
    expect(await logIn({ domain: 'localhosts' }, other.url)).toBe('ERR_XMPP_DOMAIN')
  })

  const asks = async (body: string) => {
    const response = await fetch(other.url, { method: 'POST', body })
    return { status: response.status, text: await response.text() }
  }
  const HTTPBIND = "xmlns='http://jabber.org/protocol/httpbind'"
  const VERSION = "xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'"

  test('the server answers a request that cannot be read as the real one does', async () => {
    const { malformed } = HABITS[personality]
    const asked = asks('<body')
    const answered = await Promise.race([asked, new Promise(resolve => setTimeout(resolve, 300, 'no answer'))])
    // The end of the test cuts the connection.
    asked.catch(() => {})

    expect(answered).toEqual(malformed)
  })

  test('the server answers a creation without wait and hold as the real one does', async () => {
    const { status, text } = await asks(`<body ${HTTPBIND} rid='1' to='localhost' ${VERSION}/>`)

    expect(`${status} ${text}`).toMatch(HABITS[personality].withoutWait)
  })

  test('the server binds a name in capital letters as the real one does', async () => {
    const { text } = await asks(`<body ${HTTPBIND} rid='1' to='localhost' wait='1' hold='1' ${VERSION}/>`)
    const sid = / sid='([^']+)'/.exec(text)?.[1] ?? ''
    const say = async (rid: number, payload: string, more = '') =>
      (await asks(`<body ${HTTPBIND} rid='${rid}' sid='${sid}' ${more}>${payload}</body>`)).text
    const plain = Buffer.from('\0USER1\0user1').toString('base64')
    const success = await say(2, `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`)
    await say(3, '', "xmlns:xmpp='urn:xmpp:xbosh' xmpp:restart='true'")
    const bound = await say(
      4,
      "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    )

    const { jid, repeatsSid } = HABITS[personality]
    expect(success).toContain(jid === '' ? '<not-authorized/>' : '<success')
    expect(success.includes(` sid='${sid}'`)).toBe(repeatsSid)
    expect(bound).toContain(jid === '' ? '<not-authorized ' : `<jid>${jid}/`)
  })
})

test('startBoshServer lists the personalities when it gets an unknown one', async () => {
  const personality = 'netscape' as PersonalityName
  await expect(startBoshServer({ domain: 'localhost', personality })).rejects.toThrow(
    new TypeError('option `personality` must be one of ejabberd, prosody, openfire, tigase, mongooseim, metronome'),
  )
})

test.each<[what: string, fault: object, message: string]>([
  ['an unknown step', { on: 'login', reply: 'hang' }, 'fault `on` must be one of create, auth, response'],
  ['an unknown word', { on: 'auth', reply: 'hangs' }, 'fault `reply` is unknown'],
  ['an unknown object', { on: 'auth', reply: { state: 503 } }, 'fault `reply` is unknown'],
  ['zero times', { on: 'auth', reply: 'hang', times: 0 }, 'fault `times` must be a positive integer'],
])('the server refuses a fault of %s, which would never happen', (_, fault, message) => {
  expect(() => server.fault(fault as Fault)).toThrow(new RegExp(`^${message}`))
})

/** Returns the same body with its namespace under a prefix. The children keep theirs. */
function prefixed(body: string): string {
  return body.replace('<body xmlns=', '<b:body xmlns:b=').replace('</body>', '</b:body>')
}
