import { defaultTexts, filled, TEXT_NAMES } from '../../lib/confirm/chat/default-texts'
import { displayCode, isSameSecret, keyOf, newCode, newNumber, readCode } from '../../lib/confirm/secrets'
import { numbersIn, placeOf } from '../../lib/confirm/start/place'

test.each([
  ['Firefox on Linux, 203.0.113.7', 'Firefox on Linux, 203.0.113.7'],
  ['Chrome on Windows 11 (2001:db8::7)', 'Chrome on Windows 11 (2001:db8::7)'],
  ['Safari, fe80::abcd:1', 'Safari, fe80::abcd:1'],
  ['Handy von M\u00fcller', 'Handy von M\u00fcller'],
  ['a\r\nb\u0000c\td', 'a b c d'],
  ['abc\u202edef\u2066', 'abc def'],
  ['zero\u200bwidth', 'zero width'],
  ['<b>bold</b> *x* _y_ `z` ~q~', 'b bold /b x y z q'],
  ['{site} {place}', 'site place'],
  ['see https://evil.example/a?b=c now', 'see now'],
  ['see evil.example now', 'see now'],
  ['see www.evil now', 'see now'],
  ['see WWW.1evil now', 'see now'],
  ['write to mallory@evil.example now', 'write to now'],
  ['xmpp:mallory now', 'now'],
  ['//evil now', 'now'],
  ['evil\uff0eexample evil\u3002example', 'evil example'],
  ['mailto:x tel:+1', 'tel:+1'],
  ['\ud800 Firefox', 'Firefox'],
  ['a'.repeat(200), 'a'.repeat(80)],
  ['\u{1f600} Firefox', 'Firefox'],
  ['', undefined],
  [' \n ', undefined],
  ['https://evil.example', undefined],
  [undefined, undefined],
])('a place %j is shown as %j', (given, shown) => {
  expect(placeOf(given)).toBe(shown)
})

test('a place of a megabyte is read in no time', () => {
  expect(placeOf(`${'a.'.repeat(500_000)}`)).toBeUndefined()
})

test('numbersIn() finds each number', () => {
  expect([...numbersIn('Windows 11, Firefox 142, 10.0.0.57')]).toEqual(['11', '142', '10', '0', '57'])
  expect([...numbersIn(undefined)]).toEqual([])
})

test('newNumber() draws three digits from 100 to 999', () => {
  const seen = Array.from({ length: 3_000 }, () => newNumber(3))

  expect(seen.every(number => /^[1-9][0-9]{2}$/.test(number))).toBe(true)
  expect(new Set(seen).size).toBeGreaterThan(700)
})

test('newNumber() draws each number from 10 to 99 that is free, and no other', () => {
  const seen = new Set<string>()
  for (let n = 0; n < 5_000; n++) seen.add(newNumber(2))
  expect([...seen].sort()).toEqual(Array.from({ length: 90 }, (_, n) => String(10 + n)))

  const taken = new Set([...seen].filter(number => number !== '57'))
  expect(newNumber(2, taken)).toBe('57')
})

test('newCode() draws eight characters that readCode() reads in each spelling', () => {
  const letters = new Set<string>()
  for (let n = 0; n < 500; n++) {
    const code = newCode()
    for (const letter of code) letters.add(letter)
    expect(readCode(displayCode(code).toLowerCase())).toBe(code)
  }

  expect([...letters].sort().join('')).toBe('0123456789ABCDEFGHJKMNPQRSTVWXYZ')
})

test.each([
  '',
  'K7QF-92T',
  'K7QF-92TDX',
  'K7QF-92TU',
  'K7QF--------92TD',
  'K7Q-F92TD',
  'it says 43',
  'K7QF_92TD',
  'x'.repeat(99),
])('readCode() reads %j as no code', text => {
  expect(readCode(text)).toBeUndefined()
})

test('isSameSecret() compares by content', () => {
  expect(isSameSecret('42', '42')).toBe(true)
  expect(isSameSecret('42', '43')).toBe(false)
  expect(isSameSecret('42', '421')).toBe(false)
  expect(isSameSecret('', '')).toBe(true)
})

test('keyOf() names no JID, and tells its parts apart', () => {
  expect(keyOf('stop', 'alice@b.test')).toMatch(/^stop:[\w-]{22}$/)
  expect(keyOf('heard', 'a', 'bc')).not.toBe(keyOf('heard', 'ab', 'c'))
})

test.each(['en', 'de'])('each text of language %s names only placeholders that exist', language => {
  const texts = defaultTexts(language)
  for (const name of TEXT_NAMES) {
    expect(texts[name].length).toBeGreaterThan(20)
    expect(filled(texts[name], { site: 'S', place: 'P' })).not.toMatch(/[{}]/)
  }
  for (const name of ['question', 'questionAfterCode', 'signedIn'] as const) {
    expect(texts[name].split('\n')[0]).toContain('{site}')
    expect(texts[name]).toContain('{place}')
  }
})

test('a text leaves out the line of an unknown place', () => {
  expect(filled('a\n{place}\nb', { site: 'S', place: undefined })).toBe('a\nb')
})

test('a place that names a placeholder is not filled in again', () => {
  expect(filled('{place}', { site: 'S', place: '{site}' })).toBe('{site}')
})
