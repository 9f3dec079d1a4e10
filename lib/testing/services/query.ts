import type { Element } from '../../xml/read'
import type { Node } from '../../xml/write'
import type { Software } from '../personalities/habits'
import type { QueryHabits } from '../personalities/stanza-habits'
import type { Place } from '../protocol/address'
import type { StanzaFault } from '../protocol/stanza'
import type { AccountData } from './account-data'

/** An iq of type get or set, addressed to a service of the server. */
export interface Query {
  readonly type: 'get' | 'set'
  readonly child: Element
  /** addressee: the sender's account, the domain or another account */
  readonly place: Place
  /** data of the sender's account */
  readonly data: AccountData
  readonly habits: QueryHabits
  readonly software: Software
  /** domains of the chat services, which the domain lists */
  readonly services: readonly string[]
}

/**
 * Answer to a query: the children of the result, or the error. `push` is sent beside it, as a roster push. `from`
 * names the sender where it is another than that of most answers.
 */
export type Answer =
  | StanzaFault
  | { readonly result: readonly Node[]; readonly push?: Node; readonly from?: 'account' | 'host' }
