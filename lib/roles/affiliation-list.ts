import { MUC_ADMIN } from '../xml/namespaces'
import type { Element } from '../xml/read'
import { MAX_ROLE_ITEMS } from './limits'
import type { PrepareJid } from './room-jids'

/** List of a room (XEP-0045 §9.5), of prepared bare JIDs. */
export interface List {
  /** accounts and domains with the affiliation that was asked for; `undefined` if the list is refused as a whole */
  readonly jids: ReadonlySet<string> | undefined
  /** accounts and domains that the list calls outcasts; a list with one is refused */
  readonly outcasts: ReadonlySet<string>
}

/**
 * Reads a list. One that holds anything but items with a bare JID and the affiliation that was asked for is not the list
 * that was asked for, and is refused: a part of one is, too.
 *
 * @returns `undefined` if the answer holds no list
 */
export function listIn(
  { children: [query, ...more] }: Element,
  affiliation: string,
  prepare: PrepareJid,
): List | undefined {
  if (query?.name !== 'query' || query.namespace !== MUC_ADMIN || more.length > 0) return undefined
  const jids = new Set<string>()
  const outcasts = new Set<string>()
  let isRefused = query.children.length > MAX_ROLE_ITEMS
  for (const { name, namespace, attributes } of isRefused ? [] : query.children) {
    const isItem = name === 'item' && namespace === MUC_ADMIN
    const jid = isItem ? prepare(attributes.get('jid') ?? '') : undefined
    const given = attributes.get('affiliation')
    if (jid !== undefined && given === 'outcast') outcasts.add(jid)
    if (jid !== undefined && given === affiliation) jids.add(jid)
    else isRefused = true
  }
  return { jids: isRefused ? undefined : jids, outcasts }
}
