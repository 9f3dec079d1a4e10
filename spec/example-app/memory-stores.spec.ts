import type { SessionData } from 'express-session'
import { openMemoryStores } from '../../example-app/stores/memory'
import type { Stores } from '../../example-app/stores/stores'

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

test('clearing the session store removes signed-in sessions and the others', async () => {
  const { sessions } = stores
  const session = { cookie: { originalMaxAge: 60_000 } } as SessionData
  const login = { mechanism: 'PLAIN', since: 0, generation: 0 }
  await called(done => sessions.set('signed-out', session, done))
  await called(done => sessions.set('signed-in', { ...session, login }, done))
  expect(await called(done => sessions.get('signed-in', done))).toMatchObject({ login })
  expect(sessions.clear).toBeInstanceOf(Function)
  await called(done => sessions.clear?.(done))
  for (const sid of ['signed-out', 'signed-in']) expect(await called(done => sessions.get(sid, done))).toBeFalsy()
})

test('a dropped revocation counts for all accounts, so that every session it ended stays ended', async () => {
  const { revocations } = stores
  const oldest = await revocations.revoke('alice@localhost')
  for (let nth = 1; nth < MAX_REVOCATIONS; nth++) await revocations.revoke(`session:${nth}`)
  expect(await revocations.lastRevocation('alice@localhost')).toBe(oldest)
  expect(await revocations.lastRevocation('bob@localhost')).toBe(0)

  const latest = await revocations.revoke('session:one more')
  expect(await revocations.lastRevocation('session:one more')).toBe(latest)
  expect(await revocations.lastRevocation('alice@localhost')).toBe(oldest)
  expect(await revocations.lastRevocation('bob@localhost')).toBe(oldest)
})
