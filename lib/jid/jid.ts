import { type Domain, displayDomain, prepareConfiguredDomain } from './domain'
import { displayLocalpart } from './escaping'
import { prepareLocalpart } from './localpart'

/** Parts of a bare JID, both prepared. */
export interface BareJid {
  readonly local: string
  readonly domain: string
}

/** Splits a JID (RFC 7622 §3.1): resource after the first `/`, localpart before the first `@` of the rest. */
export function splitJid(jid: string): { local: string | undefined; domain: string; resource: string | undefined } {
  const slash = jid.indexOf('/')
  const bare = slash < 0 ? jid : jid.slice(0, slash)
  const at = bare.indexOf('@')
  return {
    local: at < 0 ? undefined : bare.slice(0, at),
    domain: bare.slice(at + 1),
    resource: slash < 0 ? undefined : jid.slice(slash + 1),
  }
}

/** Prepares the bare JID of an account, or returns `undefined` for anything else. */
export function prepareBareJid(jid: string): { readonly local: string; readonly domain: Domain } | undefined {
  const parts = splitJid(jid)
  if (parts.local === undefined || parts.resource !== undefined) return undefined
  const local = prepareLocalpart(parts.local)
  const domain = prepareConfiguredDomain(parts.domain)
  return local === undefined || domain === undefined ? undefined : { local, domain }
}

/** Returns the parts of a bare JID that is already prepared, as sessions store it, or `undefined` for anything else. */
export function parsePreparedJid(jid: string): BareJid | undefined {
  const prepared = prepareBareJid(jid)
  if (prepared === undefined || `${prepared.local}@${prepared.domain.ascii}` !== jid) return undefined
  return { local: prepared.local, domain: prepared.domain.ascii }
}

/**
 * Returns a bare JID, or a domain alone, as people read it: the domain in U-labels, and the space, `'` and `&` of a name
 * in place of their escapes (XEP-0106). A label of the domain that mixes scripts stays an A-label. Show it, and compare or
 * store `jid`.
 *
 * @param jid bare JID or domain, as in an account or in the configuration; other text is returned as it is
 * @example
 * ```ts
 * import { displayJid } from 'passport-xmpp-bosh'
 *
 * console.log(displayJid('o\\27neil@xn--mnchen-3ya.example')) // o'neil@münchen.example
 * console.log(displayJid('xn--mnchen-3ya.example')) // münchen.example
 * ```
 */
export function displayJid(jid: string): string {
  const { local, domain } = parsePreparedJid(jid) ?? { domain: prepareConfiguredDomain(jid)?.ascii }
  if (domain === undefined) return jid
  return local === undefined ? displayDomain(domain) : `${displayLocalpart(local)}@${displayDomain(domain)}`
}
