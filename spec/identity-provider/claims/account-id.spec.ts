import { accountIdOf, jidOf } from '../../../identity-provider/claims/account-id'

test.each([
  ['alice@example.com', 'xmpp:alice@example.com'],
  ['zoë@localhost', 'xmpp:zo%C3%AB@localhost'],
  ['o\\27neil@xn--mnchen-3ya.example', 'xmpp:o%5C27neil@xn--mnchen-3ya.example'],
  ['100%@example.com', 'xmpp:100%25@example.com'],
])('the subject of %s is %s, and stands for that account alone', (jid, subject) => {
  expect(accountIdOf(jid)).toBe(subject)
  expect(jidOf(subject)).toBe(jid)
})

test('a JID whose URI has more than 255 characters has no subject', () => {
  const longest = `${'a'.repeat(255 - 'xmpp:@example.com'.length)}@example.com`
  expect(accountIdOf(longest)).toHaveLength(255)
  expect(accountIdOf(`a${longest}`)).toBeUndefined()
  // Each ë takes six characters.
  expect(accountIdOf(`${'ë'.repeat(45)}@example.com`)).toBeUndefined()
})

test('a text without a localpart has no subject', () => {
  expect(accountIdOf('example.com')).toBeUndefined()
})

test.each(['xmpp:zoë@localhost', 'alice@localhost', 'xmpp:alice@localhost/phone', 'xmpp:a@b@c', 'xmpp:alice'])(
  'jidOf() refuses %s, which accountIdOf() does not make',
  text => {
    expect(() => jidOf(text)).toThrow('not of this provider')
  },
)
