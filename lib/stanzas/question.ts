import type { ChildLimits } from '../xml/read-by-child'
import type { Node } from '../xml/write'
import type { Senders } from './iq'

/** Request of type get that is one of several in a body. */
export interface Question {
  /** JID that is asked; without it, the server is asked about the account itself */
  readonly to?: string
  readonly payload: Node
  /** tells whether an answer from this JID is accepted; an answer without `from` comes from the server */
  readonly from: Senders
  /** limits of the answer, in place of those that all questions have */
  readonly limits?: ChildLimits
  /** true: left out when the others are asked again, because a reply was too large */
  readonly isSpare?: true
}
