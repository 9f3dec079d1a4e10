import { Authenticator, type AuthenticatorOptions, type Mechanism, Strategy } from '../../lib/index'
import { MAX_EMPTY_POLLS, POLL_PAUSE_MS } from '../../lib/limits'
import { type BoshServer, type FaultReply, type SaslFault, type Step, startBoshServer } from '../../lib/testing/server'
import { type Clock, systemClock } from '../../lib/time/clock'
import { form, visit } from '../fixtures/passport'
import { repliesIn, replyFrom } from '../fixtures/replies'

/*
 * Only proof logs a visitor in. Each dialogue goes right up to one step, where the server gives another reply. The
 * password is always the right one, so that the reply alone decides.
 */

const ACCOUNTS = { user1: 'user1', user2: 'user2' }

let server: BoshServer
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: ACCOUNTS })
})
afterAll(() => server.close())
afterEach(() => {
  server.reset()
  // A name that a server sends never becomes a property of every object.
  expect(Object.keys(Object.prototype)).toEqual([])
})

// A real clock, without the pause between two empty requests.
const clock: Clock = {
  ...systemClock,
  after: (ms, then) => systemClock.after(ms === POLL_PAUSE_MS ? 0 : ms, then),
}

async function logIn(
  mechanism: Mechanism,
  username = 'user1',
  options: Partial<AuthenticatorOptions> = {},
): ReturnType<typeof visit> {
  const authenticator = new Authenticator(
    { service: server.url, domain: 'localhost', mechanisms: [mechanism], failureDelay: 0, ...options },
    { clock },
  )
  const answer = await visit(new Strategy({ authenticator }), form(username, 'user1'))
  await authenticator.close()
  return answer
}

const WAY: Readonly<Record<'PLAIN' | 'SCRAM-SHA-256', readonly Step[]>> = {
  PLAIN: ['create', 'auth', 'restart', 'bind'],
  'SCRAM-SHA-256': ['create', 'auth', 'response', 'restart', 'bind'],
}
type Dialogue = readonly [mechanism: keyof typeof WAY, on: Step]

const ANY_STEP: readonly Dialogue[] = [
  ['PLAIN', 'auth'],
  ...WAY['SCRAM-SHA-256'].map(step => ['SCRAM-SHA-256', step] as const),
]
const CREATION: readonly Dialogue[] = [['PLAIN', 'create']]
const PLAIN_AUTH: readonly Dialogue[] = [['PLAIN', 'auth']]
const SCRAM_AUTH: readonly Dialogue[] = [['SCRAM-SHA-256', 'auth']]
const RESPONSE: readonly Dialogue[] = [['SCRAM-SHA-256', 'response']]
const RESTART: readonly Dialogue[] = [['PLAIN', 'restart']]
const BIND: readonly Dialogue[] = [['PLAIN', 'bind']]

interface Outcome {
  action: 'fail' | 'error'
  code: string
  status: number
}

const PROTOCOL: Outcome = { action: 'error', code: 'ERR_XMPP_PROTOCOL', status: 502 }
const TERMINATED: Outcome = { action: 'error', code: 'ERR_XMPP_TERMINATED', status: 502 }
const SERVER_PROOF: Outcome = { action: 'error', code: 'ERR_XMPP_SERVER_PROOF', status: 502 }
const IDENTITY: Outcome = { action: 'error', code: 'ERR_XMPP_IDENTITY', status: 502 }
const MECHANISM: Outcome = { action: 'error', code: 'ERR_XMPP_MECHANISM', status: 500 }
const DOMAIN: Outcome = { action: 'error', code: 'ERR_XMPP_DOMAIN', status: 500 }
const POLICY: Outcome = { action: 'error', code: 'ERR_XMPP_POLICY', status: 503 }
const UNAVAILABLE: Outcome = { action: 'error', code: 'ERR_XMPP_UNAVAILABLE', status: 503 }
const INVALID: Outcome = { action: 'fail', code: 'invalid-credentials', status: 401 }
const NOT_ALLOWED: Outcome = { action: 'fail', code: 'not-allowed', status: 403 }

interface Group {
  what: string
  folder: string
  dialogues: readonly Dialogue[]
  /** the reply of the server to the same step before */
  after?: SaslFault
  /** the number of empty requests that ask for the answer in vain */
  polls?: number
  rows: readonly (readonly [file: string, outcome: Outcome])[]
}

