import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Mechanism, Strategy } from '../lib'
import { type BoshServer, type FaultReply, type Step, startBoshServer } from '../lib/testing/server'
import { form, visit } from './fixtures/passport'

/*
 * Nothing but proof logs anyone in. Each dialogue goes right up to one step, where the server says something else; the
 * password is the right one throughout, so whatever is not a "yes" here is one because of what the server said.
 */

const HOSTILE = join(__dirname, 'fixtures', 'hostile')
const reply = (name: string): FaultReply => ({ body: readFileSync(join(HOSTILE, `${name}.xml`), 'utf8') })

let server: BoshServer
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1', user2: 'user2' } })
})
afterAll(() => server.close())
afterEach(() => server.reset())

async function logIn(mechanism: Mechanism, username = 'user1', options = {}) {
  const strategy = new Strategy({
    service: server.url,
    domain: 'localhost',
    mechanisms: [mechanism],
    failureDelay: 0,
    ...options,
  })
  const answer = await visit(strategy, form(username, 'user1'))
  await strategy.close()
  return answer
}

const BOTH: readonly Mechanism[] = ['PLAIN', 'SCRAM-SHA-256']
const PROTOCOL = { action: 'error', code: 'ERR_XMPP_PROTOCOL', status: 502 }
const TERMINATED = { action: 'error', code: 'ERR_XMPP_TERMINATED', status: 502 }
const SERVER_PROOF = { action: 'error', code: 'ERR_XMPP_SERVER_PROOF', status: 502 }
const INVALID = { action: 'fail', code: 'invalid-credentials', status: 401 }

interface Case {
  says: string
  to?: Step
  with?: readonly Mechanism[]
  outcome: { action: string; code: string; status: number }
}

const CASES: readonly Case[] = [
  { says: 'empty-body', outcome: PROTOCOL },
  { says: 'terminate', outcome: TERMINATED },
  { says: 'terminate-around-success', outcome: TERMINATED },
  { says: 'error-around-success', outcome: PROTOCOL },
  { says: 'lone-challenge', outcome: PROTOCOL },
  { says: 'challenge-of-nonsense', outcome: PROTOCOL },
  { says: 'success-in-wrong-namespace', outcome: PROTOCOL },
  { says: 'success-in-the-bodys-namespace', outcome: PROTOCOL },
  // The prefix means nothing: the namespace it is bound to is the wrong one.
  { says: 'success-under-a-prefix-of-another-namespace', outcome: PROTOCOL },
  { says: 'success-inside-another-element', outcome: PROTOCOL },
  { says: 'success-inside-a-challenge', outcome: PROTOCOL },
  { says: 'success-as-text', outcome: PROTOCOL },
  { says: 'success-as-escaped-text', outcome: PROTOCOL },
  { says: 'success-and-failure', outcome: PROTOCOL },
  { says: 'failure-and-success', outcome: PROTOCOL },
  { says: 'success-twice', outcome: PROTOCOL },
  { says: 'success-beside-a-stream-error', outcome: TERMINATED },
  { says: 'success-in-a-body-of-another-namespace', outcome: PROTOCOL },
  { says: 'success-in-no-body', outcome: PROTOCOL },
  { says: 'success-without-a-body', outcome: PROTOCOL },
  { says: 'success-in-a-second-root', outcome: PROTOCOL },
  { says: 'success-before-the-end-is-missing', outcome: PROTOCOL },
  { says: 'success-in-cdata', outcome: PROTOCOL },
  { says: 'success-behind-a-doctype', outcome: PROTOCOL },
  { says: 'success-with-plain-data', with: ['PLAIN'], outcome: PROTOCOL },
  { says: 'success-without-signature', with: ['SCRAM-SHA-256'], outcome: SERVER_PROOF },
  { says: 'success-without-signature', to: 'response', with: ['SCRAM-SHA-256'], outcome: SERVER_PROOF },
  { says: 'success-with-empty-signature', to: 'response', with: ['SCRAM-SHA-256'], outcome: SERVER_PROOF },
  { says: 'success-with-wrong-signature', with: ['SCRAM-SHA-256'], outcome: SERVER_PROOF },
  { says: 'success-with-wrong-signature', to: 'response', with: ['SCRAM-SHA-256'], outcome: SERVER_PROOF },
  { says: 'success-with-signature-that-is-not-base64', to: 'response', with: ['SCRAM-SHA-256'], outcome: PROTOCOL },
  { says: 'challenge-with-wrong-signature', to: 'response', with: ['SCRAM-SHA-256'], outcome: SERVER_PROOF },
  { says: 'features-instead-of-success', outcome: PROTOCOL },
  { says: 'bind-result-instead-of-success', outcome: PROTOCOL },
  { says: 'unknown-sasl-element', outcome: PROTOCOL },
  { says: 'failure-without-text', outcome: INVALID },
  { says: 'failure-without-text', to: 'response', with: ['SCRAM-SHA-256'], outcome: INVALID },
  { says: 'failure-without-condition', outcome: PROTOCOL },
  { says: 'failure-with-two-conditions', outcome: PROTOCOL },
  { says: 'failure-with-unknown-condition', outcome: PROTOCOL },
  { says: 'html-page', outcome: PROTOCOL },
  { says: 'json', outcome: PROTOCOL },
  { says: 'nothing', outcome: PROTOCOL },
]

