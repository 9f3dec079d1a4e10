import { XmppBoshError } from '../../../lib/errors/error'
import { CODES, type XmppBoshErrorCode } from '../../../lib/errors/statuses'
import { FAILURE_JITTER_SHARE, LEVEL_LIFETIME_MS, LEVEL_WINDOW_MS, MAX_DELAYED_FAILURES } from '../../../lib/limits'
import { FailureDelay } from '../../../lib/login/timing/failure-delay'
import type { LoginTiming } from '../../../lib/login/timing/login-timing'
import { LightSignal } from '../../../lib/time/light-signal'
import { type HandClock, handClock } from '../../fixtures/clock'

const LIMITS = { failureDelay: 300, timeout: 15_000 }

let clock: HandClock
let closing: LightSignal
let random: number
let delay: FailureDelay
beforeEach(() => {
  clock = handClock()
  closing = new LightSignal()
  random = 0
  delay = new FailureDelay(clock, LIMITS, closing, () => random)
})

/** Times of one login, in ms. */
interface Times {
  /** wait for a slot */
  readonly slot?: number
  /** creation of the session */
  readonly creation?: number
  /** wait for other derivations */
  readonly derivations?: number
  /** the exchange that is answered with the refusal */
  readonly exchange?: number
  /** exchanges that a wrong password still needs after it */
  readonly missing?: number
  /** exchanges that a login still needs after those */
  readonly more?: number
  /** key of the visitor */
  readonly key?: string
}

async function ask(timing: LoginTiming, times: Times) {
  const { slot = 0, creation = 0, derivations = 0, exchange = 0, missing = 0, more = 0, key = '' } = times
  clock.advance(slot)
  timing.begun(clock.now(), key)
  clock.advance(creation)
  timing.asks(1 + missing, more)
  const waited = timing.waiting()
  clock.advance(derivations)
  waited()
  const answered = timing.exchange(Promise.resolve())
  clock.advance(exchange)
  await answered
}

const logIn = (times: Times) =>
  delay.run(async timing => {
    await ask(timing, times)
    timing.proves()
  }, undefined)

const failWith = (code: XmppBoshErrorCode) => async (timing: LoginTiming, times: Times) => {
  await ask(timing, times)
  throw new XmppBoshError(code, 'refused')
}

const turn = () => new Promise(resolve => setImmediate(resolve))

/** Fails a login, moves the clock until it is answered, and returns the ms from its start with the code. */
async function answerTo(
  code: XmppBoshErrorCode,
  times: Times,
  { of = delay, signal = undefined as AbortSignal | undefined } = {},
) {
  const startedAt = clock.now()
  const answered = of.run(timing => failWith(code)(timing, times), signal).catch(reason => reason.code)
  await turn()
  const [ms = 0] = clock.waiting
  clock.advance(ms)
  return { code: await answered, ms: clock.now() - startedAt }
}

const refusedAfter = async (times: Times = {}) => (await answerTo('invalid-credentials', times)).ms

