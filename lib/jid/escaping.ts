// XEP-0106 §2: what a localpart cannot hold
const FORBIDDEN = /[ "&'/:<>@]/
// XEP-0106 §4: a backslash is escaped only where an escape would begin.
const ESCAPE = /\\(?=20|22|26|27|2f|3a|3c|3e|40|5c)/gi

/**
 * Escapes what is typed for a localpart (XEP-0106 §3, §4): `o'neil` becomes `o\27neil`. A text that needs no escape is
 * returned as it is, so `o\27neil` is the same localpart.
 *
 * @returns `undefined` for a space at an end, which cannot be escaped (§4)
 */
export function escapeLocalpart(typed: string): string | undefined {
  if (!FORBIDDEN.test(typed)) return typed
  if (typed.startsWith(' ') || typed.endsWith(' ')) return undefined
  return typed
    .replace(ESCAPE, '\\5c')
    .replace(/[ "&'/:<>@]/g, character => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

// A space stands alone between two other characters: at an end, or beside another space, it would not be seen.
const SHOWN = /(?<!^|\\20)\\20(?!$|\\20)|\\2[67]/g
const CHARACTERS: Readonly<Record<string, string>> = { '\\20': ' ', '\\26': '&', '\\27': "'" }

/**
 * Returns a localpart as people read it: `o\27neil` as `o'neil`. Only the space, `'` and `&` are shown. With the other
 * characters of XEP-0106, a name could pass for an address, a link or markup: `alice\40evil.example` stays as it is.
 */
export function displayLocalpart(localpart: string): string {
  return localpart.replace(SHOWN, escaped => CHARACTERS[escaped] ?? escaped)
}
