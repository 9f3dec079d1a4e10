import fc from 'fast-check'
import { XmppBoshError } from '../../lib'
import { CODES } from '../../lib/errors/statuses'
import { Authenticator, type Work } from '../../lib/login/authenticator'
import { askIq } from '../../lib/stanzas/iq'
import { throwIfAborted } from '../../lib/time/light-signal'
import { element } from '../../lib/xml/write'
import { impatientClock, STEP_MS } from '../fixtures/impatient-clock'
import { DIGESTS } from '../fixtures/right-server'
import { transportTo } from '../fixtures/transport'
import { OTHERS, type Place, type Reply, UnevenServer } from '../fixtures/uneven-server'
import { type Exchange, missingProof } from './proof'
import { part, seed, tried } from './runs'

/*
 * Each exchange of a login, and what follows it on the session: its answer is given twice, without a body, late, out of
 * order or not at all. No such server makes the library say "yes" without proof, end without a code, or wait beyond the
 * deadline. A server that only gives answers again, each once, or late, lets the right password in.
 */

const RUNS = 100_000
// Not a multiple of 250, so that the pauses between two polls can be told from the deadlines.
const TIMEOUT_MS = 7_777
const LIMITS = { minIterations: 2, maxIterations: 10_000 }
const MECHANISMS = ['PLAIN', ...Object.keys(DIGESTS)] as ('PLAIN' | 'SCRAM-SHA-1' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512')[]
/** create, auth, response, response to a signature in a challenge, restart, bind, session, and one iq of the app */
const EXCHANGES = 8

interface Case {
  readonly mechanism: (typeof MECHANISMS)[number]
  /** bind, and use the session afterwards */
  readonly way: 'sasl' | 'bind' | 'use'
  readonly demandsSession: boolean
  readonly signsInChallenge: boolean
  /** the password that is typed is the account's */
  readonly right: boolean
  /** the server accepts every password */
  readonly lies: boolean
  readonly replies: readonly Reply[]
}

const place = fc.constantFrom<Place>('instead', 'before', 'after')
const again = fc.record({ kind: fc.constant('again' as const), which: fc.nat(EXCHANGES), place })
const reply: fc.Arbitrary<Reply> = fc.oneof(
  { weight: 6, arbitrary: again },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('other' as const), which: fc.nat(OTHERS.length - 1), place }) },
  { weight: 3, arbitrary: fc.constant<Reply>({ kind: 'without-body' }) },
  { weight: 3, arbitrary: fc.constant<Reply>({ kind: 'late' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Reply>({ kind: 'lost' }, { kind: 'twice' }, { kind: 'hang' }, { kind: 'fault' }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('slow' as const), ms: fc.nat(9_000) }) },
)
const uneven = (kinds: fc.Arbitrary<Reply>) =>
  fc.array(fc.tuple(fc.nat(EXCHANGES - 1), kinds), { minLength: 1, maxLength: 3, size: 'xsmall' }).map(deviations => {
    const all: Reply[] = Array.from({ length: EXCHANGES }, () => ({ kind: 'right' }))
    for (const [at, deviation] of deviations) all[at] = deviation
    return all
  })
const forgivable: fc.Arbitrary<Reply> = fc.oneof(again, fc.constant<Reply>({ kind: 'late' }))
const replies = fc.oneof(
  { weight: 6, arbitrary: uneven(reply) },
  { weight: 3, arbitrary: uneven(forgivable) },
  { weight: 1, arbitrary: fc.array(forgivable, { minLength: EXCHANGES, maxLength: EXCHANGES }) },
)
const cases: fc.Arbitrary<Case> = fc.record({
  mechanism: fc.constantFrom(...MECHANISMS, 'PLAIN' as const),
  way: fc.constantFrom('sasl' as const, 'bind' as const, 'use' as const, 'use' as const),
  demandsSession: fc.boolean(),
  signsInChallenge: fc.constantFrom(false, false, true),
  right: fc.constantFrom(true, true, true, false),
  lies: fc.constantFrom(false, false, true),
  replies,
})

const use: Work<string> = async ({ jid }, session, signal) => {
  await askIq(session, { type: 'get', payload: element('query', { xmlns: 'urn:x' }), from: () => true }, signal)
  return jid
}