describe('after the server was asked about the account', () => {
  test.each(CODES)('%s is passed on at the level', async code => {
    expect(await answerTo(code, { exchange: 20 })).toEqual({ code, ms: 300 })
  })

  test('a refusal is passed on at the level of a slower login', async () => {
    await logIn({ exchange: 379 })

    expect(await refusedAfter({ exchange: 20 })).toBe(379)
  })

  // Measured on Tigase, MongooseIM with 100 logins in flight, and Metronome: known name, unknown name
  test.each([
    [314, 300],
    [379, 300],
    [3296, 1845],
  ])('a refusal that took %i ms and one that took %i ms take equally long from then on', async (known, unknown) => {
    const slower = await refusedAfter({ exchange: known })

    expect(await refusedAfter({ exchange: unknown })).toBe(slower)
    expect(await refusedAfter({ exchange: known })).toBe(slower)
  })

  test('a refusal counts the exchanges that it left out as its quickest one', async () => {
    expect(await refusedAfter({ creation: 250, exchange: 100, missing: 3 })).toBe(650)
    // Other refusals do not take longer because of it.
    expect(await refusedAfter({ exchange: 20 })).toBe(350)
  })

  test('the level is that of a slow refusal of the last window', async () => {
    await refusedAfter({ exchange: 2_000 })
    clock.advance(LEVEL_WINDOW_MS - 1)

    expect(await refusedAfter()).toBe(2_000)
  })

  test('the level stays when a fault took longer', async () => {
    await answerTo('ERR_XMPP_TIMEOUT', { exchange: 14_000 })

    expect(await refusedAfter()).toBe(300)
  })

  test('a refusal is never passed on later than the timeout after its start', async () => {
    random = 1
    await logIn({ exchange: 14_000 })

    expect(await refusedAfter({ slot: 2_000 })).toBe(15_000)
  })

  test('the timeout bounds a longer failureDelay', async () => {
    const of = new FailureDelay(clock, { failureDelay: 300, timeout: 200 }, closing, () => random)

    expect(await answerTo('invalid-credentials', {}, { of })).toEqual({ code: 'invalid-credentials', ms: 200 })
  })
})

describe('after the proof of the account', () => {
  /** Fails a login that took `ms` after its proof. Returns the ms from its start to the failure. */
  const failAfterProof = async (code: XmppBoshErrorCode, ms: number) => {
    const startedAt = clock.now()
    const failed = delay
      .run(async timing => {
        await ask(timing, { exchange: 20 })
        timing.proves()
        clock.advance(ms)
        throw new XmppBoshError(code, 'refused')
      }, undefined)
      .catch(reason => reason.code)
    await turn()
    const [left] = clock.waiting
    if (left !== undefined) clock.advance(left)
    expect(await failed).toBe(code)
    return clock.now() - startedAt
  }

  test.each(CODES)('%s is passed on at once, but for the want of a role', async code => {
    expect(await failAfterProof(code, 30)).toBe(code === 'role-required' ? 300 : 50)
  })

  test('the want of a role is passed on at the level of slower logins', async () => {
    await logIn({ exchange: 379 })

    expect(await failAfterProof('role-required', 30)).toBe(379)
  })

  test('the want of a role that took longer is passed on with a random addition', async () => {
    random = 1
    expect(await failAfterProof('role-required', 1_980)).toBe(2_000 * (1 + FAILURE_JITTER_SHARE))
  })

  test('the time of the questions about roles does not raise the level', async () => {
    await failAfterProof('role-required', 2_000)

    expect(await refusedAfter()).toBe(300)
  })
})

describe('with visitors of several keys', () => {
  const ATTACKER = '203.0.113.1'
  const VISITOR = '192.0.2.7'

  test('a refusal takes as long as ever when one other visitor had slow refusals', async () => {
    for (let n = 0; n < 150; n++) await refusedAfter({ exchange: 5_000, key: ATTACKER })

    expect(await refusedAfter({ key: VISITOR })).toBe(300)
    expect(await refusedAfter({ key: ATTACKER })).toBe(5_000)
  })

  test('a refusal takes as long as ever when one other visitor logged in slowly', async () => {
    await logIn({ exchange: 6_000, key: ATTACKER })
    clock.advance(LEVEL_WINDOW_MS)
    await logIn({ exchange: 6_000, key: ATTACKER })

    expect(await refusedAfter({ key: VISITOR })).toBe(300)
  })

  test('a refusal takes as long as its own visitor needed when others were quicker', async () => {
    await logIn({ exchange: 400, key: VISITOR })
    await logIn({ exchange: 350, key: ATTACKER })

    expect(await refusedAfter({ key: VISITOR })).toBe(400)
    expect(await refusedAfter({ key: ATTACKER })).toBe(350)
    expect(await refusedAfter({ key: '198.51.100.4' })).toBe(350)
  })

  test.each([
    [[900, 700, 500], 700],
    [[500, 700, 900], 700],
    [[700, 900, 500], 700],
    [[700, 500, 900], 700],
  ])('a refusal takes as long as two others needed at least when others needed %j ms', async (times, level) => {
    for (const [n, exchange] of times.entries()) await logIn({ exchange, key: `198.51.100.${n}` })

    expect(await refusedAfter({ key: VISITOR })).toBe(level)
  })

  test('a refusal takes as long as two others needed when they did in different windows', async () => {
    await logIn({ exchange: 900, key: '198.51.100.1' })
    clock.advance(LEVEL_WINDOW_MS)
    await logIn({ exchange: 700, key: '198.51.100.2' })
    await logIn({ exchange: 600, key: '198.51.100.1' })

    expect(await refusedAfter({ key: VISITOR })).toBe(700)
  })
})

