import { MAX_JID_PART_BYTES, MAX_TYPED_PART_LENGTH } from '../limits'
import { UNASSIGNED } from './unicode-3-2'

// RFC 3454 table B.1: invisible where they stand, so servers leave them out.
const MAPPED_TO_NOTHING = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200b-\u200d\u2060\ufeff]|[\ufe00-\ufe0f]/gu
// RFC 6122 appendix A.5, and two kinds that servers take: a jamo that ejabberd drops behind a Hangul syllable, so that
// one account would have two names; and characters that are invisible, but make another account.
const PROHIBITED = /["&'/:<>@\u11a7\u2ff0-\u2ffb\ufffc\ufffd\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u
/** Pattern of the names in use, which are as they are prepared: faster than what follows. */
const PREPARED = /^[a-z0-9._-]{1,255}$/
const ASCII = /^\p{ASCII}*$/u
const YOUNGER = new RegExp(`[${UNASSIGNED}]`, 'u')
const OLDER = new RegExp(`[^${UNASSIGNED}]+`, 'gu')

/**
 * Returns the localpart as servers store and compare it, or `undefined` if `typed` is not a localpart.
 *
 * Applies nodeprep (RFC 6122 appendix A), with the characters of Unicode 3.2: so do ejabberd and Prosody. They may echo
 * the client's spelling, and without this step one account could become many identities. The rules on directions are
 * left to the server.
 */
export function prepareLocalpart(typed: string): string | undefined {
  if (PREPARED.test(typed)) return typed
  // Two lone surrogates become a character when what stands between them is left out.
  if (typed.length > MAX_TYPED_PART_LENGTH || !typed.isWellFormed()) return undefined
  const prepared = nodeprep(typed)
  if (prepared === '' || PROHIBITED.test(prepared) || Buffer.byteLength(prepared) > MAX_JID_PART_BYTES) return undefined
  // A name that changes when it is prepared again would be two.
  return prepared === typed || nodeprep(prepared) === prepared ? prepared : undefined
}

function nodeprep(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  // Each character is folded once: one that stands for many letters (U+FDFA: 18) costs 20 µs, and a name can hold hundreds.
  const foldings = new Map<string, string>()
  let folded = ''
  for (const character of text.replace(MAPPED_TO_NOTHING, '')) {
    const small = foldings.get(character) ?? fold(elder(character))
    foldings.set(character, small)
    folded += small
  }
  return normalize(folded)
}

// RFC 3454 table B.2, as §3.2 derives it: one code point at a time (a final sigma folds like any sigma).
function fold(text: string): string {
  const small = lower(text)
  const normal = normalize(small)
  if (normal === text) return text
  const smallAgain = normalize(lower(normal))
  return smallAgain === normal ? small : smallAgain
}

function lower(text: string): string {
  let folded = ''
  for (const character of text) {
    const small = character === '\u0131' ? character : lowerOfUpper(character)
    // Small letters of Cherokee, of old Georgian and some more came after the capital ones, which servers keep.
    folded += YOUNGER.test(small) ? character : small
  }
  return folded
}

// By way of the capital: so folds what has several small forms (s and long s) or a capital of several letters (ss).
function lowerOfUpper(character: string): string {
  let small = ''
  for (const capital of character.toUpperCase()) small += capital.toLowerCase()
  return small
}

/**
 * Returns how Unicode 3.2 spells a younger character, if it can: a capital sharp s is a sharp s. Servers make no accounts
 * with younger characters, but visitors type them. Any other character is returned as it is.
 */
function elder(character: string): string {
  if (!YOUNGER.test(character)) return character
  const spellings = [lowerOfUpper(character.normalize('NFKC')), character.toUpperCase()]
  return spellings.find(spelling => !YOUNGER.test(spelling)) ?? character
}

// Unicode's Corrigendum #4: Unicode 3.2 took five ideographs for others than they are.
const MISTAKEN = /[\u{2f868}\u{2f874}\u{2f91f}\u{2f95f}\u{2f9bf}]/gu
const TAKEN_FOR: Readonly<Record<string, string>> = {
  '\u{2f868}': '\u{2136a}',
  '\u{2f874}': '\u5f33',
  '\u{2f91f}': '\u43ab',
  '\u{2f95f}': '\u7aae',
  '\u{2f9bf}': '\u4d57',
}

/** Applies NFKC of Unicode 3.2: a younger character stays, and separates what stands before it from what follows. */
function normalize(text: string): string {
  return text.replace(OLDER, run => run.replace(MISTAKEN, found => TAKEN_FOR[found] ?? found).normalize('NFKC'))
}
