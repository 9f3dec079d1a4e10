import { deserializeUser, serializeUser } from '../../lib/index'
import { profileOf } from '../../lib/passport/profile'

const serialized = (user: object) => {
  const done = jest.fn()
  serializeUser(user, done)
  expect(done).toHaveBeenCalledTimes(1)
  return done.mock.calls[0] as [error: unknown, jid?: string]
}
const deserialized = (jid: unknown) => {
  const done = jest.fn()
  deserializeUser(jid, done)
  expect(done).toHaveBeenCalledTimes(1)
  return done.mock.calls[0] as [error: unknown, user?: unknown]
}

const JULIET = profileOf({ username: 'juliet', domain: 'example.com' })

test('serializeUser() keeps the bare JID as a text and nothing else', () => {
  expect(serialized(JULIET)).toEqual([null, 'juliet@example.com'])
  const user = { jid: 'juliet@example.com', password: 'r0m30myr0m30', id: 7 }
  expect(serialized(user)).toEqual([null, 'juliet@example.com'])
})

test('deserializeUser() returns the profile of the login', () => {
  expect(deserialized('juliet@example.com')).toEqual([null, JULIET])
  expect(JULIET).toEqual({
    provider: 'xmpp',
    id: 'juliet@example.com',
    jid: 'juliet@example.com',
    username: 'juliet',
    domain: 'example.com',
    displayName: 'juliet',
    displayJid: 'juliet@example.com',
  })
})

test('the profile shows a name without escapes and a domain in U-labels', () => {
  expect(profileOf({ username: 'o\\27neil', domain: 'xn--mnchen-3ya.example' })).toEqual({
    provider: 'xmpp',
    id: 'o\\27neil@xn--mnchen-3ya.example',
    jid: 'o\\27neil@xn--mnchen-3ya.example',
    username: 'o\\27neil',
    domain: 'xn--mnchen-3ya.example',
    displayName: "o'neil",
    displayJid: "o'neil@m\u00fcnchen.example",
  })
})

test('the profile of a name that looks like an address shows its escape', () => {
  expect(profileOf({ username: 'alice\\40evil.example', domain: 'example.com' })).toMatchObject({
    displayName: 'alice\\40evil.example',
    displayJid: 'alice\\40evil.example@example.com',
  })
})

test.each([
  profileOf({ username: 'zo\u00eb', domain: 'xn--mnchen-3ya.example' }),
  profileOf({ username: 'user1', domain: 'localhost' }),
  profileOf({ username: 'user1', domain: '127.0.0.1' }),
  profileOf({ username: 'a!#$%()*,;=?[]^`{|}~', domain: 'example.com' }),
])('the profile of $jid survives a session', profile => {
  const [, jid] = serialized(profile)
  expect(deserialized(JSON.parse(JSON.stringify(jid)))).toEqual([null, profile])
})

test.each<object>([
  {},
  { id: 7 },
  { jid: undefined },
  { jid: '' },
  { jid: 7 },
  { jid: ['juliet@example.com'] },
  { jid: { toString: () => 'juliet@example.com' } },
  { jid: 'juliet' },
  { jid: 'juliet@example.com/balcony' },
  { jid: 'Juliet@Example.com' },
  { username: 'juliet', domain: 'example.com' },
])('serializeUser() fails with advice when the user lacks the JID of the strategy: %j', user => {
  const [error, jid] = serialized(user)
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).toContain('pass your own function to passport.serializeUser')
  expect(jid).toBeUndefined()
})

test.each([
  undefined,
  null,
  '',
  7,
  true,
  [],
  ['juliet@example.com'],
  { jid: 'juliet@example.com' },
  'juliet',
  '@example.com',
  'juliet@',
  'juliet@example.com/balcony',
  'JULIET@example.com',
  'juliet@EXAMPLE.COM',
  'juliet@m\u00fcnchen.example',
  'juliet@evil.example@example.com',
  ' juliet@example.com',
])('deserializeUser() returns false when the session holds %j', jid => {
  expect(deserialized(jid)).toEqual([null, false])
})