describe('after a quiet time', () => {
  const KEYS = ['198.51.100.1', '198.51.100.2']
  const logInAll = async (exchange: number) => {
    for (const key of KEYS) await logIn({ exchange, key })
  }

  test.each([2, 20, 59])('the level is that of the last logins when %i windows passed without any', async windows => {
    await logInAll(700)
    clock.advance(windows * LEVEL_WINDOW_MS)

    expect(await refusedAfter({ exchange: 20, key: '192.0.2.7' })).toBe(700)
  })

  test('the level is that of the last logins when only refusals came since', async () => {
    await logInAll(700)
    for (let probes = 0; probes < 29; probes++) {
      clock.advance(2 * LEVEL_WINDOW_MS - 700)
      expect(await refusedAfter({ exchange: 20, key: `192.0.2.${probes}` })).toBe(700)
    }
  })

  test('the level is that of two visitors when only one logged in since', async () => {
    await logInAll(700)
    for (let windows = 0; windows < 5; windows++) {
      clock.advance(LEVEL_WINDOW_MS)
      await logIn({ exchange: 100, key: KEYS[0] as string })
    }

    expect(await refusedAfter({ exchange: 20, key: '192.0.2.7' })).toBe(700)
  })

  test('the level falls when the logins of two windows were quicker', async () => {
    await logInAll(6_000)
    clock.advance(LEVEL_WINDOW_MS)
    await logInAll(400)
    expect(await refusedAfter({ key: '192.0.2.7' })).toBe(6_000)
    clock.advance(LEVEL_WINDOW_MS)
    await logInAll(400)

    expect(await refusedAfter({ key: '192.0.2.7' })).toBe(400)
  })

  test('the level falls when all logins share one key and those of two windows were quicker', async () => {
    await logIn({ exchange: 6_000 })
    for (let windows = 0; windows < 3; windows++) {
      await logIn({ exchange: 400 })
      clock.advance(LEVEL_WINDOW_MS)
    }

    expect(await refusedAfter()).toBe(400)
  })

  test('the level falls when an hour is over', async () => {
    await logInAll(6_000)
    for (let probes = 0; probes < LEVEL_LIFETIME_MS / 60_000; probes++) {
      await refusedAfter({ exchange: 20 })
      clock.advance(60_000)
    }

    expect(await refusedAfter({ exchange: 20 })).toBe(300)
  })
})

