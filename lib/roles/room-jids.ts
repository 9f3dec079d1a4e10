import { prepareBareJid, prepareConfiguredDomain, prepareLocalpart, splitJid } from '../jid'

/** Function that prepares the bare JIDs of one list. Their domains are mostly the same. */
export type PrepareJid = (jid: string) => string | undefined

/**
 * Returns a function that prepares a JID without a resource: localpart, if there is one, `@`, domain as A-labels. It
 * returns `undefined` for anything else.
 */
export function jidPreparer(): PrepareJid {
  const domains = new Map<string, string | undefined>()
  return jid => {
    const { local, domain, resource } = splitJid(jid)
    if (resource !== undefined) return undefined
    if (!domains.has(domain)) domains.set(domain, prepareConfiguredDomain(domain)?.ascii)
    const ascii = domains.get(domain)
    if (ascii === undefined || local === undefined) return ascii
    const prepared = prepareLocalpart(local)
    if (prepared === local && ascii === domain) return jid
    return prepared === undefined ? undefined : `${prepared}@${ascii}`
  }
}

/** Returns the prepared bare JID of an account, or `undefined` for anything else. */
export function preparedAccount(jid: unknown): string | undefined {
  const prepared = typeof jid === 'string' ? prepareBareJid(jid) : undefined
  return prepared && `${prepared.local}@${prepared.domain.ascii}`
}
