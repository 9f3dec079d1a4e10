import type { SessionData } from 'express-session'
import { openMemoryStores } from '../../login-site/stores/memory'
import { LEASE_MS, OUTCOME_TTL_MS } from '../../login-site/stores/outcomes'
import { memoryOutcomes } from '../../login-site/stores/outcomes-memory'
import type { Stores } from '../../login-site/stores/stores'

const MAX_REVOCATIONS = 100_000

let stores: Stores

function called(ask: (done: (reason: unknown, answer?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    void ask((reason, answer) => (reason ? reject(reason) : resolve(answer)))
  })
}

beforeEach(() => {
  stores = openMemoryStores()
})
afterEach(() => stores.close())

test('clearing the session store removes all sessions', async () => {
  const { sessions } = stores
  const session = { cookie: { originalMaxAge: 60_000 } } as SessionData
  const login = { mechanism: 'PLAIN', since: 0, generation: 0, browser: '', stay: false, address: '' }
  await called(done => sessions.set('signed-out', session, done))
  await called(done => sessions.set('signed-in', { ...session, login }, done))
  expect(await called(done => sessions.get('signed-in', done))).toMatchObject({ login })
  expect(sessions.clear).toBeInstanceOf(Function)
  await called(done => sessions.clear?.(done))
  for (const sid of ['signed-out', 'signed-in']) expect(await called(done => sessions.get(sid, done))).toBeFalsy()
})

test('a visitor with many accounts ends no session of another address when the store is full', async () => {
  const bounded = openMemoryStores({ overall: 4, perAccount: 50 })
  const { sessions } = bounded
  const enter = (sid: string, user: string, address: string) => {
    const login = { mechanism: 'PLAIN', since: 0, generation: 0, browser: '', stay: false, address }
    const session = { cookie: { originalMaxAge: 60_000 }, login, passport: { user } } as unknown as SessionData
    return called(done => sessions.set(sid, session, done))
  }
  try {
    await enter('alone', 'alice@localhost', '192.0.2.1')
    for (let n = 0; n < 8; n++) await enter(`sid${n}`, `user${n}@localhost`, '198.51.100.9')
    expect(await called(done => sessions.get('alone', done))).toBeTruthy()
    const kept = await Promise.all(Array.from({ length: 8 }, (_, n) => called(done => sessions.get(`sid${n}`, done))))
    expect(kept.map(Boolean)).toEqual([false, false, false, false, false, true, true, true])
  } finally {
    await bounded.close()
  }
})

test('a dropped revocation counts for all accounts, so that every session it ended stays ended', async () => {
  const { revocations } = stores
  const oldest = await revocations.revoke('alice@localhost')
  for (let nth = 1; nth < MAX_REVOCATIONS; nth++) await revocations.revoke(`user${nth}@localhost`)
  expect(await revocations.lastRevocation('alice@localhost')).toBe(oldest)
  expect(await revocations.lastRevocation('bob@localhost')).toBe(0)

  const latest = await revocations.revoke('carol@localhost')
  expect(await revocations.lastRevocation('carol@localhost')).toBe(latest)
  expect(await revocations.lastRevocation('alice@localhost')).toBe(oldest)
  expect(await revocations.lastRevocation('bob@localhost')).toBe(oldest)
})

describe('outcomes of forms', () => {
  afterEach(() => jest.restoreAllMocks())

  test('a form is claimed once, until it is released', async () => {
    const outcomes = memoryOutcomes()
    expect(await outcomes.find('form')).toBeUndefined()
    expect(await outcomes.claim('form', 'a')).toBeUndefined()
    expect(await outcomes.claim('form', 'a')).toEqual({ state: 'running' })
    await outcomes.settle('form', '{}')
    expect(await outcomes.claim('form', 'a')).toEqual({ state: 'settled', outcome: '{}' })
    await outcomes.release('form')
    expect(await outcomes.claim('form', 'a')).toBeUndefined()
  })

  test('a claim is lost after its lease, and an outcome is forgotten after ten minutes', async () => {
    const outcomes = memoryOutcomes()
    const start = Date.now()
    const clock = jest.spyOn(Date, 'now').mockReturnValue(start)
    await outcomes.claim('lost', 'a')
    await outcomes.claim('settled', 'a')
    await outcomes.settle('settled', '{}')
    clock.mockReturnValue(start + LEASE_MS)
    expect(await outcomes.find('lost')).toEqual({ state: 'lost' })
    expect(await outcomes.find('settled')).toMatchObject({ state: 'settled' })
    clock.mockReturnValue(start + OUTCOME_TTL_MS)
    for (const form of ['lost', 'settled']) expect(await outcomes.find(form)).toBeUndefined()
  })

  test('the oldest outcome of the same visitor is dropped first, and the oldest of all next', async () => {
    const outcomes = memoryOutcomes({ perVisitor: 2, overall: 4 })
    const kept = async (...names: string[]) => {
      const found = await Promise.all(names.map(name => outcomes.find(name)))
      return names.filter((_, n) => found[n])
    }
    for (const name of ['b1', 'a1', 'a2', 'a3']) await outcomes.claim(name, name.slice(0, 1))
    expect(await kept('b1', 'a1', 'a2', 'a3')).toEqual(['b1', 'a2', 'a3'])
    for (const name of ['c1', 'd1']) await outcomes.claim(name, name.slice(0, 1))
    expect(await kept('b1', 'a2', 'a3', 'c1', 'd1')).toEqual(['a2', 'a3', 'c1', 'd1'])
  })
})
