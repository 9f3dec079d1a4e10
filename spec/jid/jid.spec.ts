import fc from 'fast-check'
import { parsePreparedJid, prepareConfiguredDomain, prepareLocalpart, splitJid } from '../../lib/jid'
import { prepareDomain } from '../../lib/jid/domain'
import { UNASSIGNED } from '../../lib/jid/unicode-3-2'

describe('for localparts', () => {
  test.each([
    ['juliet', 'juliet'],
    ['USER1', 'user1'],
    ['uSeR1', 'user1'],
    ['o.neill-jr_2', 'o.neill-jr_2'],
    ['user+tag', 'user+tag'],
    ['a!#$%()*,;=?[]^`{|}~', 'a!#$%()*,;=?[]^`{|}~'],
    ['-', '-'],
    ['a\\20b', 'a\\20b'],
    ['a%40b', 'a%40b'],
  ])('the ASCII text %s is prepared as %s', (typed, prepared) => {
    expect(prepareLocalpart(typed)).toBe(prepared)
  })

  test.each([
    ['full-width letters', '\uff35\uff33\uff25\uff32\uff11', 'user1'],
    ['a long s', '\u017fteve', 'steve'],
    ['a feminine ordinal', '\u00aadmin', 'admin'],
    ['a sharp s', 'stra\u00dfe', 'strasse'],
    ['a capital sharp s', 'stra\u1e9ee', 'strasse'],
    ['a capital, a small and a final sigma', '\u03a3\u03c3\u03c2', '\u03c3\u03c3\u03c3'],
    ['a Kelvin sign', '\u212aelvin', 'kelvin'],
    ['an Angstrom sign', '\u212b', '\u00e5'],
    ['an Ohm sign', '\u2126', '\u03c9'],
    ['an I with a dot', '\u0130', 'i\u0307'],
    ['an i without a dot, which stays', 'I\u015f\u0131k', 'i\u015f\u0131k'],
    ['capital Cherokee, which stays', '\u13e3\u13b3\u13a9', '\u13e3\u13b3\u13a9'],
    ['small Cherokee, which is younger', '\uabb3\uab83\uab79', '\u13e3\u13b3\u13a9'],
    ['old Georgian capitals, which stay', '\u10a0\u10a1', '\u10a0\u10a1'],
    ['a small palochka, which is younger', '\u04cfa', '\u04c0a'],
    ['new Georgian capitals', '\u1c97\u1c91\u1c98', '\u10d7\u10d1\u10d8'],
    ['an iota below in front of an accent', '\u03b1\u0345\u0301', '\u03b1\u03af'],
    ['a snowman', '\u2603', '\u2603'],
    ['an emoji', 'a\u{1F600}', 'a\u{1F600}'],
    ['a currency sign', 'a\u20ac', 'a\u20ac'],
    ['a dash that is not ASCII', 'a\u2013b', 'a\u2013b'],
    ['a quotation mark that is not ASCII', 'a\u2019b', 'a\u2019b'],
    ['a fraction', '\u00bd', '1\u20442'],
    ['an ideograph that Unicode 3.2 mistook', '\u{2f874}', '\u5f33'],
    ['a ligature', '\ufb01', 'fi'],
    ['a Roman eight', '\u2177', 'viii'],
    ['a superscript two', 'a\u00b2', 'a2'],
    ['two code points for one letter', 'zoe\u0308', 'zo\u00eb'],
    ['a letter with a capital of two code points', '\u01f0', '\u01f0'],
    ['an iota below', '\u0345', '\u03b9'],
    ['a Cyrillic letter, which stays Cyrillic', '\u0410dmin', '\u0430dmin'],
    ['a digit of another script, which stays as it is', 'user\u0967', 'user\u0967'],
    ['letters beyond the BMP', '\u{10400}', '\u{10428}'],
  ])('a name with %s is prepared: "%s" becomes "%s"', (_, typed, prepared) => {
    expect(prepareLocalpart(typed)).toBe(prepared)
  })

  test.each(['\u00ad', '\u034f', '\u1806', '\u180b', '\u200b', '\u200c', '\u200d', '\u2060', '\ufe0f', '\ufeff'])(
    'the invisible character %j is left out as servers do',
    ignorable => {
      expect(prepareLocalpart(`ad${ignorable}min`)).toBe('admin')
      expect(prepareLocalpart(`${ignorable}admin`)).toBe('admin')
      expect(prepareLocalpart(`admin${ignorable}`)).toBe('admin')
      expect(prepareLocalpart(`e${ignorable}\u0301`)).toBe('\u00e9')
      expect(prepareLocalpart(ignorable)).toBeUndefined()
    },
  )

  test.each([
    '\u061c',
    '\u115f',
    '\u17b4',
    '\u180e',
    '\u200e',
    '\u202e',
    '\u2066',
    '\u3164',
    '\uffa0',
    '\u{e0041}',
    '\u{e0100}',
  ])('the invisible character %j is refused', ignorable => {
    expect(prepareLocalpart(`ad${ignorable}min`)).toBeUndefined()
    expect(prepareLocalpart(`${ignorable}admin`)).toBeUndefined()
    expect(prepareLocalpart(`admin${ignorable}`)).toBeUndefined()
  })

  test.each([
    ['no character', ''],
    // RFC 7622 §3.3.1
    ...[...`"&'/:<>@`].map(character => [`"${character}"`, `a${character}b`]),
    ['a blank', 'a b'],
    ['a blank alone', ' '],
    ['a line feed', 'a\n'],
    ['NUL', 'a\0b'],
    ['DEL', 'a\x7f'],
    ['a C1 control', 'a\x85'],
    ['a no-break space', '\u00a0a'],
    ['an ideographic space', 'a\u3000b'],
    ['a full-width "@"', 'a\uff20b'],
    ['a full-width "/"', 'a\uff0fb'],
    ['a full-width "<"', 'a\uff1cb'],
    ['a small "&"', 'a\ufe60b'],
    ['a ligature of words', '\ufdfa'],
    ['a private-use character', 'a\ue000'],
    ['an unassigned code point', 'a\u0378'],
    // spec/live/spellings.spec.ts
    ['a jamo that ejabberd drops, behind a syllable', '\uac00\u11a7'],
    ['the same jamo behind two that form a syllable', '\u1100\u1161\u11a7'],
    ['the same jamo alone', '\u11a7'],
    ['a non-character', 'a\ufffe'],
    ['the replacement character', 'a\ufffd'],
    ['a lone surrogate', 'a\ud800'],
    ['two lone surrogates around an invisible character', 'a\ud83d\u200b\ude00'],
  ])('a name with %s is refused', (_, typed) => {
    expect(prepareLocalpart(typed)).toBeUndefined()
  })

  test.each([
    [1023, 'a'.repeat(1023), 'a'.repeat(1023)],
    [1024, 'a'.repeat(1024), undefined],
    [1022, '\u00eb'.repeat(511), '\u00eb'.repeat(511)],
    [1024, '\u00eb'.repeat(512), undefined],
    // Shorter than the limit before, longer after (and the other way round).
    [1023, '\u0149'.repeat(511), undefined],
    [3069, '\uff41'.repeat(1023), 'a'.repeat(1023)],
    [2047, `a${'e\u0301'.repeat(511)}`, `a${'\u00e9'.repeat(511)}`],
    [3069, '\u00ad'.repeat(2046) + 'a'.repeat(3), undefined],
  ])('the limit of 1,023 bytes applies to a name of %d bytes after preparation', (_, typed, prepared) => {
    expect(prepareLocalpart(typed)).toBe(prepared)
  })

  const letter = fc.oneof(
    fc.constantFrom(
      ...'aIskK\u0130\u0131\u017f\u00df\u1e9e\u03a3\u03c3\u03c2\u0345\u0307\u0301\u0328\u1fb3\u01c5\ufb03\u01f0\uff21\u212a\u00aa\u10d0\u1c90\u13a0\uab70\u00b5',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  )
  const typed = fc.array(letter, { minLength: 1, maxLength: 6 }).map(letters => letters.join(''))

  test('a prepared localpart stays the same when it is prepared again', () => {
    fc.assert(
      fc.property(typed, name => {
        const prepared = prepareLocalpart(name)
        if (prepared !== undefined) expect(prepareLocalpart(prepared)).toBe(prepared)
      }),
      { numRuns: 2000 },
    )
  })

  test('every single code point is either refused or stable after preparation', () => {
    const unstable: string[] = []
    let accepted = 0
    for (let code = 0; code <= 0x10ffff; code++) {
      const prepared = prepareLocalpart(String.fromCodePoint(code))
      if (prepared === undefined) continue
      accepted++
      if (prepareLocalpart(prepared) !== prepared) unstable.push(code.toString(16))
    }
    expect(unstable).toEqual([])
    expect(accepted).toBeGreaterThan(100_000)
  })

  // Younger letters stay apart, as on servers, and an i without a dot has the capital of another letter.
  // Nodeprep makes a letter of an iota below before it puts marks in order, so its place among them counts, as on servers.
  const IOTA_BELOW = '\u0345'
  const outside = new RegExp(`[\u0131${UNASSIGNED}]`, 'u')

  test('all spellings of a name in Unicode 3.2, capital or small, composed or not, name one account', () => {
    fc.assert(
      fc.property(typed, text => {
        const name = text.normalize('NFC')
        const prepared = prepareLocalpart(name)
        const spellings = [name.toUpperCase(), name.toLowerCase(), name.normalize('NFD'), name.normalize('NFKC')]
        if (prepared !== undefined && !outside.test(name) && !name.normalize('NFD').includes(IOTA_BELOW))
          expect(spellings.map(prepareLocalpart)).toEqual(spellings.map(() => prepared))
      }),
      { numRuns: 2000 },
    )
  })

  test('a prepared localpart is not empty and holds no separator of a JID', () => {
    fc.assert(
      fc.property(typed, name => expect(prepareLocalpart(name) ?? 'refused').toMatch(/^[^\p{Z}\p{C}"&'/:<>@]+$/u)),
      { numRuns: 2000 },
    )
  })
})

describe('for domains', () => {
  test.each([
    ['example.com', 'example.com', 'example.com'],
    ['Example.COM', 'example.com', 'example.com'],
    ['example.com.', 'example.com', 'example.com'],
    ['localhost', 'localhost', 'localhost'],
    ['1.a', '1.a', '1.a'],
    ['my_chat.local', 'my_chat.local', 'my_chat.local'],
    ['_xmpp.example_', '_xmpp.example_', '_xmpp.example_'],
    ['a-b.c--d.example', 'a-b.c--d.example', 'a-b.c--d.example'],
    ['stra\u00dfe.example', 'xn--strae-oqa.example', 'stra\u00dfe.example'],
    ['xn--strae-oqa.example', 'xn--strae-oqa.example', 'xn--strae-oqa.example'],
    ['XN--STRAE-OQA.example', 'xn--strae-oqa.example', 'xn--strae-oqa.example'],
    ['M\u00dcNCHEN.example', 'xn--mnchen-3ya.example', 'm\u00fcnchen.example'],
    ['mu\u0308nchen.example', 'xn--mnchen-3ya.example', 'm\u00fcnchen.example'],
    ['\uff45xample.com', 'example.com', 'example.com'],
    ['example\u3002com', 'example.com', 'example.com'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ])('%s is compared as %s and sent as %s', (value, ascii, wire) => {
    expect(prepareDomain(value)).toEqual({ ascii, wire })
    expect(prepareConfiguredDomain(value)).toEqual({ ascii, wire })
  })

  const long = Array.from({ length: 4 }, () => 'a'.repeat(61)).join('.')

  test.each([
    ['no character', ''],
    ['a dot alone', '.'],
    ['two dots at the end', 'example.com..'],
    ['a dot in front', '.example.com'],
    ['two dots inside', 'a..b'],
    // `url.domainToASCII` would cut here, or decode.
    ['a path', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a fragment', 'example.com#x'],
    ['a query', 'example.com?x'],
    ['percent signs', 'ex%61mple.com'],
    ['an "@"', 'evil@example.com'],
    ['a port', 'example.com:5280'],
    ['a blank', 'exa mple.com'],
    ['a blank in front', ' example.com'],
    ['a line feed behind', 'example.com\n'],
    ['NUL', 'example.com\0.evil.example'],
    ['a soft hyphen', 'exa\u00admple.com'],
    ['a zero-width joiner', 'exa\u200dmple.com'],
    ['a change of direction', '\u202eexample.com'],
    ['a full-width "/"', 'a\uff0fb.example'],
    ['a full-width "@"', 'a\uff20b.example'],
    ['a hyphen in front', '-a.example'],
    ['a hyphen behind', 'a-.example'],
    ['a quote', `a'b.example`],
    ['a label of 64', `${'a'.repeat(64)}.example`],
    ['254 bytes', `${long}.${'a'.repeat(254 - long.length - 1)}`],
    ['1 MB', 'a.'.repeat(500_000)],
    ['empty punycode', 'xn--.example'],
    ['bad punycode', 'xn--a.example'],
    ['a label of digits at the end', 'a.1'],
    ['digits alone', '1'],
    ['a number that means an IPv4 address', '2130706433'],
    ['hexadecimal that means an IPv4 address', '0x7f.1'],
    ['a short form of an IPv4 address', '127.1'],
    ['three numbers', '1.2.3'],
    ['an IPv6 zone', '[fe80::1%]'],
    ['brackets around a name', '[example.com]'],
    ['brackets around IPv4', '[127.0.0.1]'],
    ['IPv6 without brackets', '::1'],
    ['a lone surrogate', 'a\ud800.example'],
  ])('a domain with %s is refused', (_, value) => {
    expect(prepareDomain(value)).toBeUndefined()
    expect(prepareConfiguredDomain(value)).toBeUndefined()
  })

  test('a domain of 253 bytes is accepted', () => {
    const longest = `${long}.${'a'.repeat(253 - long.length - 1)}`
    expect(prepareDomain(longest)?.ascii).toBe(longest)
  })

  test.each(['127.0.0.1', '192.0.2.7', '[::1]', '[2001:DB8::1]'])(
    'the address %s is a domain only when the operator configures it',
    value => {
      expect(prepareDomain(value)).toBeUndefined()
      expect(prepareConfiguredDomain(value)).toEqual({ ascii: value.toLowerCase(), wire: value.toLowerCase() })
    },
  )

  test('the ASCII and the Unicode spelling are prepared as the same domain', () => {
    const label = fc.string({
      unit: fc.constantFrom(...'abAB09-\u00fc\u00dc\u00df\u03c3\u03c2\u0430\u4e2d\u05d0\u0663\u0301\uff41'),
      minLength: 1,
      maxLength: 5,
    })
    let accepted = 0
    fc.assert(
      fc.property(label, value => {
        const domain = prepareDomain(`${value}.example`)
        if (domain === undefined) return
        accepted++
        expect(domain.ascii).toMatch(/^[a-z0-9_-]+\.example$/)
        expect(prepareDomain(domain.ascii)?.ascii).toBe(domain.ascii)
        expect(prepareDomain(domain.wire)).toEqual(domain)
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

describe('by RFC 7622 §3.1', () => {
  test.each([
    ['example.com', { domain: 'example.com' }],
    ['juliet@example.com', { local: 'juliet', domain: 'example.com' }],
    ['juliet@example.com/balcony', { local: 'juliet', domain: 'example.com', resource: 'balcony' }],
    ['example.com/balcony', { domain: 'example.com', resource: 'balcony' }],
    ['juliet@example.com/a/b@c', { local: 'juliet', domain: 'example.com', resource: 'a/b@c' }],
    ['example.com/juliet@balcony', { domain: 'example.com', resource: 'juliet@balcony' }],
    ['a@b@c', { local: 'a', domain: 'b@c' }],
    ['@example.com', { local: '', domain: 'example.com' }],
    ['juliet@', { local: 'juliet', domain: '' }],
    ['juliet@example.com/', { local: 'juliet', domain: 'example.com', resource: '' }],
    ['', { domain: '' }],
  ])('splitJid() splits "%s" into its parts', (jid, parts) => {
    expect(splitJid(jid)).toEqual(parts)
  })
})

describe('from a session', () => {
  test.each([
    ['juliet@example.com', 'juliet', 'example.com'],
    ['zo\u00eb@xn--mnchen-3ya.example', 'zo\u00eb', 'xn--mnchen-3ya.example'],
    ['user1@localhost', 'user1', 'localhost'],
    ['user1@127.0.0.1', 'user1', '127.0.0.1'],
    ['user1@[::1]', 'user1', '[::1]'],
  ])('the bare JID %s is accepted', (jid, local, domain) => {
    expect(parsePreparedJid(jid)).toEqual({ local, domain })
  })

  test.each([
    ['a resource', 'juliet@example.com/balcony'],
    ['an empty resource', 'juliet@example.com/'],
    ['no localpart', 'example.com'],
    ['an empty localpart', '@example.com'],
    ['no domain', 'juliet@'],
    ['capital letters in front', 'Juliet@example.com'],
    ['capital letters behind', 'juliet@Example.com'],
    ['a dot at the end', 'juliet@example.com.'],
    ['U-labels', 'juliet@m\u00fcnchen.example'],
    ['two "@"', 'juliet@evil.example@example.com'],
    ['white space', ' juliet@example.com'],
    ['a localpart that is not in NFKC', 'zoe\u0308@example.com'],
    ['an invisible character', 'jul\u00adiet@example.com'],
    ['a raw apostrophe', "o'neil@example.com"],
    ['no character', ''],
  ])('a text with %s is refused', (_, jid) => {
    expect(parsePreparedJid(jid)).toBeUndefined()
  })
})
