import type { Element } from '../../xml/read'
import { element } from '../../xml/write'
import type { QueryHabits } from '../personalities/stanza-habits'
import { copyOf } from '../protocol/stanza'
import type { AccountData } from './account-data'
import type { Answer } from './query'

/** Changes or removes an item of the roster (RFC 6121 §2.3, §2.5). */
export function setRosterItem(query: Element, data: AccountData, habits: QueryHabits['roster']): Answer {
  const [item] = query.children
  if (item === undefined) return habits.withoutItem
  const jid = item.attributes.get('jid')
  if (jid === undefined) return 'modify bad-request'
  const isRemoved = item.attributes.get('subscription') === 'remove'
  const subscription = isRemoved ? 'remove' : 'none'
  const { name, attributes, children } = copyOf(item, query.namespace)
  const changed = element(name, { ...attributes, subscription }, ...children)
  if (!isRemoved) {
    if (!data.put('roster', jid, changed)) return 'wait resource-constraint'
  } else if (!data.roster.delete(jid) && habits.missingItem !== undefined) {
    return habits.missingItem
  }
  return { result: [], push: element('query', { xmlns: query.namespace }, changed) }
}
