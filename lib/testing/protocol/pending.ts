import type { Node } from '../../xml/write'
import type { Reply } from './reply'

/** A request that waits for its reply. */
export interface PendingRequest {
  readonly rid: number
  readonly answer: (reply: Reply) => void
  readonly fail: (reason: unknown) => void
}

/** A request that waits for the one before it. */
export interface WaitingRequest extends PendingRequest {
  readonly handler: Handler
  /** it came before that one, on a server where this matters */
  readonly isEarly: boolean
}

/** Makes the reply to a request; `undefined` means that there is nothing to send yet. */
export type Handler = () => Promise<Reply | undefined>

/** A connection that carries requests. */
export interface Connection {
  close(): void
}

/** Replies that a session gives by itself. */
export interface OwnReplies {
  /** to a request, with what the server sends by itself */
  readonly carry: (rid: number, children: readonly Node[]) => Reply
  /** to requests that still wait when the session ends */
  readonly unknown: Reply
  /** Sees that a request is held. */
  readonly held: () => void
}
