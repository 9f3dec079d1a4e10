import { randomUUID } from 'node:crypto'
import type { Node } from '../../xml/write'
import type { Terms } from './creation'
import { type Reply, terminated } from './reply'
import type { Stream } from './stream'

/** A request that waits for its reply. */
interface PendingRequest {
  readonly answer: (reply: Reply) => void
  readonly fail: (reason: unknown) => void
}

/** Makes the reply to a request; `undefined` means that there is nothing to send yet. */
export type Handler = () => Promise<Reply | undefined>

/** One BOSH session. It handles requests in the order of their rid, and holds one while there is nothing to send. */
export class Session {
  readonly sid = randomUUID()
  readonly stream: Stream
  /** children to send with the next reply */
  due: readonly Node[] = []
  readonly #waitMs: number
  readonly #requests: number
  readonly #pollingMs: number
  readonly #answersNewest: boolean
  readonly #emptyReply: (sid: string) => Reply
  readonly #replies = new Map<number, Promise<Reply>>()
  readonly #waiting = new Map<number, PendingRequest & { readonly handler: Handler }>()
  #rid: number
  #isBusy = false
  #hasBegun: boolean
  #holds = true
  #held: (PendingRequest & { readonly timer: NodeJS.Timeout }) | undefined
  #end: Reply | undefined
  #lastSeen = Date.now()

  /**
   * @param rid rid of the request that creates the session
   * @param answersNewest a reply goes to the request that asked, even if another is held
   * @param emptyReply makes a reply without content
   */
  constructor(stream: Stream, rid: number, terms: Terms, answersNewest: boolean, emptyReply: (sid: string) => Reply) {
    this.stream = stream
    this.#rid = rid
    this.#waitMs = terms.wait * 1000
    this.#requests = terms.requests
    this.#pollingMs = terms.polling * 1000
    this.#hasBegun = terms.isVersioned
    this.#answersNewest = answersNewest
    this.#emptyReply = emptyReply
  }

  /** time of the last activity, in ms since the epoch; the current time while a request is held */
  get idleSince(): number {
    return this.#held ? Date.now() : this.#lastSeen
  }

  /** true while a request waits for something to send */
  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** true if a request now is too soon after the last one */
  get isOveractive(): boolean {
    return Date.now() - this.#lastSeen < this.#pollingMs
  }

  /** Keeps the reply to the creation, in case the client repeats the request. */
  created(reply: Reply): void {
    this.#replies.set(this.#rid, Promise.resolve(reply))
  }

  /**
   * Handles a request.
   *
   * @returns its reply, or `undefined` if the rid is outside the window (XEP-0124 §11)
   */
  take(rid: number, handler: Handler): Promise<Reply> | undefined {
    this.#lastSeen = Date.now()
    // XEP-0124 §14.2: a repeated rid gets the same reply.
    const repeated = this.#replies.get(rid)
    if (repeated) return repeated
    if (rid <= this.#rid || rid > this.#rid + this.#requests) return undefined
    const reply = new Promise<Reply>((answer, fail) => {
      this.#waiting.set(rid, { answer, fail, handler })
    })
    this.#replies.set(rid, reply)
    for (const old of this.#replies.keys()) if (old <= rid - this.#requests) this.#replies.delete(old)
    void this.#advance()
    return reply
  }

  /** Returns true once, if the stream begins with this request and not with the creation. */
  begins(): boolean {
    const begins = !this.#hasBegun
    this.#hasBegun = true
    return begins
  }

  /** Answers empty requests at once from now on. */
  holdNothing(): void {
    this.#holds = false
  }

  /** Ends the session. A held request gets `reply`, requests that wait for their turn get an error. */
  end(reply: Reply): void {
    this.#end = reply
    this.#release(reply)
    for (const { answer } of this.#waiting.values()) answer(terminated('item-not-found'))
    this.#waiting.clear()
  }

  // XEP-0124 §9: handle requests in the order of their rid, even if they arrive in another order.
  async #advance(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    for (let next = this.#next(); next; next = this.#next()) {
      try {
        this.#deliver(next, await next.handler())
      } catch (error) {
        next.fail(error)
      }
    }
    this.#isBusy = false
  }

  #next(): (PendingRequest & { readonly handler: Handler }) | undefined {
    const next = this.#waiting.get(this.#rid + 1)
    if (next) this.#waiting.delete(++this.#rid)
    return next
  }

  // XEP-0124 §5.3: the request that has waited longest is answered first, and the newest is held. ejabberd differs.
  #deliver(request: PendingRequest, reply: Reply | undefined): void {
    const empty = this.#emptyReply(this.sid)
    const forHeld = this.#answersNewest ? undefined : reply
    const isAnswered = this.#release(forHeld ?? empty) && forHeld !== undefined
    if (this.#end !== undefined) request.answer(reply ?? this.#end)
    else if (reply !== undefined && !isAnswered) request.answer(reply)
    else if (this.#holds && this.#waitMs > 0) this.#hold(request, empty)
    else request.answer(empty)
  }

  #hold(request: PendingRequest, empty: Reply): void {
    const timer = setTimeout(() => this.#release(empty), this.#waitMs)
    // A test that has ended does not wait for this timer.
    timer.unref()
    this.#held = { ...request, timer }
  }

  /** Answers the held request, if there is one, and returns true if it did. */
  #release(reply: Reply): boolean {
    const held = this.#held
    if (!held) return false
    clearTimeout(held.timer)
    this.#held = undefined
    this.#lastSeen = Date.now()
    held.answer(reply)
    return true
  }
}