describe('on a server that is slow to refuse the password of a known name', () => {
  const KEYS = ['198.51.100.1', '198.51.100.2']
  const PROBER = '192.0.2.7'
  const logInFor = async (windows: number) => {
    for (let n = 0; n < windows; n++) {
      for (const key of KEYS) await logIn({ exchange: 50, key })
      clock.advance(LEVEL_WINDOW_MS)
    }
  }

  test('known and unknown names take equally long when only right logins came for minutes between them', async () => {
    await logInFor(2)
    await refusedAfter({ exchange: 2_000, key: PROBER })
    const times: number[] = []
    for (const exchange of [5, 2_000, 5, 2_000, 5]) {
      await logInFor(8)
      times.push(await refusedAfter({ exchange, key: PROBER }))
    }

    expect(times).toEqual([2_000, 2_000, 2_000, 2_000, 2_000])
  })

  test('a refusal takes as long as two other visitors needed when only right logins came since', async () => {
    await refusedAfter({ exchange: 2_000, key: '203.0.113.1' })
    await logInFor(4)
    expect(await refusedAfter({ exchange: 5, key: PROBER })).toBe(300)
    await refusedAfter({ exchange: 1_900, key: '203.0.113.2' })
    await logInFor(4)

    expect(await refusedAfter({ exchange: 5, key: PROBER })).toBe(1_900)
  })

  test('the level falls with the logins when those of the same window were slower than the refusals', async () => {
    await refusedAfter({ exchange: 5_000, key: PROBER })
    for (const key of KEYS) await logIn({ exchange: 6_000, key })
    clock.advance(LEVEL_WINDOW_MS)
    await logInFor(3)

    expect(await refusedAfter({ exchange: 5, key: PROBER })).toBe(300)
  })

  test.each([
    ['stays for half an hour', LEVEL_LIFETIME_MS / 2 - 2 * LEVEL_WINDOW_MS, 2_000],
    ['falls when an hour is over', LEVEL_LIFETIME_MS + 2 * LEVEL_WINDOW_MS, 300],
  ])('the level %s', async (_, ms, level) => {
    await refusedAfter({ exchange: 2_000, key: PROBER })
    await logInFor(ms / LEVEL_WINDOW_MS)

    expect(await refusedAfter({ exchange: 5, key: PROBER })).toBe(level)
  })

  test('the level falls when nothing at all came for an hour', async () => {
    await refusedAfter({ exchange: 2_000, key: PROBER })
    await logInFor(2)
    clock.advance(LEVEL_LIFETIME_MS)

    expect(await refusedAfter({ exchange: 5, key: PROBER })).toBe(300)
  })
})

describe('near the deadline', () => {
  // With a wait of 14 s, a password that takes 1.5 s to check is not answered in time.
  test.each([
    ['a refusal', () => refusedAfter({ exchange: 1_500 })],
    ['a login', () => logIn({ exchange: 1_500 })],
  ])(
    'an unknown name is ERR_XMPP_TIMEOUT at the deadline when the password of %s took too long',
    async (_, earlier) => {
      await earlier()

      expect(await answerTo('invalid-credentials', { slot: 14_000, exchange: 5 })).toEqual({
        code: 'ERR_XMPP_TIMEOUT',
        ms: 15_000,
      })
      expect(await answerTo('invalid-credentials', { slot: 13_000, exchange: 5 })).toEqual({
        code: 'invalid-credentials',
        ms: 14_500,
      })
    },
  )

  test('a refusal stays itself when earlier logins would fit up to the answer to their password', async () => {
    await delay.run(async timing => {
      await ask(timing, { exchange: 1_000, more: 2 })
      clock.advance(3_000)
      timing.proves()
    }, undefined)

    expect(await answerTo('invalid-credentials', { slot: 13_000, exchange: 1_000 })).toEqual({
      code: 'invalid-credentials',
      ms: 15_000,
    })
  })

  test('a refusal is ERR_XMPP_TIMEOUT at the deadline when a wrong password would not have been answered', async () => {
    expect(await answerTo('invalid-credentials', { creation: 6_000, exchange: 6_000, missing: 1 })).toEqual({
      code: 'ERR_XMPP_TIMEOUT',
      ms: 15_000,
    })
  })

  test('a refusal is ERR_XMPP_TIMEOUT at the deadline when its waits leave too little time', async () => {
    const times = { slot: 13_000, creation: 900, exchange: 700, missing: 1 }

    expect(await answerTo('invalid-credentials', times)).toEqual({ code: 'ERR_XMPP_TIMEOUT', ms: 15_000 })
  })

  test.each([
    ['fits', { creation: 5_000, exchange: 5_000, missing: 1 }, 15_000],
    ['came, and only a login would not fit', { creation: 5_000, exchange: 5_000, more: 2 }, 15_000],
  ])('a refusal stays itself when the answer to a wrong password %s', async (_, times, ms) => {
    expect(await answerTo('invalid-credentials', times)).toEqual({ code: 'invalid-credentials', ms })
  })

  test('a refusal stays itself and is passed on at once when failureDelay is 0', async () => {
    const of = new FailureDelay(clock, { ...LIMITS, failureDelay: 0 }, closing)
    const times = { creation: 6_000, exchange: 6_000, missing: 1 }

    expect(await answerTo('invalid-credentials', times, { of })).toEqual({ code: 'invalid-credentials', ms: 12_000 })
  })
})

