import type { Node } from '../xml/write'
import type { Senders } from './iq'

/** Request of type get that is one of several in a body. */
export interface Question {
  /** JID that is asked; without it, the server is asked about the account itself */
  readonly to?: string
  readonly payload: Node
  /** tells whether an answer from this JID is accepted; an answer without `from` comes from the server */
  readonly from: Senders
}
