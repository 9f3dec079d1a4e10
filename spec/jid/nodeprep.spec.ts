import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareLocalpart } from '../../lib/jid'
import { UNASSIGNED } from '../../lib/jid/unicode-3-2'

/*
 * Every code point as the tables of RFC 3454 have it (scripts/rfc-3454.py). spec/live/preparation.spec.ts compares whole
 * names with real servers.
 */

type Verdict = 'unassigned' | 'prohibited' | { readonly becomes: string }

const VERDICTS = new Map<number, Verdict>()
for (const line of readFileSync(join(__dirname, '../fixtures/vectors/nodeprep.txt'), 'utf8').split('\n')) {
  const [, first = '', last = first, verdict = ''] = /^([0-9a-f]{4,6})(?:-([0-9a-f]+))? (.+)$/.exec(line) ?? []
  if (first === '') continue
  for (let code = Number.parseInt(first, 16); code <= Number.parseInt(last, 16); code++) {
    VERDICTS.set(code, verdictOf(code, verdict))
  }
}

function verdictOf(code: number, verdict: string): Verdict {
  if (verdict === 'unassigned' || verdict === 'prohibited') return verdict
  if (verdict === 'kept') return { becomes: String.fromCodePoint(code) }
  if (verdict === 'nothing') return { becomes: '' }
  return { becomes: String.fromCodePoint(...verdict.split(' ').map(hex => Number.parseInt(hex, 16))) }
}

/** Invisible characters that servers keep, so that two accounts would look alike. */
const REFUSED_HERE = ['\u115f', '\u1160', '\u17b4', '\u17b5', '\u3164', '\uffa0']

test('the vectors hold every code point', () => {
  expect(VERDICTS.size).toBe(0x110000)
})

test('each code point of Unicode 3.2 is prepared as the tables of RFC 3454 say except for six invisible ones', () => {
  const others: [string, string | undefined, Verdict][] = []
  for (const [code, verdict] of VERDICTS) {
    const character = String.fromCodePoint(code)
    if (verdict === 'unassigned' || REFUSED_HERE.includes(character)) continue
    const expected = verdict === 'prohibited' ? undefined : `a${verdict.becomes}a`.normalize('NFC')
    if (prepareLocalpart(`a${character}a`) !== expected) {
      others.push([code.toString(16), prepareLocalpart(`a${character}a`), verdict])
    }
  }

  expect(others).toEqual([])
})

test.each(REFUSED_HERE)('the invisible character %j is refused inside a name', character => {
  expect(prepareLocalpart(`a${character}a`)).toBeUndefined()
})

test('each code point younger than Unicode 3.2 is refused, stays or becomes an older spelling', () => {
  const younger = new RegExp(`[${UNASSIGNED}]`, 'u')
  const others: string[] = []
  const counts = { refused: 0, kept: 0, older: 0 }
  for (const [code, verdict] of VERDICTS) {
    if (verdict !== 'unassigned' || (code >= 0xd800 && code <= 0xdfff)) continue
    const character = String.fromCodePoint(code)
    const prepared = prepareLocalpart(character)
    if (!younger.test(character)) others.push(`${code.toString(16)} is in the table`)
    else if (prepared === undefined) counts.refused++
    else if (prepared === character) counts.kept++
    else if (younger.test(prepared)) others.push(`${code.toString(16)} becomes younger`)
    else counts.older++
  }

  expect(others).toEqual([])
  expect(counts.kept).toBeGreaterThan(40_000)
  expect(counts.older).toBeGreaterThan(800)
})

test.each([
  ['many letters', '\ufdfa'],
  ['one letter', '\u0416'],
  ['a younger letter', '\u1e9e'],
])('a character that stands for %s is folded once however often a name repeats it', (_, character) => {
  const upper = jest.spyOn(String.prototype, 'toUpperCase')
  const foldings = (count: number) => {
    upper.mockClear()
    prepareLocalpart(character.repeat(count))
    return upper.mock.calls.length
  }
  const once = foldings(2)
  const often = foldings(341)
  upper.mockRestore()

  expect(once).toBeGreaterThan(0)
  expect(often).toBeLessThanOrEqual(once + 8)
})
