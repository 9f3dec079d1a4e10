import type { AbortSignalLike } from '../time/light-signal'
import type { Element } from '../xml/read'
import type { Node } from '../xml/write'

/**
 * State of a {@link ServiceAccount}: `connecting` until the server has let the account in, and again after each loss of the
 * session; `online` while it can send and receive; `closed` after `close()`.
 */
export type ServiceAccountState = 'connecting' | 'online' | 'closed'

/**
 * Part of a {@link ServiceAccount} that {@link Confirmations} needs. Every service account is one.
 */
export interface AccountLike {
  /** bare JID, prepared */
  readonly jid: string
  /** name that clients show beside the messages of the account */
  readonly nickname: string | undefined
  /** state of the account, now */
  readonly state: ServiceAccountState
  /** Resolves when the account is online. Rejects while the server refuses it, and when `signal` aborts. */
  ready(signal?: AbortSignalLike): Promise<void>
  /**
   * Sends a stanza and resolves when the server has it.
   *
   * @internal
   */
  send(stanza: Node): Promise<void>
  /**
   * Calls `listener` for each message that arrives. Returns a function that ends that.
   *
   * @internal
   */
  onMessage(listener: (message: Element) => void): () => void
}

/**
 * Request of type get or set that a service account sends (RFC 6120 §8.2.3).
 *
 * @internal
 */
export interface AccountIq {
  readonly type: 'get' | 'set'
  /** JID that is asked; without it, the server is asked about the account itself */
  readonly to?: string
  readonly payload: Node
}
