import fc from 'fast-check'
import { read, XmlError } from '../../lib/xml/read'
import { bySaxes, type Tree, treeOf } from '../fixtures/saxes'
import { documents } from './documents'
import { part, seed, tried } from './runs'

/*
 * Compares the reader with saxes, an independent parser. A document that saxes refuses must be refused. Documents that
 * both accept must read the same. The reader may refuse more (limits, comments, a few names), never less, except for
 * the one fault it forgives (see spec/xml/read.spec.ts), which is not generated here.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
// saxes trims the value of a declaration. Namespaces in XML 1.0 §2.3 compares it character by character.
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

/** Returns `undefined` for a refused document and 'unknown' for one that saxes cannot judge. */
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
  'the reader agrees with saxes on documents of the kind %s',
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
    // The generator yields accepted and refused documents, and few that saxes cannot judge.
    compared += runs - unknown
    expect(alike / runs).toBeGreaterThanOrEqual(leastRead)
    expect(alike).toBeLessThan(runs)
    expect(unknown / runs).toBeLessThan(0.15)
  },
  900_000,
)

test(`the fuzzer tried ${tried(1_000_000, 'documents')}`, () => {
  expect(compared).toBeGreaterThanOrEqual(part(1_000_000))
})
