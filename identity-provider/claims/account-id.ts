const SCHEME = 'xmpp:'
/** characters of a subject (OpenID Connect Core §2) */
const MAX_LENGTH = 255

/**
 * Returns the subject of an account: the `xmpp:` URI of its bare JID (RFC 5122 §2.2), in ASCII. Returns `undefined` if
 * this is longer than a subject may be.
 *
 * @param jid prepared bare JID, with its domain in A-labels
 */
export function accountIdOf(jid: string): string | undefined {
  const at = jid.indexOf('@')
  const id = `${SCHEME}${encodeURIComponent(jid.slice(0, at))}@${encodeURIComponent(jid.slice(at + 1))}`
  return at > 0 && id.length <= MAX_LENGTH ? id : undefined
}

/** Returns the bare JID of a subject. @throws {Error} for any other text */
export function jidOf(accountId: string): string {
  const [local = '', domain = '', ...more] = accountId.slice(SCHEME.length).split('@').map(decodeURIComponent)
  const jid = `${local}@${domain}`
  if (more.length > 0 || accountIdOf(jid) !== accountId) throw new Error('a stored subject is not of this provider')
  return jid
}
