import type { Element } from '../../xml/read'
import type { Connection } from '../transport'
import type { Outgoing } from './outbox'

/** One request of a standing session, from its POST until its reply was handled. */
export class Flight {
  readonly connection: Connection
  /** time of the POST, in ms of the clock */
  readonly postedAt: number
  /** the request that ends the session */
  readonly isTerminate: boolean
  /** the request carries nothing */
  readonly isPoll: boolean
  /** time at which its socket was connected; `undefined` before */
  sentAt: number | undefined
  /** children of its reply, which waits for the reply of an older request; `undefined` before */
  reply: readonly Element[] | undefined
  /** stanzas in it without a receipt */
  unreceived: readonly Outgoing[]

  constructor(
    connection: Connection,
    postedAt: number,
    stanzas: readonly Outgoing[],
    isTerminate: boolean,
    isPoll: boolean,
  ) {
    this.connection = connection
    this.postedAt = postedAt
    this.unreceived = stanzas
    this.isTerminate = isTerminate
    this.isPoll = isPoll
  }

  /** ms since it was sent; 0 before. */
  age(now: number): number {
    return this.sentAt === undefined ? 0 : now - this.sentAt
  }
}
