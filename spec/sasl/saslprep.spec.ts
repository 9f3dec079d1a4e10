import fc from 'fast-check'
import { preparePassword } from '../../lib/sasl/saslprep'

describe('RFC 4013 §3', () => {
  test.each([
    ['a soft hyphen is mapped to nothing', 'I\u00adX', 'IX'],
    ['no transformation', 'user', 'user'],
    ['case is kept', 'USER', 'USER'],
    ['NFKC: feminine ordinal', '\u00aa', 'a'],
    ['NFKC: Roman nine', '\u2168', 'IX'],
  ])('%s', (_, typed, prepared) => {
    expect(preparePassword(typed)).toBe(prepared)
  })

  test.each([
    ['a control character is prohibited', '\u0007'],
    ['right-to-left that does not end so', '\u0627\u0031'],
  ])('%s', (_, typed) => {
    expect(preparePassword(typed)).toBeUndefined()
  })
})

test.each([
  ['every printable ASCII character', String.fromCharCode(...Array.from({ length: 95 }, (_, i) => i + 32))],
  ['blanks around', '  pencil  '],
  ['an emoji, which Unicode 3.2 did not know', 'pencil\u{1F511}'],
  ['letters of any script', 'пароль密码'],
])('stays as it is: %s', (_, typed) => {
  expect(preparePassword(typed)).toBe(typed)
})

test.each([
  ['no-break space', '\u00a0'],
  ['ideographic space', '\u3000'],
])('a %s becomes a blank', (_, space) => {
  expect(preparePassword(`a${space}b`)).toBe('a b')
})

test.each([
  ['composed or not', 'pa\u0308ss', 'p\u00e4ss'],
  ['full-width or not', '\uff50\uff45\uff4e', 'pen'],
])('the same password, %s', (_, one, other) => {
  expect(preparePassword(one)).toBe(preparePassword(other))
})

test.each([
  ['NUL', 'a\0b'],
  ['DEL', 'a\x7fb'],
  ['a C1 control', 'ä\u0085'],
  ['private use', 'a\ue000'],
  ['a non-character', 'a\ufffe'],
  ['the replacement character', 'a\ufffd'],
  ['a lone surrogate', 'a\ud800'],
  ['a change of direction', 'a\u202eb'],
  ['a tag', 'a\u{e0041}'],
  ['nothing but what is mapped to nothing', '\u00ad\u200d'],
])('prohibited: %s', (_, typed) => {
  expect(preparePassword(typed)).toBeUndefined()
})

test('whatever is typed, it is prepared or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), typed => {
      const prepared = preparePassword(typed)
      expect(prepared === undefined || typeof prepared === 'string').toBe(true)
      if (prepared !== undefined && typed !== '') expect(prepared).not.toBe('')
    }),
  )
})
