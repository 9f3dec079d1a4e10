import { BEGAN, policyWith } from '../../identity-provider/provider/policy'
import { openMemoryProviderStore } from '../../identity-provider/stores/memory'

const ALICE = 'xmpp:alice@localhost'

/** Plays the part of oidc-provider that makes rules: one prompt, with the list of its checks. */
function rules() {
  const checks: { reason: string; check: (ctx: unknown) => Promise<boolean> }[] = []
  const login = {
    details: async () => ({ login_hint: 'alice' }),
    checks: { add: (check: (typeof checks)[number]) => checks.push(check) },
  }
  class Check {
    readonly reason: string
    readonly check: (ctx: unknown) => Promise<boolean>

    constructor(...[reason, , , check]: [string, string, string, (ctx: unknown) => Promise<boolean>]) {
      this.reason = reason
      this.check = check
    }
  }
  const base = () => Object.assign([login], { get: () => login })
  const { bindings } = openMemoryProviderStore()
  policyWith({ interactionPolicy: { base, Check } } as never, bindings)
  const isOver = async (given: object) => checks[0]?.check({ oidc: { session: {} }, req: {}, ...given })
  return { login, checks, bindings, isOver }
}

const signedIn = {
  user: { jid: 'alice@localhost' },
  sessionID: 's1',
  session: { login: { since: Date.now(), stay: false } },
}
const ofAlice = { session: { accountId: ALICE, uid: 'u1' } }

test('an interaction notes when it began, beside what oidc-provider notes', async () => {
  const { login } = rules()
  const before = Date.now()
  const details: Record<string, unknown> = await login.details()
  expect(details).toMatchObject({ login_hint: 'alice' })
  expect(Number(details[BEGAN])).toBeGreaterThanOrEqual(before)
})

test('the session of the provider counts with the session of the site that it is bound to', async () => {
  const { isOver, bindings } = rules()
  await bindings.bind('s1', 'u1', 1_000)
  expect(await isOver({ oidc: ofAlice, req: signedIn })).toBe(false)
})

test.each([
  ['the visitor is not signed in at the site', { session: {} }],
  ['another account is signed in at the site', { ...signedIn, user: { jid: 'bob@localhost' } }],
  ['the visitor signed in at the site anew', { ...signedIn, sessionID: 's2' }],
])('the session of the provider does not count when %s', async (_when, req) => {
  const { isOver, bindings } = rules()
  await bindings.bind('s1', 'u1', 1_000)
  expect(await isOver({ oidc: ofAlice, req })).toBe(true)
})

test('a sign-in that has just succeeded binds the two sessions', async () => {
  const { isOver, bindings } = rules()
  const oidc = { ...ofAlice, result: { login: { accountId: ALICE } } }
  expect(await isOver({ oidc, req: { ...signedIn, user: { jid: 'bob@localhost' } } })).toBe(true)
  expect(await bindings.sidOf('u1')).toBeUndefined()
  expect(await isOver({ oidc, req: signedIn })).toBe(false)
  expect(await bindings.sidOf('u1')).toBe('s1')
})

test('a session without an account is left to the other rules', async () => {
  expect(await rules().isOver({ req: {} })).toBe(false)
})
