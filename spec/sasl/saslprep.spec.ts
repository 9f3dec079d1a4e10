import fc from 'fast-check'
import { preparePassword } from '../../lib/sasl/saslprep'

describe('in the examples of RFC 4013 §3', () => {
  test.each([
    ['maps a soft hyphen to nothing', 'I\u00adX', 'IX'],
    ['leaves ASCII as it is', 'user', 'user'],
    ['keeps the case of letters', 'USER', 'USER'],
    ['maps a feminine ordinal to its letter (NFKC)', '\u00aa', 'a'],
    ['maps a Roman nine to its letters (NFKC)', '\u2168', 'IX'],
  ])('preparePassword %s', (_, typed, prepared) => {
    expect(preparePassword(typed)).toBe(prepared)
  })

  test.each([
    ['a control character', '\u0007'],
    ['right-to-left text that ends in another direction', '\u0627\u0031'],
  ])('preparePassword prohibits %s', (_, typed) => {
    expect(preparePassword(typed)).toBeUndefined()
  })
})

test.each([
  ['every printable ASCII character', String.fromCharCode(...Array.from({ length: 95 }, (_, i) => i + 32))],
  ['blanks around a password', '  pencil  '],
  ['an emoji, which is unknown to Unicode 3.2,', 'pencil\u{1F511}'],
  ['letters of any script', 'пароль密码'],
])('preparePassword keeps %s as it is', (_, typed) => {
  expect(preparePassword(typed)).toBe(typed)
})

test.each([
  ['no-break space', '\u00a0'],
  ['ideographic space', '\u3000'],
])('preparePassword turns a %s into a blank', (_, space) => {
  expect(preparePassword(`a${space}b`)).toBe('a b')
})

test.each([
  ['composed or not', 'pa\u0308ss', 'p\u00e4ss'],
  ['full-width or not', '\uff50\uff45\uff4e', 'pen'],
])('preparePassword returns the same text for a password %s', (_, one, other) => {
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
  ['a password of characters that are mapped to nothing', '\u00ad\u200d'],
])('preparePassword prohibits %s', (_, typed) => {
  expect(preparePassword(typed)).toBeUndefined()
})

test('preparePassword never throws, whatever is typed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), typed => {
      const prepared = preparePassword(typed)
      expect(prepared === undefined || typeof prepared === 'string').toBe(true)
      if (prepared !== undefined && typed !== '') expect(prepared).not.toBe('')
    }),
  )
})