const HOSTILE: readonly Group[] = [
  {
    what: 'the right reply but for one thing',
    folder: 'every-step',
    dialogues: ANY_STEP,
    rows: [
      ['doctype', PROTOCOL],
      ['doctype-with-an-entity', PROTOCOL],
      ['doctype-with-an-external-entity', PROTOCOL],
      ['billion-laughs', PROTOCOL],
      ['processing-instruction', PROTOCOL],
      ['comment', PROTOCOL],
      ['cdata', PROTOCOL],
      ['declaration-of-latin-1', PROTOCOL],
      ['byte-order-mark', PROTOCOL],
      ['overlong-nul', PROTOCOL],
      ['surrogate-in-utf-8', PROTOCOL],
      ['reference-to-nul', PROTOCOL],
      ['reference-to-a-control-character', PROTOCOL],
      ['reference-to-a-surrogate', PROTOCOL],
      ['undeclared-entity', PROTOCOL],
      ['attribute-twice', PROTOCOL],
      ['attribute-twice-by-its-namespace', PROTOCOL],
      ['stream-prefix-of-two-namespaces', PROTOCOL],
      ['prefix-without-a-declaration', PROTOCOL],
      ['more-than-32-attributes', PROTOCOL],
      ['attribute-of-8193-characters', PROTOCOL],
      ['second-root', PROTOCOL],
      ['text-behind-the-root', PROTOCOL],
      ['text-in-the-body', PROTOCOL],
      ['end-is-missing', PROTOCOL],
      ['no-body', PROTOCOL],
      ['root-of-another-name', PROTOCOL],
      ['body-inside-a-body', PROTOCOL],
      ['body-of-another-namespace', PROTOCOL],
      ['body-of-no-namespace', PROTOCOL],
      ['body-under-a-prefix-of-another-namespace', PROTOCOL],
      ['body-of-unknown-type', PROTOCOL],
      ['child-named-proto', PROTOCOL],
      ['child-named-constructor', PROTOCOL],
      ['error', PROTOCOL],
    ],
  },
  {
    what: 'the right reply and the end of the session before the last step',
    folder: 'every-step',
    dialogues: ANY_STEP.filter(([, on]) => on !== 'bind'),
    rows: [
      ['terminate-around-the-right-reply', TERMINATED],
      ['stream-error-beside-the-right-reply', TERMINATED],
    ],
  },
  {
    what: 'a reply of another protocol',
    folder: 'every-step',
    dialogues: ANY_STEP,
    rows: [
      ['html-page', PROTOCOL],
      ['json', PROTOCOL],
    ],
  },
  {
    what: 'a reply without a body outside the SASL exchange',
    folder: 'every-step',
    dialogues: [...CREATION, ...RESTART, ...BIND],
    rows: [['nothing', PROTOCOL]],
  },
  {
    // MongooseIM answers so what it cannot prepare.
    what: 'a reply without a body in the SASL exchange',
    folder: 'every-step',
    dialogues: [...PLAIN_AUTH, ...SCRAM_AUTH, ...RESPONSE],
    rows: [['nothing', INVALID]],
  },
  {
    what: 'silence',
    folder: 'every-step',
    dialogues: ANY_STEP,
    polls: MAX_EMPTY_POLLS,
    rows: [['empty-body', PROTOCOL]],
  },
  {
    what: 'the end of the session',
    folder: 'every-step',
    dialogues: ANY_STEP,
    rows: [
      ['terminate', TERMINATED],
      ['ban-by-ejabberd', POLICY],
      ['idle-timeout-by-ejabberd', TERMINATED],
      ['conflict-by-ejabberd', TERMINATED],
      ['stream-error-not-authorized-by-ejabberd', TERMINATED],
      ['system-shutdown', UNAVAILABLE],
      ['host-gone', DOMAIN],
      // The client follows no redirect.
      ['see-other-host', TERMINATED],
      ['see-other-uri', TERMINATED],
    ],
  },
  {
    what: 'an invalid session',
    folder: 'creation',
    dialogues: CREATION,
    rows: [
      ['no-sid', PROTOCOL],
      ['empty-sid', PROTOCOL],
      ['sid-of-257-characters', PROTOCOL],
      ['from-another-domain', DOMAIN],
      ['negative-wait', PROTOCOL],
      ['requests-that-are-no-number', PROTOCOL],
      ['unknown-domain-by-ejabberd', DOMAIN],
      ['unknown-domain-by-prosody', DOMAIN],
      ['ban-by-ejabberd-with-a-prefix-declared-twice', POLICY],
      ['idle-timeout-by-ejabberd-with-a-prefix-declared-twice', TERMINATED],
    ],
  },
  {
    what: 'invalid features',
    folder: 'creation',
    dialogues: CREATION,
    rows: [
      ['two-features', PROTOCOL],
      ['features-of-another-namespace', PROTOCOL],
      ['features-under-a-prefix-of-another-namespace', PROTOCOL],
      ['features-inside-another-element', PROTOCOL],
      ['features-inside-two-other-elements', PROTOCOL],
      ['features-of-17-elements-inside-each-other', PROTOCOL],
      ['features-with-2001-elements', PROTOCOL],
      ['mechanisms-without-features', PROTOCOL],
      ['success-instead-of-features', PROTOCOL],
      ['success-beside-features', PROTOCOL],
      ['bound-at-once', PROTOCOL],
    ],
  },
  {
    what: 'no mechanism for a password',
    folder: 'creation',
    dialogues: CREATION,
    rows: [
      ['no-mechanisms', MECHANISM],
      ['no-mechanisms-but-starttls-by-prosody', MECHANISM],
      ['bind-at-once', MECHANISM],
      ['anonymous-only', MECHANISM],
      ['unsafe-mechanisms-only', MECHANISM],
      ['plain-in-lower-case', MECHANISM],
      ['mechanism-of-another-namespace', MECHANISM],
      ['mechanisms-of-another-namespace', MECHANISM],
      ['mechanism-with-a-child-element', PROTOCOL],
      ['two-lists-of-mechanisms', PROTOCOL],
      ['65-mechanisms', PROTOCOL],
    ],
  },
  {
    what: 'a reply that only looks like success',
    folder: 'auth',
    dialogues: [...PLAIN_AUTH, ...SCRAM_AUTH],
    rows: [
      ['success-in-wrong-namespace', PROTOCOL],
      ['success-of-sasl-2', PROTOCOL],
      ['success-in-the-bodys-namespace', PROTOCOL],
      // The prefix means nothing: the namespace it is bound to is the wrong one.
      ['success-under-a-prefix-of-another-namespace', PROTOCOL],
      ['success-inside-another-element', PROTOCOL],
      ['success-inside-a-challenge', PROTOCOL],
      ['success-beside-a-message', PROTOCOL],
      ['success-as-text', PROTOCOL],
      ['success-as-escaped-text', PROTOCOL],
      ['success-in-cdata', PROTOCOL],
      ['success-in-utf-16', PROTOCOL],
      ['success-twice', PROTOCOL],
      ['success-and-failure', PROTOCOL],
      ['failure-and-success', PROTOCOL],
      ['features-instead-of-success', PROTOCOL],
      ['bind-result-instead-of-success', PROTOCOL],
      ['unknown-sasl-element', PROTOCOL],
      ['lone-challenge', PROTOCOL],
      ['challenge-of-an-equals-sign', PROTOCOL],
      ['challenge-of-nonsense', PROTOCOL],
    ],
  },
  {
    what: 'a failure or a reply that only looks like one',
    folder: 'auth',
    dialogues: [...PLAIN_AUTH, ...SCRAM_AUTH],
    rows: [
      ['failure-without-text', INVALID],
      ['failure-without-condition', PROTOCOL],
      ['failure-with-two-conditions', PROTOCOL],
      ['failure-with-unknown-condition', PROTOCOL],
      ['failure-with-a-condition-of-another-namespace', PROTOCOL],
      ['failure-in-wrong-namespace', PROTOCOL],
    ],
  },
  {
    what: 'data that PLAIN does not have',
    folder: 'auth',
    dialogues: PLAIN_AUTH,
    rows: [['success-with-plain-data', PROTOCOL]],
  },
  {
    what: 'success before SCRAM is complete',
    folder: 'auth',
    dialogues: SCRAM_AUTH,
    rows: [
      ['success-without-signature', SERVER_PROOF],
      ['success-with-wrong-signature', SERVER_PROOF],
    ],
  },
  {
    what: 'a first message of SCRAM that may not be answered',
    folder: 'auth',
    dialogues: SCRAM_AUTH,
    rows: [
      ['challenge-in-wrong-namespace', PROTOCOL],
      ['challenge-with-a-child-element', PROTOCOL],
      ['challenge-twice', PROTOCOL],
      ['payload-that-is-not-base64', PROTOCOL],
      ['payload-without-padding', PROTOCOL],
      ['payload-in-the-url-alphabet', PROTOCOL],
      ['payload-that-is-not-utf-8', PROTOCOL],
      ['payload-over-8-kib', PROTOCOL],

      ['no-nonce', PROTOCOL],
      ['nonce-twice', PROTOCOL],
      ['nonce-with-a-comma', PROTOCOL],
      ['nonce-with-a-space', SERVER_PROOF],
      ['nonce-of-somebody-else', SERVER_PROOF],
      ['nonce-cut-short', SERVER_PROOF],
      ['nonce-that-is-ours-alone', SERVER_PROOF],
      ['nonce-of-more-than-1024-characters', SERVER_PROOF],

      ['no-salt', PROTOCOL],
      ['empty-salt', PROTOCOL],
      ['salt-twice', PROTOCOL],
      ['salt-before-the-nonce', PROTOCOL],
      ['salt-that-is-not-base64', PROTOCOL],
      ['salt-of-1025-bytes', PROTOCOL],

      ['no-iterations', PROTOCOL],
      ['1-iteration', SERVER_PROOF],
      ['4095-iterations', SERVER_PROOF],
      ['100001-iterations', SERVER_PROOF],
      ['1000000000-iterations', SERVER_PROOF],
      ['99999999999999999999-iterations', SERVER_PROOF],
      ['negative-iterations', SERVER_PROOF],
      ['iterations-in-hexadecimal', SERVER_PROOF],
      ['iterations-with-an-exponent', SERVER_PROOF],
      ['iterations-with-a-leading-zero', SERVER_PROOF],

      ['mandatory-extension', PROTOCOL],
      ['mandatory-extension-at-the-end', PROTOCOL],
      ['hash-of-another-offer', SERVER_PROOF],
      ['signature-instead-of-a-nonce', PROTOCOL],
      ['error-instead-of-a-nonce', PROTOCOL],
      ['unknown-user', INVALID],
      ['no-resources', UNAVAILABLE],
    ],
  },
  {
    what: 'the right signature in the wrong place',
    folder: 'response',
    dialogues: RESPONSE,
    rows: [
      ['success-in-wrong-namespace', PROTOCOL],
      ['success-in-the-bodys-namespace', PROTOCOL],
      ['success-under-a-prefix-of-another-namespace', PROTOCOL],
      ['success-inside-another-element', PROTOCOL],
      ['success-inside-a-challenge', PROTOCOL],
      ['success-with-a-child-element', PROTOCOL],
      ['success-twice', PROTOCOL],
      ['success-and-failure', PROTOCOL],
      ['failure-and-success', PROTOCOL],
      ['success-and-challenge', PROTOCOL],
      ['five-challenges', PROTOCOL],
      ['success-with-a-mandatory-extension', PROTOCOL],
      ['success-with-signature-twice', SERVER_PROOF],
      ['success-with-signature-behind-an-extension', SERVER_PROOF],
    ],
  },
  {
    what: 'a wrong signature',
    folder: 'response',
    dialogues: RESPONSE,
    rows: [
      ['success-without-signature', SERVER_PROOF],
      ['success-of-an-equals-sign', SERVER_PROOF],
      ['success-with-empty-signature', SERVER_PROOF],
      ['success-with-wrong-signature', SERVER_PROOF],
      ['success-with-truncated-signature', SERVER_PROOF],
      ['success-with-signature-of-sha-1', SERVER_PROOF],
      ['success-with-the-clients-own-proof', SERVER_PROOF],
      ['success-with-invalid-proof', SERVER_PROOF],
      ['success-with-signature-that-is-not-base64', PROTOCOL],
      ['challenge-with-wrong-signature', SERVER_PROOF],
      ['challenge-with-truncated-signature', SERVER_PROOF],
      ['challenge-with-the-first-message-again', SERVER_PROOF],
      ['challenge-of-nonsense', SERVER_PROOF],
      ['lone-challenge', SERVER_PROOF],
      ['features-instead-of-success', PROTOCOL],
      ['bind-result-instead-of-success', PROTOCOL],
    ],
  },
  {
    what: 'a refusal of the proof',
    folder: 'response',
    dialogues: RESPONSE,
    rows: [
      ['failure-without-text', INVALID],
      ['invalid-proof', INVALID],
      ['unknown-user', INVALID],
      ['no-resources', UNAVAILABLE],
      ['other-error', PROTOCOL],
    ],
  },
  {
    what: 'another reply after the right signature in a challenge',
    folder: 'response',
    dialogues: RESPONSE,
    after: 'signature-in-challenge',
    rows: [
      ['success-in-wrong-namespace-without-signature', PROTOCOL],
      ['success-with-wrong-signature', PROTOCOL],
      ['lone-challenge', PROTOCOL],
      ['challenge-of-nonsense', PROTOCOL],
      ['failure-without-text', INVALID],
      ['invalid-proof', INVALID],
    ],
  },
  {
    what: 'an invalid new stream',
    folder: 'restart',
    dialogues: RESTART,
    rows: [
      ['failure-after-success', PROTOCOL],
      ['two-features', PROTOCOL],
      ['features-of-no-namespace', PROTOCOL],
      ['features-under-a-prefix-of-another-namespace', PROTOCOL],
      ['features-inside-another-element', PROTOCOL],
      ['features-beside-a-bind-result', PROTOCOL],
      ['bind-result-instead-of-features', PROTOCOL],
      // In answer to the creation this condition has another meaning.
      ['internal-server-error', TERMINATED],
    ],
  },
  {
    what: 'the success again and no features afterwards',
    folder: 'restart',
    dialogues: RESTART,
    polls: MAX_EMPTY_POLLS,
    rows: [['success-again', PROTOCOL]],
  },
  {
    what: 'an invalid answer to the iq of the client',
    folder: 'bind',
    dialogues: BIND,
    // The reply itself is not empty, so it does not count.
    polls: MAX_EMPTY_POLLS + 1,
    rows: [
      ['result-with-another-id', PROTOCOL],
      ['result-without-an-id', PROTOCOL],
      ['get-with-our-id', PROTOCOL],
      ['set-with-our-id', PROTOCOL],
      ['result-from-another-domain', PROTOCOL],
      ['result-from-another-user', PROTOCOL],
      ['result-inside-a-message', PROTOCOL],
      ['result-named-message', PROTOCOL],
      ['nothing-but-messages-and-presences', PROTOCOL],
    ],
  },
  {
    what: 'more or less than one JID',
    folder: 'bind',
    dialogues: BIND,
    rows: [
      ['iq-in-the-sasl-namespace', PROTOCOL],
      ['two-results', PROTOCOL],
      ['result-and-error', PROTOCOL],
      ['result-without-a-bind', PROTOCOL],
      ['result-with-two-binds', PROTOCOL],
      ['result-with-an-error-inside', PROTOCOL],
      ['result-with-a-second-child', PROTOCOL],
      ['bind-of-another-namespace', PROTOCOL],
      ['no-jid', PROTOCOL],
      ['two-jids', PROTOCOL],
      ['jid-of-another-namespace', PROTOCOL],
      ['jid-with-a-child-element', PROTOCOL],
      ['jid-with-a-comment', PROTOCOL],
      ['jid-with-a-comment-in-the-domain', PROTOCOL],
      ['jid-in-cdata', PROTOCOL],
      ['jid-with-a-reference-to-nul', PROTOCOL],
    ],
  },
  {
    what: 'another JID than user1@localhost',
    folder: 'bind',
    dialogues: BIND,
    rows: [
      ['empty-jid', IDENTITY],
      ['jid-of-the-domain', IDENTITY],
      ['jid-of-the-domain-with-our-jid-as-resource', IDENTITY],
      ['jid-without-a-localpart', IDENTITY],
      ['jid-of-another-user', IDENTITY],
      ['jid-of-a-throw-away-user', IDENTITY],
      ['jid-with-an-i-without-a-dot', IDENTITY],
      ['jid-with-a-localpart-of-1024-bytes', IDENTITY],
      ['jid-on-a-line-of-its-own', IDENTITY],
      ['jid-of-another-domain', IDENTITY],
      ['jid-of-a-subdomain', IDENTITY],
      ['jid-of-a-longer-domain', IDENTITY],
      ['jid-of-two-domains', IDENTITY],
      ['jid-without-a-resource', IDENTITY],
      ['jid-with-an-empty-resource', IDENTITY],
      ['jid-with-a-resource-of-1024-bytes', IDENTITY],
    ],
  },
  {
    what: 'a refusal to bind or a reply that only looks like one',
    folder: 'bind',
    dialogues: BIND,
    rows: [
      ['not-allowed-by-ejabberd', NOT_ALLOWED],
      ['conflict', UNAVAILABLE],
      ['resource-constraint', UNAVAILABLE],
      ['not-authorized', PROTOCOL],
      ['bad-request', PROTOCOL],
      ['unknown-error', PROTOCOL],
      ['error-with-two-conditions', PROTOCOL],
      ['error-without-a-condition', PROTOCOL],
      ['error-without-an-error', PROTOCOL],
      ['error-around-the-right-jid', PROTOCOL],
    ],
  },
]

