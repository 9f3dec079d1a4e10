import fc from 'fast-check'
import { Strategy, XmppBoshError } from '../../lib'
import { Authenticator } from '../../lib/login/authenticator'
import { throwIfAborted } from '../../lib/time/light-signal'
import { impatientClock, STEP_MS } from '../fixtures/impatient-clock'
import { form, moreAnswers, visit } from '../fixtures/passport'
import { DIGESTS, RightServer } from '../fixtures/right-server'
import { transportTo } from '../fixtures/transport'
import { type Move, moves, spoilt, spoiltMessage } from './moves'
import { type Exchange, missingProof } from './proof'
import { part, seed, tried } from './runs'

/*
 * Random dialogues through the strategy. For any behavior of the server a "yes" has its proof, one answer comes within
 * the deadline, and nothing is left over.
 */

// Not a multiple of 250, so that the pauses between two polls can be told from the deadlines.
const TIMEOUT_MS = 7_777
const LIMITS = { minIterations: 2, maxIterations: 10_000 }
const MECHANISMS = ['PLAIN', ...Object.keys(DIGESTS)] as ('PLAIN' | 'SCRAM-SHA-1' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512')[]

interface Case {
  readonly moves: readonly Move[]
  readonly mechanism: (typeof MECHANISMS)[number]
  readonly bind: boolean
  /** the password that is typed is the account's */
  readonly right: boolean
  /** the server accepts every password */
  readonly lies: boolean
  /** the visitor leaves, or the app closes, at this request */
  readonly leaves: { readonly at: number; readonly how: 'visitor' | 'close' } | null
}

const cases: fc.Arbitrary<Case> = fc.record({
  moves,
  mechanism: fc.constantFrom(...MECHANISMS),
  bind: fc.constantFrom(true, true, false),
  right: fc.constantFrom(true, true, false),
  lies: fc.constantFrom(false, false, true),
  leaves: fc.oneof(
    { weight: 11, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.record({ at: fc.integer({ min: 1, max: 6 }), how: fc.constantFrom('visitor', 'close') }),
    },
  ),
})

async function play({ moves, mechanism, bind, right, lies, leaves }: Case) {
  const clock = impatientClock()
  const server = new RightServer({ password: 'pencil', lies })
  const password = right ? 'pencil' : 'other'
  const exchanges: Exchange[] = []
  const left: (() => void)[] = []
  const visitor = {
    once: (_: 'close', leave: () => void) => left.push(leave),
    on: (_: 'close', leave: () => void) => left.push(leave),
    off() {},
    removeListener() {},
  }
  let due = ''
  let again: Buffer | undefined

  const transport = transportTo({
    async post(_url, request, { signal }) {
      const exchange: Exchange = { request, reply: undefined }
      exchanges.push(exchange)
      await null
      throwIfAborted(signal)
      const move = moves[exchanges.length - 1] ?? { kind: 'right' }
      if (leaves?.at === exchanges.length) {
        if (leaves.how === 'close') void authenticator.close()
        else for (const leave of left) leave()
      }
      const id = /<iq [^>]*id='([^']*)'/.exec(request)?.[1] ?? 'none'
      const answer = server.answer(request, message => spoiltMessage(message, move))
      const whole = { ...answer, payload: due + answer.payload }
      due = move.kind === 'late' ? whole.payload : ''
      if (move.kind === 'fault') throw new XmppBoshError('ERR_XMPP_CONNECT', 'gone')
      if (move.kind === 'slow') await clock.letGo(move.ms, signal)
      if (move.kind === 'hang') {
        await clock.letGo(2 * TIMEOUT_MS, signal)
        // Never answered: only a deadline ends this request.
        if (!signal.aborted) await new Promise(() => {})
      }
      throwIfAborted(signal)
      const reply = move.kind === 'again' && again ? again : spoilt(whole, move, id)
      again = reply
      exchange.reply = reply
      return reply
    },
    close() {},
  })
  const authenticator = new Authenticator(
    {
      service: 'http://127.0.0.1/bosh',
      domain: 'localhost',
      mechanisms: [mechanism],
      bind,
      timeout: TIMEOUT_MS,
      failureDelay: 0,
      ...LIMITS,
    },
    { clock, transport },
  )
  const answer = await visit(new Strategy({ authenticator }), { ...form('user1', password), socket: visitor })
  const took = clock.now()
  await authenticator.close()
  return { answer, took, exchanges, attempt: { mechanism, password, bind, ...LIMITS } }
}

const rejections: unknown[] = []
const note = (reason: unknown) => rejections.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

test('a login succeeds only with proof and answers once in time', async () => {
  const counts = { success: 0, fail: 0, redirect: 0, error: 0 }
  let stayed = 0
  await fc.assert(
    fc.asyncProperty(cases, async given => {
      const { answer, took, exchanges, attempt } = await play(given)
      counts[answer.action]++
      if (answer.error?.code !== 'ERR_XMPP_ABORTED' && given.leaves?.how !== 'close') stayed++

      if (answer.action === 'success') {
        expect(missingProof(exchanges, attempt)).toBeUndefined()
        expect(answer.user).toMatchObject({ jid: 'user1@localhost' })
      }
      // The terminate, which is not visible here, may have taken a step already.
      expect(took).toBeLessThanOrEqual(TIMEOUT_MS + 2 * STEP_MS)
      if (answer.action === 'error') expect(XmppBoshError.is(answer.error)).toBe(true)
      const requests = exchanges.map(({ request }) => request)
      expect(requests.filter(request => request.includes('<auth ')).length).toBeLessThanOrEqual(1)
      // The terminate comes once, as the last request, and always when a session certainly existed.
      const terminate = requests.findIndex(request => request.includes("type='terminate'"))
      const last = exchanges.at(-1)?.reply?.toString() ?? ''
      const wasEnded = terminate < 0 && /type=['"]terminate/.test(last)
      if (answer.action !== 'error') expect(terminate > 0 || wasEnded).toBe(true)
      expect(terminate < 0 || terminate === requests.length - 1).toBe(true)
      // Emptied, so that a counterexample can shrink.
      expect(rejections.splice(0)).toEqual([])
      expect(moreAnswers.splice(0)).toEqual([])
    }),
    { numRuns: part(200_000), seed, timeout: 10_000, endOnFailure: false },
  )
  // Waits for late rejections and answers.
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(rejections).toEqual([])
  expect(moreAnswers).toEqual([])
  // All three happen, and often.
  for (const action of ['success', 'fail', 'error'] as const) expect(counts[action]).toBeGreaterThan(part(200_000) / 50)
  // A visitor that leaves sees little of the dialogue.
  expect(stayed).toBeGreaterThan(part(200_000) * 0.8)
}, 1_500_000)

test(`the fuzzer tried ${tried(200_000, 'dialogues')}`, () => {
  expect(part(200_000)).toBeGreaterThan(0)
})
