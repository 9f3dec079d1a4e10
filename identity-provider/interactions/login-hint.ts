/** characters */
const MAX_LENGTH = 320

/** Returns the text to fill in for the user name: a JID or its `xmpp:` URI, such as the subject of an ID token. */
export function hintedName(hint: unknown): string | undefined {
  if (typeof hint !== 'string' || hint === '' || hint.length > MAX_LENGTH || /\p{C}/u.test(hint)) return undefined
  if (!/^xmpp:/i.test(hint)) return hint
  try {
    return decodeURIComponent(hint.slice('xmpp:'.length).replace(/[?#].*$/s, ''))
  } catch {
    return undefined
  }
}