describe.each(HOSTILE)('with $what', ({ folder, dialogues, after, polls = 0, rows }) => {
  const CASES = rows.flatMap(([file, outcome]) =>
    dialogues.map(([mechanism, on]) => ({ file, outcome, mechanism, on })),
  )

  test.each(CASES)('a $mechanism login fails when $on gets $file', async ({ file, outcome, mechanism, on }) => {
    if (after) server.fault({ on, reply: after })
    server.fault({ on, reply: replyFrom(`hostile/${folder}/${file}`) })

    const { action, info, status, error } = await logIn(mechanism)

    expect({ action, code: info?.['code'] ?? error?.code, status: status ?? error?.status }).toEqual(outcome)
    // The client goes no further.
    const way = WAY[mechanism].slice(0, WAY[mechanism].indexOf(on) + 1)
    const more: readonly Step[] = [...(after ? [on] : []), ...new Array<Step>(polls).fill('poll')]
    const steps = server.requests.map(({ step }) => step).filter(step => step !== 'terminate')
    expect(steps).toEqual([...way, ...more])
  })
})

test.each(['terminate-around-the-right-reply', 'stream-error-beside-the-right-reply'])(
  'a login succeeds when bind gets %s',
  async file => {
    server.fault({ on: 'bind', reply: replyFrom(`hostile/every-step/${file}`) })

    expect(await logIn('SCRAM-SHA-256')).toMatchObject({ action: 'success' })
  },
)

