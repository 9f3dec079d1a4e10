import type { SessionData } from 'express-session'
import { createStanding } from '../../../identity-provider/sessions/standing'
import { openMemoryProviderStore } from '../../../identity-provider/stores/memory'
import type { Login } from '../../../login-site/sessions/signed-in'
import { openMemoryStores } from '../../../login-site/stores/memory'

const ALICE = 'xmpp:alice@localhost'
const JID = 'alice@localhost'
const HOUR_MS = 60 * 60 * 1_000

const stores = openMemoryStores()
afterAll(() => stores.close())

/** Signs alice in at the site and at the provider. Returns the uid of the provider session. */
async function signedIn(sid: string, given: Partial<Login> = {}) {
  const login = {
    mechanism: 'PLAIN',
    since: Date.now(),
    generation: 0,
    browser: '',
    stay: false,
    address: '',
    ...given,
  }
  const data = { cookie: {}, login, passport: { user: JID } } as unknown as SessionData
  await new Promise(resolve => stores.sessions.set(sid, data, resolve))
  await stores.accountSessions.add(JID, sid, Date.now())
  const { bindings } = openMemoryProviderStore()
  await bindings.bind(sid, `uid of ${sid}`, HOUR_MS)
  const standing = createStanding(stores, bindings)
  return { bindings, holds: (accountId = ALICE) => standing.holds(`uid of ${sid}`, accountId), standing }
}

test('a provider session stands while the session of the site does', async () => {
  const { holds, standing } = await signedIn('s1')
  expect(await holds()).toBe(true)
  expect(await holds('xmpp:bob@localhost')).toBe(false)
  expect(await standing.holds('another uid', ALICE)).toBe(false)
  expect(await standing.holds(undefined, ALICE)).toBe(false)
})

test('a provider session does not stand after a sign-out', async () => {
  const { holds } = await signedIn('s2')
  await stores.accountSessions.remove(JID, 's2')
  expect(await holds()).toBe(false)
})

test('a provider session does not stand when the store has forgotten the session of the site', async () => {
  const { holds } = await signedIn('s3')
  await new Promise(resolve => stores.sessions.destroy('s3', resolve))
  await stores.accountSessions.add(JID, 's3', Date.now())
  expect(await holds()).toBe(false)
})

test('a provider session does not stand longer than a session of the site can last', async () => {
  expect(await (await signedIn('s4', { since: Date.now() - 23 * HOUR_MS })).holds()).toBe(true)
  expect(await (await signedIn('s5', { since: Date.now() - 24 * HOUR_MS })).holds()).toBe(false)
  expect(await (await signedIn('s6', { since: Date.now() - 24 * HOUR_MS, stay: true })).holds()).toBe(true)
})

test('a revocation after the sign-in ends it, even if the session is saved only then', async () => {
  const { holds } = await signedIn('s7')
  const number = await stores.revocations.revoke(JID)
  expect(await holds()).toBe(false)
  expect(await (await signedIn('s8', { generation: number })).holds()).toBe(true)
})

test('a provider session does not stand without its binding', async () => {
  const { holds, bindings } = await signedIn('s9', { generation: await stores.revocations.latest() })
  expect(await holds()).toBe(true)
  await bindings.forget('s9')
  expect(await holds()).toBe(false)
})
