import { isIP } from 'node:net'
import { MAX_PLACE_LENGTH } from '../limits'

/** Length up to which a place is looked at, in characters. */
const MAX_GIVEN_LENGTH = 1_000
/** All but letters, digits and some punctuation: no control or bidi character, no markup, no line end. */
const STRANGE = /[^\p{L}\p{M}\p{N} .,:;()'+/-]+/gu
/** Text that clients turn into a link: a dot or a colon between letters, or a slash after a colon or another slash. */
const LINK = /\p{L}[.:]\p{L}|[:/]\/|www\./iu

/**
 * Returns the place of a visitor as it may stand in a chat message: one line of at most 80 characters, without markup and
 * without a word that looks like a link. `undefined` if nothing is left.
 */
export function placeOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  const words = given
    .slice(0, MAX_GIVEN_LENGTH)
    .toWellFormed()
    .normalize('NFKC')
    .split(/\s/)
    .filter(isHarmless)
    .flatMap(word => word.replace(STRANGE, ' ').split(' '))
    .filter(word => word !== '' && isHarmless(word))
  const place = [...words.join(' ')].slice(0, MAX_PLACE_LENGTH).join('').trim()
  return place === '' ? undefined : place
}

function isHarmless(word: string): boolean {
  return !LINK.test(word) || isIP(word.replace(/^\(|[).,;]$/g, '')) !== 0
}

/** Returns the numbers that stand in a place: none of them may be the one that the person has to answer with. */
export function numbersIn(place: string | undefined): ReadonlySet<string> {
  return new Set(place?.match(/[0-9]+/g) ?? [])
}
