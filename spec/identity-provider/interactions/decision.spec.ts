import { type Asked, decide, mustSignInAgain } from '../../../identity-provider/interactions/decision'

const BEGAN = 1_000_000
const NOW = BEGAN + 5_000
const ALICE = 'xmpp:alice@localhost'
const BOB = 'xmpp:bob@localhost'

const asked = (given: Partial<Asked> = {}): Asked => ({
  prompt: 'login',
  prompts: [],
  maxAge: undefined,
  beganAt: BEGAN,
  isHinted: undefined,
  accountId: undefined,
  ...given,
})
const before = { accountId: ALICE, since: BEGAN - 60_000 }
const after = { accountId: ALICE, since: BEGAN + 1 }
const decided = (given: Partial<Asked>, visitor: typeof before | undefined) => decide(asked(given), visitor, NOW)

test('a visitor who is not signed in has to sign in', () => {
  expect(decided({}, undefined)).toBe('sign-in')
  expect(decided({ prompt: 'consent', accountId: ALICE }, undefined)).toBe('sign-in')
})

test('a visitor who is signed in at the site sees no page', () => {
  expect(decided({}, before)).toBe('signed-in')
})

test('prompt=login asks for a sign-in after the request', () => {
  expect(decided({ prompts: ['login'] }, before)).toBe('sign-in')
  expect(decided({ prompts: ['consent', 'login'] }, { accountId: ALICE, since: BEGAN - 1 })).toBe('sign-in')
  expect(decided({ prompts: ['login'] }, after)).toBe('signed-in')
})

test('max_age asks for a new sign-in when the last one is older', () => {
  expect(decided({ maxAge: 65 }, before)).toBe('signed-in')
  expect(decided({ maxAge: 64 }, before)).toBe('sign-in')
  expect(decided({ maxAge: 0 }, before)).toBe('sign-in')
  expect(decided({ maxAge: 0 }, after)).toBe('signed-in')
})

test('a hint of another account asks for a sign-in, which ends the request if it is not of that account', () => {
  const isHinted = (accountId: string) => accountId === BOB
  expect(decided({ isHinted }, before)).toBe('sign-in')
  expect(decided({ isHinted }, after)).toBe('other-account')
  expect(decided({ isHinted }, { ...before, accountId: BOB })).toBe('signed-in')
})

test('consent is asked of the account of the provider session alone', () => {
  expect(decided({ prompt: 'consent', accountId: ALICE }, before)).toBe('consent')
  expect(decided({ prompt: 'consent', accountId: BOB }, before)).toBe('signed-in')
  expect(decided({ prompt: 'consent', accountId: undefined }, before)).toBe('signed-in')
  expect(decided({ prompt: 'consent', accountId: BOB, prompts: ['login'] }, before)).toBe('sign-in')
})

test('an account without a subject is refused, and not asked for its consent', () => {
  const visitor = { accountId: undefined, since: BEGAN - 1 }
  expect(decide(asked(), visitor, NOW)).toBe('no-subject')
  expect(decide(asked({ prompt: 'consent' }), visitor, NOW)).toBe('no-subject')
})

test('a sign-in after the request answers every reason to sign in again', () => {
  const all = asked({ prompts: ['login'], maxAge: 0, isHinted: () => false })
  expect(mustSignInAgain(all, before, NOW)).toBe(true)
  expect(mustSignInAgain(all, after, NOW)).toBe(false)
})
