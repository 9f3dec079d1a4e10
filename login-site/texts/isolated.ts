/** Letters that are written from right to left: the blocks of the scripts with bidi class R or AL. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const LEFT_TO_RIGHT_ISOLATE = '\u2066'
const FIRST_STRONG_ISOLATE = '\u2068'
const POP_DIRECTIONAL_ISOLATE = '\u2069'

/**
 * Keeps a name that is written from right to left from reordering the text around it (UAX #9 §6.3), where a `<bdi>`
 * element is not possible. Returns any other name as it is.
 */
export function isolated(name: string): string {
  if (!RIGHT_TO_LEFT.test(name)) return name
  // An address reads from its name to its domain, in any script.
  const start = name.includes('@') ? LEFT_TO_RIGHT_ISOLATE : FIRST_STRONG_ISOLATE
  return `${start}${name}${POP_DIRECTIONAL_ISOLATE}`
}
