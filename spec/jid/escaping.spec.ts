import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { displayJid, displayLocalpart, escapeLocalpart, prepareLocalpart } from '../../lib/jid'

describe('for a typed localpart', () => {
  // XEP-0106 §6.1, §6.2
  test.each([
    ['space cadet', 'space\\20cadet'],
    ['call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
    ['at&t guy', 'at\\26t\\20guy'],
    ["d'artagnan", 'd\\27artagnan'],
    ['/.fanboy', '\\2f.fanboy'],
    ['::foo::', '\\3a\\3afoo\\3a\\3a'],
    ['<foo>', '\\3cfoo\\3e'],
    ['user@host', 'user\\40host'],
    ['c:\\net', 'c\\3a\\net'],
    ['c:\\\\net', 'c\\3a\\\\net'],
    ['c:\\cool stuff', 'c\\3a\\cool\\20stuff'],
    ['c:\\5commas', 'c\\3a\\5c5commas'],
    ['a:\\5Cb', 'a\\3a\\5c5Cb'],
  ])('%j is escaped as %j', (typed, escaped) => {
    expect(escapeLocalpart(typed)).toBe(escaped)
  })

  test.each(['juliet', 'o\\27neil', 'jean\\20pierre', '\\20juliet', 'c\\5commas', 'a%20b', 'a\\b', ''])(
    '%j needs no escape and stays',
    typed => {
      expect(escapeLocalpart(typed)).toBe(typed)
    },
  )

  test.each([' juliet', 'juliet ', ' ', " o'neil"])('a space at an end is refused: %j', typed => {
    expect(escapeLocalpart(typed)).toBeUndefined()
  })

  test('an escaped localpart needs no escape and holds no character that a localpart cannot hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...` "&'/:<>@\\0234567acefAB\u00fc`) }), typed => {
        const escaped = escapeLocalpart(typed) ?? ''
        expect(escaped).not.toMatch(/[ "&'/:<>@]/)
        expect(escapeLocalpart(escaped)).toBe(escaped)
        if (escaped !== '') expect(prepareLocalpart(escaped)).toBeDefined()
      }),
    )
  })
})

describe('for people', () => {
  test.each([
    ['juliet', 'juliet'],
    ['o\\27neil', "o'neil"],
    ['jean\\20pierre', 'jean pierre'],
    ['at\\26t', 'at&t'],
    // These would not be seen.
    ['\\20juliet', '\\20juliet'],
    ['juliet\\20', 'juliet\\20'],
    ['a\\20\\20b', 'a\\20\\20b'],
    // These could pass for an address, a link or markup.
    ['alice\\40evil.example', 'alice\\40evil.example'],
    ['alice\\40evil.example\\2fb', 'alice\\40evil.example\\2fb'],
    ['https\\3a\\2f\\2fevil.example', 'https\\3a\\2f\\2fevil.example'],
    ['\\3cscript\\3e', '\\3cscript\\3e'],
    ['a\\22b', 'a\\22b'],
    ['a\\5c27b', 'a\\5c27b'],
    ['a\\2Fb', 'a\\2Fb'],
  ])('the localpart %j is shown as %j', (localpart, shown) => {
    expect(displayLocalpart(localpart)).toBe(shown)
  })

  test('two localparts are never shown alike', () => {
    const localpart = fc
      .string({ unit: fc.constantFrom('a', '\\', '\\20', '\\26', '\\27', '\\40', '\\5c', '2', '7'), minLength: 1 })
      .filter(text => prepareLocalpart(text) === text)
    fc.assert(
      fc.property(localpart, localpart, (one, other) => {
        if (one !== other) expect(displayLocalpart(one)).not.toBe(displayLocalpart(other))
      }),
      { numRuns: 2_000 },
    )
  })

  const of = (unicode: string) => domainToASCII(unicode)

  test.each([
    ['alice@example.com', 'alice@example.com'],
    ['o\\27neil@xn--mnchen-3ya.example', "o'neil@m\u00fcnchen.example"],
    ['alice\\40evil.example@example.com', 'alice\\40evil.example@example.com'],
    ['xn--mnchen-3ya.example', 'm\u00fcnchen.example'],
    ['m\u00fcnchen.example', 'm\u00fcnchen.example'],
    ['Example.COM', 'example.com'],
    ['localhost', 'localhost'],
    ['alice@127.0.0.1', 'alice@127.0.0.1'],
    ['alice@[::1]', 'alice@[::1]'],
    ['no address', 'no address'],
    ['alice@example.com/balcony', 'alice@example.com/balcony'],
    ['xn--a.example', 'xn--a.example'],
    ['admin@xn--pple-43d.com', 'admin@xn--pple-43d.com'],
    [of('\u0430pple.m\u00fcnchen.example'), 'xn--pple-43d.m\u00fcnchen.example'],
    [of('g\u03bfogle.example'), of('g\u03bfogle.example')],
    [of('\u043f\u0440\u0438\u043c\u0435\u0440-1.example'), '\u043f\u0440\u0438\u043c\u0435\u0440-1.example'],
    [of('\u043f\u0440\u03b1.example'), of('\u043f\u0440\u03b1.example')],
    [
      of('\u6771\u4eac\u3055\u304f\u3089\u30bf\u30ef\u30fcx.example'),
      '\u6771\u4eac\u3055\u304f\u3089\u30bf\u30ef\u30fcx.example',
    ],
    [of('\u4e2d\ud55c.example'), '\u4e2d\ud55c.example'],
    [of('\u4e2d\u3105.example'), '\u4e2d\u3105.example'],
    [of('\u3055\ud55c.example'), of('\u3055\ud55c.example')],
    [of('\u03b1\u03b2.\u0430\u0431.example'), '\u03b1\u03b2.\u0430\u0431.example'],
    [of('a\u29f8login.example'), of('a\u29f8login.example')],
    [of('\u13a0\u13e2.example'), of('\u13a0\u13e2.example')],
    [of('l\u00b7l.example'), 'l\u00b7l.example'],
    ['', ''],
  ])('displayJid() shows %j as %j', (jid, shown) => {
    expect(displayJid(jid)).toBe(shown)
  })
})