const DIALOGUES = CASES.flatMap(({ with: mechanisms = BOTH, to = 'auth', ...rest }) =>
  mechanisms.map(mechanism => ({ ...rest, to, mechanism })),
)

test.each(DIALOGUES)('$mechanism, in answer to $to: $says', async ({ says, to, mechanism, outcome }) => {
  server.fault({ on: to, reply: reply(says) })

  const { action, info, status, error } = await logIn(mechanism)

  expect({ action, code: info?.['code'] ?? error?.code, status: status ?? error?.status }).toEqual(outcome)
  expect(server.requests.map(({ step }) => step)).not.toContain('restart')
})

test('every hostile reply is in the table', () => {
  const files = readdirSync(HOSTILE).map(name => name.replace('.xml', ''))
  expect(new Set(CASES.map(({ says }) => says))).toEqual(new Set(files))
})

test('without a fault the same dialogue ends in success', async () => {
  for (const mechanism of BOTH) {
    expect(await logIn(mechanism)).toMatchObject({
      action: 'success',
      user: { jid: 'user1@localhost' },
      info: { mechanism },
    })
  }
})

test('HTTP 500 with a page that would be a success', async () => {
  const { body } = reply('success-without-signature') as { body: string }
  server.fault({ on: 'auth', reply: { status: 500, body, headers: { 'Content-Type': 'text/xml' } } })

  expect(await logIn('PLAIN')).toMatchObject({ action: 'error', error: { code: 'ERR_XMPP_HTTP', status: 502 } })
})

test('an unknown virtual host is answered by terminate', async () => {
  expect(await logIn('PLAIN', 'user1', { domain: 'localhosts' })).toMatchObject({
    action: 'error',
    error: {
      code: 'ERR_XMPP_DOMAIN',
      status: 500,
      message: expect.stringContaining("`domain` 'localhosts' is not served by this server; set option `domain`"),
    },
  })
  expect(server.requests.map(({ step }) => step)).toEqual(['create'])
})

test.each(['auth', 'response', 'restart', 'bind'] as const)('the session expired before %s', async on => {
  server.fault({ on, reply: { terminate: 'item-not-found' } })

  expect(await logIn('SCRAM-SHA-256')).toMatchObject({
    action: 'error',
    error: { code: 'ERR_XMPP_TERMINATED', status: 502, condition: 'item-not-found' },
  })
})

test("another domain's user with the right password of ours is refused without asking anybody", async () => {
  expect(await logIn('PLAIN', 'user1@evil.example')).toMatchObject({
    action: 'fail',
    status: 401,
    info: { code: 'invalid-credentials' },
  })
  expect(server.requests).toEqual([])
})

test('the answer may come one request late, and then it counts', async () => {
  for (const on of ['create', 'auth', 'response', 'restart', 'bind'] as const) server.fault({ on, reply: 'late' })

  expect(await logIn('SCRAM-SHA-256')).toMatchObject({ action: 'success', user: { jid: 'user1@localhost' } })
})

describe('the bound JID is the word on who this is', () => {
  const OTHERS = [
    'user2@localhost/x',
    'USER1@localhost/x',
    'user1@evil.example/x',
    'user1@localhost.evil.example/x',
    'user1@ｌocalhost/x',
    'user1@LOCALHOST/x',
    'user1@localhost',
    'user1@localhost/',
    'localhost/user1@localhost/x',
    'localhost',
    '@localhost/x',
    'user1@localhost@evil.example/x',
    ' user1@localhost/x',
    '',
    `${'a'.repeat(1024)}@localhost/x`,
  ]
  test.each(OTHERS)('%.40s is not user1@localhost', async boundJid => {
    server.fault({ on: 'bind', reply: { boundJid } })

    expect(await logIn('PLAIN')).toMatchObject({ action: 'error', error: { code: 'ERR_XMPP_IDENTITY', status: 502 } })
  })

  test.each([
    ['not-allowed', 'fail', 'not-allowed', 403],
    ['conflict', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
    ['resource-constraint', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
    ['bad-request', 'error', 'ERR_XMPP_PROTOCOL', 502],
  ])('bind refused with %s', async (bindError, action, code, status) => {
    server.fault({ on: 'bind', reply: { bindError } })

    const answer = await logIn('PLAIN')

    expect(answer.action).toBe(action)
    expect(answer.info?.['code'] ?? answer.error?.code).toBe(code)
    expect(answer.status ?? answer.error?.status).toBe(status)
  })
})