describe('with waits for other logins', () => {
  test('a refusal is passed on at the level after its own waits', async () => {
    expect(await refusedAfter({ slot: 900, derivations: 400, exchange: 20 })).toBe(1_600)
  })

  test('the waits of one visitor do not raise the level of others', async () => {
    await logIn({ slot: 9_000, derivations: 2_000, exchange: 20 })
    await refusedAfter({ slot: 5_000, derivations: 2_000, exchange: 20 })

    expect(await refusedAfter()).toBe(300)
  })
})

describe('at random', () => {
  test.each([
    [0, 300],
    [0.5, 300 * (1 + FAILURE_JITTER_SHARE / 2)],
    [1, 300 * (1 + FAILURE_JITTER_SHARE)],
  ])('a refusal takes longer by %f of the largest addition', async (share, ms) => {
    random = share

    expect(await refusedAfter({ exchange: 20 })).toBe(ms)
  })

  test('refusals get different additions by default', async () => {
    const of = new FailureDelay(clock, LIMITS, closing)
    const times = new Set<number>()
    for (let n = 0; n < 20; n++) times.add((await answerTo('invalid-credentials', {}, { of })).ms)

    expect(times.size).toBeGreaterThan(15)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(300)
    expect(Math.max(...times)).toBeLessThanOrEqual(300 * (1 + FAILURE_JITTER_SHARE))
  })

  test('a refusal is given after one wait when the clock stands still', async () => {
    let waits = 0
    const still = {
      now: () => 0,
      date: () => 0,
      after(_ms: number, then: () => void) {
        waits++
        queueMicrotask(then)
        return () => {}
      },
    }
    const of = new FailureDelay(still, LIMITS, closing, () => 0)
    const refused = of.run(async () => {
      throw new XmppBoshError('invalid-credentials', 'refused')
    }, undefined)
    await expect(refused).rejects.toMatchObject({ code: 'invalid-credentials' })
    expect(waits).toBe(1)
  })

  test('a refusal waits again when its timer went off too early', async () => {
    const early = {
      ...clock,
      now: () => clock.now(),
      after: (ms: number, then: () => void) => clock.after(ms - 1, then),
    }
    const of = new FailureDelay(early, LIMITS, closing, () => 0)
    const answered = answerTo('invalid-credentials', {}, { of })
    await turn()
    await turn()
    expect(clock.waiting).toEqual([0])
    clock.advance(1)

    expect((await answered).ms).toBe(300)
  })
})