async function play({ mechanism, way, demandsSession, signsInChallenge, right, lies, replies }: Case) {
  const clock = impatientClock()
  const server = new UnevenServer({ password: 'pencil', lies, demandsSession, signsInChallenge }, replies)
  const password = right ? 'pencil' : 'other'
  const exchanges: Exchange[] = []
  const transport = transportTo({
    async post(_url, request, { signal }) {
      const exchange: Exchange = { request, reply: undefined }
      exchanges.push(exchange)
      await null
      throwIfAborted(signal)
      const { bytes, reply } = server.answer(request)
      if (reply.kind === 'fault') throw new XmppBoshError('ERR_XMPP_CONNECT', 'gone')
      if (reply.kind === 'slow') await clock.letGo(reply.ms, signal)
      if (reply.kind === 'hang') {
        await clock.letGo(2 * TIMEOUT_MS, signal)
        // Never answered: only a deadline ends this request.
        if (!signal.aborted) await new Promise(() => {})
      }
      throwIfAborted(signal)
      exchange.reply = bytes
      return bytes
    },
    close() {},
  })
  const bind = way !== 'sasl'
  const options = { service: 'http://127.0.0.1/bosh', domain: 'localhost', mechanisms: [mechanism], bind, ...LIMITS }
  const authenticator = new Authenticator({ ...options, timeout: TIMEOUT_MS, failureDelay: 0 }, { clock, transport })
  const credentials = { username: 'user1', password }
  const login =
    way === 'use'
      ? authenticator.authenticated(credentials, {}, use)
      : authenticator.authenticate(credentials).then(({ jid }) => jid)
  const end: { jid?: string; error?: unknown } = await login.then(
    jid => ({ jid }),
    (error: unknown) => ({ error }),
  )
  const took = clock.now()
  await authenticator.close()
  return { end, took, exchanges, server, attempt: { mechanism, password, bind, ...LIMITS } }
}

/** Tells if a server refused a login in words, or with a reply without a body to a message of SASL. */
function isRefused(exchanges: readonly Exchange[]): boolean {
  return exchanges.some(({ request, reply }) => {
    const isInSasl = request.includes('<auth ') || request.includes('<response ')
    return reply !== undefined && (reply.includes('<failure ') || (isInSasl && reply.length === 0))
  })
}

const rejections: unknown[] = []
const note = (reason: unknown) => rejections.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

const counts = new Map<string, number>()
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)

test('a login by uneven replies succeeds only with proof and ends with a code in time', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async given => {
      const { end, took, exchanges, server, attempt } = await play(given)
      if (end.jid !== undefined) {
        count('success')
        expect(end.jid).toBe('user1@localhost')
        expect(missingProof(exchanges, attempt)).toBeUndefined()
      } else {
        expect(XmppBoshError.is(end.error) && CODES.includes(end.error.code)).toBe(true)
        const { code } = end.error as XmppBoshError
        count(code)
        if (given.right && code === 'invalid-credentials') expect(isRefused(exchanges)).toBe(true)
        // The refusal is not for a server that was not asked about the account.
        if (code === 'invalid-credentials')
          expect(exchanges.some(({ request }) => request.includes('<auth '))).toBe(true)
      }
      if (given.right && server.isForgivable) {
        count('forgiven')
        expect(end).toEqual({ jid: 'user1@localhost' })
      }
      // The terminate, which is not visible here, may have taken a step already.
      expect(took).toBeLessThanOrEqual(TIMEOUT_MS + 2 * STEP_MS)
      const requests = exchanges.map(({ request }) => request)
      expect(requests.filter(request => request.includes('<auth ')).length).toBeLessThanOrEqual(1)
      expect(requests.filter(request => request.includes('<session ')).length).toBeLessThanOrEqual(
        given.way === 'use' && given.demandsSession ? 1 : 0,
      )
      // Emptied, so that a counterexample can shrink.
      expect(rejections.splice(0)).toEqual([])
    }),
    { numRuns: part(RUNS), seed, timeout: 10_000, endOnFailure: false },
  )
  // Waits for late rejections.
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(rejections).toEqual([])
}, 1_500_000)

test.each([
  ['success', 0.3],
  ['forgiven', 0.2],
  ['invalid-credentials', 0.05],
  ['ERR_XMPP_PROTOCOL', 0.05],
  ['ERR_XMPP_SERVER_PROOF', 0.01],
  ['ERR_XMPP_TIMEOUT', 0],
] as const)('uneven replies lead to %s often', (what, least) => {
  expect((counts.get(what) ?? 0) / part(RUNS)).toBeGreaterThan(least)
})

test(`the fuzzer tried ${tried(RUNS, 'uneven dialogues')}`, () => {
  expect(part(RUNS)).toBeGreaterThan(0)
})
