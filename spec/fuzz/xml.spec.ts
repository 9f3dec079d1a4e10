import fc from 'fast-check'
import { read, XmlError } from '../../lib/xml/read'
import { bySaxes, type Tree, treeOf } from '../fixtures/saxes'
import { documents } from './documents'
import { part, seed, tried } from './runs'

/*
 * The same documents through saxes, an independent parser. What it refuses must be refused; what both read must be the
 * same. We may refuse more (limits, comments, a few names), never less, but for the one fault that is forgiven (see
 * spec/xml/read.spec.ts), which is not generated here.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
// saxes trims what a declaration says; Namespaces in XML 1.0 §2.3 compares character by character.
const SPACE = String.raw`(?:\s|&#(?:0*(?:9|10|13|32)|x0*(?:9|[aA]|[dD]|20));)`
const TRIMMED_BY_SAXES = new RegExp(
  `(?<=\\s)xmlns[^=<>]*=\\s*(?:'(?:${SPACE}|[^']*${SPACE}')|"(?:${SPACE}|[^"]*${SPACE}"))`,
)

function ours(bytes: Uint8Array): Tree | undefined {
  try {
    return treeOf(read(bytes))
  } catch (error) {
    if (error instanceof XmlError) return undefined
    throw error
  }
}

/** `undefined`: refused; 'unknown': saxes does not say. */
function theirs(bytes: Uint8Array): Tree | undefined | 'unknown' {
  try {
    const text = utf8.decode(bytes)
    return TRIMMED_BY_SAXES.test(text) ? 'unknown' : bySaxes(text)
  } catch {
    return undefined
  }
}

let compared = 0

test.each([
  ['asTheyShouldBe', 330_000, 0.5],
  ['withSlips', 390_000, 0.02],
  ['cutOff', 110_000, 0],
  ['withBitsTurned', 220_000, 0.02],
  ['anyBytes', 60_000, 0],
] as const)(
  'documents %s',
  (kind, all, leastRead) => {
    let alike = 0
    let unknown = 0
    let runs = 0
    fc.assert(
      fc.property(documents[kind], bytes => {
        const read = ours(bytes)
        const expected = theirs(bytes)
        runs++
        if (expected === 'unknown') unknown++
        else if (read !== undefined) {
          expect(read).toEqual(expected)
          alike++
        }
      }),
      { numRuns: part(all), seed },
    )
    // The generator makes both what is read and what is not, and seldom what saxes cannot judge.
    compared += runs - unknown
    expect(alike / runs).toBeGreaterThanOrEqual(leastRead)
    expect(alike).toBeLessThan(runs)
    expect(unknown / runs).toBeLessThan(0.15)
  },
  900_000,
)

test(`that was ${tried(1_000_000, 'documents')}`, () => {
  expect(compared).toBeGreaterThanOrEqual(part(1_000_000))
})