describe('without a delay', () => {
  const at = async (work: (timing: LoginTiming) => Promise<unknown>, signal?: AbortSignal) => {
    const failed = delay.run(work, signal).catch(reason => reason.code)
    await turn()
    expect(clock.waiting).toEqual([])
    return failed
  }

  test.each(['missing-credentials', 'malformed-credentials', 'ERR_XMPP_BUSY', 'ERR_XMPP_CONNECT'] as const)(
    '%s is passed on when the server was not asked about the account',
    async code => {
      expect(
        await at(async () => {
          throw new XmppBoshError(code, 'not asked')
        }),
      ).toBe(code)
    },
  )

  test('a refusal is passed on when the account was proved before', async () => {
    const work = async (timing: LoginTiming) => {
      await ask(timing, { exchange: 20 })
      timing.proves()
      throw new XmppBoshError('registration-closed', 'refused')
    }

    expect(await at(work)).toBe('registration-closed')
  })

  test('a refusal is passed on when failureDelay is 0', async () => {
    delay = new FailureDelay(clock, { ...LIMITS, failureDelay: 0 }, closing, () => 1)
    await logIn({ exchange: 1_000 })

    expect(await at(timing => failWith('not-allowed')(timing, {}))).toBe('not-allowed')
  })

  test('a refusal is passed on when the visitor has left', async () => {
    expect(await at(timing => failWith('not-allowed')(timing, {}), AbortSignal.abort())).toBe('not-allowed')
  })

  test('a refusal that waits is passed on when close() is called', async () => {
    const answered = delay.run(timing => failWith('not-allowed')(timing, {}), undefined).catch(reason => reason.code)
    await turn()
    expect(clock.waiting).toEqual([300])
    closing.abort()

    expect(await answered).toBe('not-allowed')
    expect(clock.waiting).toEqual([])
  })
})

test('the refusal that is due first ends in ERR_XMPP_BUSY when too many wait', async () => {
  const codes: string[] = []
  const refuse = (code: XmppBoshErrorCode) =>
    delay.run(timing => failWith(code)(timing, {}), undefined).catch(reason => codes.push(reason.code))
  random = 1
  const first = Array.from({ length: MAX_DELAYED_FAILURES - 1 }, () => refuse('invalid-credentials'))
  await turn()
  random = 0
  const due = refuse('not-allowed')
  await turn()
  random = 1
  const last = refuse('account-disabled')
  await due
  expect(codes).toEqual(['ERR_XMPP_BUSY'])
  clock.advance(300 * (1 + FAILURE_JITTER_SHARE))
  await Promise.all([...first, last])

  expect(new Set(codes.slice(1))).toEqual(new Set(['invalid-credentials', 'account-disabled']))
  expect(codes).toHaveLength(MAX_DELAYED_FAILURES + 1)
})

describe('with too many refusals at once', () => {
  /** Starts refusals of a key, and returns a function that tells their codes so far. */
  const refuse = async (key: string, count: number) => {
    const codes: string[] = []
    for (let n = 0; n < count; n++) {
      delay
        .run(timing => failWith('invalid-credentials')(timing, { key }), undefined)
        .catch(reason => codes.push(reason.code))
    }
    await turn()
    return codes
  }

  test('the refusals of the key that has most end in ERR_XMPP_BUSY', async () => {
    const due = await refuse('192.0.2.7', 1)
    clock.advance(1)
    const attacker = await refuse('203.0.113.1', 2 * MAX_DELAYED_FAILURES)
    const late = await refuse('192.0.2.8', 1)
    expect([due, late]).toEqual([[], []])
    clock.advance(300)
    await turn()

    expect([due, late]).toEqual([['invalid-credentials'], ['invalid-credentials']])
    expect(attacker.filter(code => code === 'ERR_XMPP_BUSY')).toHaveLength(MAX_DELAYED_FAILURES + 2)
  })

  test('a key gives way to itself when it has as many as another', async () => {
    const one = await refuse('203.0.113.1', MAX_DELAYED_FAILURES / 2)
    const other = await refuse('203.0.113.2', MAX_DELAYED_FAILURES / 2 + 1)

    expect([one, other]).toEqual([[], ['ERR_XMPP_BUSY']])
    closing.abort()
    await turn()
  })

  test('a refusal waits when each of the others is of another key', async () => {
    const others = await Promise.all(Array.from({ length: MAX_DELAYED_FAILURES }, (_, n) => refuse(`key${n}`, 1)))
    const last = await refuse('192.0.2.7', 1)

    expect(last).toEqual([])
    expect(others.flat()).toEqual(['ERR_XMPP_BUSY'])
    closing.abort()
    await turn()
  })
})
