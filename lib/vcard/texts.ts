import { MAX_EMAIL_LENGTH, MAX_EMAILS, MAX_TEXT_LENGTH } from './limits'

// Not U+FEFF, which is no blank but not shown.
const BLANKS = /[\t\n\v\f\r\p{Z}]+/gu
// Controls, format characters, bidirectional controls, characters that are not shown, and the blanks of Braille and music.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/gu
// Marks that would join what stands before the name, and more on one letter than any script has: they cover other lines.
const LEADING_MARKS = /^\p{M}+/u
const HEAPED_MARKS = /(\p{M}{8})\p{M}+/gu

/**
 * Returns a text of a vCard in one line, without characters that are not seen or that turn the direction of writing, without heaps
 * of accents, and cut to its bound. It still has to be escaped. Returns `undefined` if nothing is left.
 */
export function shownText(text: string): string | undefined {
  const seen = text.toWellFormed().replace(BLANKS, ' ').replace(UNSEEN, '').replace(BLANKS, ' ')
  const line = seen.trim().replace(LEADING_MARKS, '').replace(HEAPED_MARKS, '$1').trim()
  const shown = [...line.slice(0, 2 * MAX_TEXT_LENGTH)].slice(0, MAX_TEXT_LENGTH).join('')
  // A pair of surrogates may be cut.
  return shown.toWellFormed().trim() || undefined
}

// RFC 5322 §3.2.3: a dot-atom; RFC 5321 §4.5.3.1: its length.
const LOCAL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

/** Returns the first of `texts` that can be e-mail addresses, each once. Others than ASCII are left out. */
export function emailsIn(texts: readonly string[]): readonly string[] {
  const emails = texts.map(text => text.trim()).filter(isEmail)
  return [...new Set(emails)].slice(0, MAX_EMAILS)
}

function isEmail(text: string): boolean {
  if (text.length > MAX_EMAIL_LENGTH) return false
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  const labels = text.slice(at + 1).split('.')
  const isDotAtom = LOCAL.test(local) && local.split('.').every(atom => atom !== '')
  return isDotAtom && labels.length > 1 && labels.every(label => LABEL.test(label))
}
