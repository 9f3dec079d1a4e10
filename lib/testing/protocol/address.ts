import { prepareBareJid, prepareConfiguredDomain, prepareLocalpart, splitJid } from '../../jid'

/**
 * Addressee of a stanza, as the server sees it. `account` is the sender's own bare JID, or no address at all. `client` is
 * the sender's full JID, and `sibling` another resource of it. `domain-resource` is a resource of the domain. `other` is
 * the bare JID of another local account, and `peer` a resource of one. `remote` is an address of another domain.
 */
export type Place =
  | 'account'
  | 'client'
  | 'sibling'
  | 'host'
  | 'domain-resource'
  | 'other'
  | 'peer'
  | 'remote'
  | 'invalid'

/** Finds the place that `to` names for the client whose full JID is `jid`. */
export function placeOf(to: string | undefined, jid: string, host: string): Place {
  if (to === undefined) return 'account'
  const { local, domain, resource } = splitJid(to)
  const wire = prepareConfiguredDomain(domain)?.wire
  const name = local === undefined ? undefined : prepareLocalpart(local)
  if (wire === undefined || resource === '' || (local !== undefined && name === undefined)) return 'invalid'
  if (wire !== host) return 'remote'
  if (name === undefined) return resource === undefined ? 'host' : 'domain-resource'
  const own = splitJid(jid)
  if (name !== prepareLocalpart(own.local ?? '')) return resource === undefined ? 'other' : 'peer'
  if (resource === undefined) return 'account'
  return resource === own.resource ? 'client' : 'sibling'
}

/** Returns the prepared bare JID of an address, or `undefined` for one without a name and for an invalid one. */
export function accountOf(jid: string): string | undefined {
  const prepared = prepareBareJid(bareJid(jid))
  return prepared && `${prepared.local}@${prepared.domain.wire}`
}

/** Returns the prepared bare JID with A-labels, by which addresses in any spelling are compared. */
export function comparableJid(jid: string): string | undefined {
  const prepared = prepareBareJid(bareJid(jid))
  return prepared && `${prepared.local}@${prepared.domain.ascii}`
}

/** Returns the bare JID of a full one. */
export function bareJid(jid: string): string {
  const [bare = ''] = jid.split('/')
  return bare
}