test('the table holds every hostile reply', () => {
  const named = HOSTILE.flatMap(({ folder, rows }) => rows.map(([file]) => `hostile/${folder}/${file}.xml`))
  expect([...new Set(named)].sort()).toEqual(repliesIn('hostile').sort())
})

describe('with an unusual but right reply', () => {
  // Prosody sends no hash of its offer (XEP-0474), so that a reply may hold another offer.
  let plain: BoshServer
  beforeAll(async () => {
    plain = await startBoshServer({ domain: 'localhost', accounts: ACCOUNTS, personality: 'prosody' })
  })
  afterAll(() => plain.close())
  afterEach(() => plain.reset())

  interface Odd {
    files: readonly string[]
    on: Step
    mechanism: Mechanism
    after?: SaslFault
  }
  const ODD: readonly Odd[] = [
    ...ANY_STEP.map(([mechanism, on]) => ({
      files: [
        'every-step/xml-declaration',
        'every-step/white-space-between-children',
        'every-step/unknown-attributes',
        'every-step/attributes-named-like-javascript',
        'every-step/body-under-a-prefix',
      ],
      on,
      mechanism,
    })),
    {
      files: ['creation/ejabberd-26.07', 'creation/prosody-0.12', 'creation/prosody-13'],
      on: 'create',
      mechanism: 'SCRAM-SHA-1',
    },
    { files: ['creation/mechanisms-with-plus'], on: 'create', mechanism: 'SCRAM-SHA-256' },
    {
      files: [
        'creation/features-without-a-prefix',
        'creation/unknown-features',
        'creation/mechanisms-in-lines',
        'creation/domain-in-capitals',
      ],
      on: 'create',
      mechanism: 'PLAIN',
    },
    { files: ['auth/equals-sign-as-empty-success', 'auth/success-under-a-prefix'], on: 'auth', mechanism: 'PLAIN' },
    { files: ['auth/challenge-in-lines'], on: 'auth', mechanism: 'SCRAM-SHA-256' },
    { files: ['response/success-in-lines'], on: 'response', mechanism: 'SCRAM-SHA-256' },
    {
      files: ['response/success-behind-a-signature', 'response/equals-sign-behind-a-signature'],
      on: 'response',
      mechanism: 'SCRAM-SHA-256',
      after: 'signature-in-challenge',
    },
    {
      files: ['restart/ejabberd-26.07', 'restart/prosody-0.12', 'restart/features-beside-the-success-again'],
      on: 'restart',
      mechanism: 'PLAIN',
    },
    {
      files: [
        'bind/jid-in-capitals',
        'bind/jid-with-a-full-width-localpart',
        'bind/jid-with-the-domain-in-capitals',
        'bind/jid-with-the-domain-in-full-width-letters',
        'bind/iq-in-the-bodys-namespace',
        'bind/iq-under-a-prefix',
        'bind/result-from-the-server',
        'bind/result-from-the-account',
        'bind/stanzas-around-the-result',
        'bind/result-beside-the-success-again',
        'bind/1000-stanzas-and-the-result',
      ],
      on: 'bind',
      mechanism: 'PLAIN',
    },
  ]
  const CASES = ODD.flatMap(({ files, ...odd }) => files.map(file => ({ file, ...odd })))

  const answers = async (mechanism: Mechanism, on: Step, ...replies: readonly FaultReply[]) => {
    for (const reply of replies) plain.fault({ on, reply })
    return logIn(mechanism, 'user1', { service: plain.url })
  }

  test.each(CASES)('a $mechanism login succeeds when $on gets $file', async ({ file, mechanism, on, after }) => {
    expect(await answers(mechanism, on, ...(after ? [after] : []), replyFrom(`odd/${file}`))).toMatchObject({
      action: 'success',
      user: { jid: 'user1@localhost' },
      info: { mechanism },
    })
  })

  test('a SCRAM login succeeds when the first message has unknown extensions', async () => {
    const extended: FaultReply = { sasl: message => `${message},t=0x0304,d=x,z=a=b` }

    expect(await answers('SCRAM-SHA-256', 'auth', extended)).toMatchObject({ action: 'success' })
  })

  test('the table holds every odd reply', () => {
    expect([...new Set(CASES.map(({ file }) => `odd/${file}.xml`))].sort()).toEqual(repliesIn('odd').sort())
  })
})

