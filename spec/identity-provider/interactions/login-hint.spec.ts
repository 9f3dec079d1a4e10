import { hintedName } from '../../../identity-provider/interactions/login-hint'

test.each([
  ['alice', 'alice'],
  ['alice@example.com', 'alice@example.com'],
  ['xmpp:zo%C3%AB@localhost', 'zoë@localhost'],
  ['XMPP:alice@localhost?message', 'alice@localhost'],
])('the hint %s fills %s in', (hint, name) => {
  expect(hintedName(hint)).toBe(name)
})

test.each([undefined, '', ['alice'], 'a\nb', 'a\u202eb', 'x'.repeat(321), 'xmpp:%zz'])(
  'the hint %p fills nothing in',
  hint => {
    expect(hintedName(hint)).toBeUndefined()
  },
)
