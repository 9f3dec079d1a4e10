/** Passport's normalized profile of an XMPP account; plain data. */
export interface Profile {
  /** where the account is from, as Passport has it */
  readonly provider: 'xmpp'
  /** the same as `jid` */
  readonly id: string
  /** bare JID */
  readonly jid: string
  /** the localpart of `jid` */
  readonly username: string
  /** the domain of `jid`, as A-labels */
  readonly domain: string
  /** the same as `username` */
  readonly displayName: string
}

/** A profile made of the parts of a bare JID. */
export function profileOf({ username, domain }: { username: string; domain: string }): Profile {
  const jid = `${username}@${domain}`
  return { provider: 'xmpp', id: jid, jid, username, domain, displayName: username }
}