test('a login succeeds by the same dialogue without a fault', async () => {
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256'] as const) {
    server.reset()
    expect(await logIn(mechanism)).toMatchObject({
      action: 'success',
      user: { jid: 'user1@localhost' },
      info: { mechanism },
    })
    expect(server.requests.map(({ step }) => step)).toEqual([...WAY[mechanism], 'terminate'])
  }
})

test('a login fails when the right reply comes with HTTP 500', async () => {
  const body =
    "<body xmlns='http://jabber.org/protocol/httpbind'><success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></body>"
  server.fault({ on: 'auth', reply: { status: 500, body, headers: { 'Content-Type': 'text/xml' } } })

  expect(await logIn('PLAIN')).toMatchObject({ action: 'error', error: { code: 'ERR_XMPP_HTTP', status: 502 } })
})

test('a login ends in ERR_XMPP_DOMAIN when the server does not serve the domain', async () => {
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

test.each(['auth', 'response', 'restart', 'bind'] as const)('an expired session ends a login at %s', async on => {
  server.fault({ on, reply: { terminate: 'item-not-found' } })

  expect(await logIn('SCRAM-SHA-256')).toMatchObject({
    action: 'error',
    error: { code: 'ERR_XMPP_TERMINATED', status: 502, condition: 'item-not-found' },
  })
})

test('a user of another domain is refused without a request', async () => {
  expect(await logIn('PLAIN', 'user1@evil.example')).toMatchObject({
    action: 'fail',
    status: 401,
    info: { code: 'invalid-credentials' },
  })
  expect(server.requests).toEqual([])
})

test('an answer counts when it comes one request late', async () => {
  for (const on of WAY['SCRAM-SHA-256']) server.fault({ on, reply: 'late' })

  expect(await logIn('SCRAM-SHA-256')).toMatchObject({ action: 'success', user: { jid: 'user1@localhost' } })
})
