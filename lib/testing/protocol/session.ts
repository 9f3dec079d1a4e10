import { setImmediate } from 'node:timers'
import { setTimeout as pause } from 'node:timers/promises'
import type { Node } from '../../xml/write'
import type { SessionHabits } from '../personalities/habits'
import type { Terms, Values } from './creation'
import type { Connection, Handler, OwnReplies, PendingRequest, WaitingRequest } from './pending'
import { type Reply, terminated } from './reply'
import type { Stream } from './stream'

/** One BOSH session. It handles requests in the order of their rid, and holds one while there is nothing to send. */
export class Session {
  readonly sid: string
  /** values for the attributes of its replies */
  readonly values: Values
  readonly stream: Stream
  /** the connections that have carried it */
  readonly connections = new Set<Connection>()
  /** children to send with the next reply */
  due: readonly Node[] = []
  readonly #waitMs: number
  readonly #requests: number
  readonly #pollingMs: number
  readonly #habits: SessionHabits
  readonly #own: OwnReplies
  readonly #replies = new Map<number, Promise<Reply>>()
  readonly #answered = new Set<number>()
  readonly #waiting = new Map<number, WaitingRequest>()
  /** rid of the request that is not handled until the client gets a stanza */
  #parked: number | undefined
  /** rids of requests whose connections were reset */
  readonly #lost = new Set<number>()
  #rid: number
  #isBusy = false
  #isFlushing = false
  #hasBegun: boolean
  #holds = true
  #held: (PendingRequest & { readonly timer: NodeJS.Timeout }) | undefined
  #end: Reply | undefined
  #lastSeen = Date.now()
  #lastAnswer = Date.now()

  /**
   * @param rid rid of the request that creates the session
   * @param own replies without content
   */
  constructor(values: Values, stream: Stream, rid: number, terms: Terms, habits: SessionHabits, own: OwnReplies) {
    this.sid = values.get('sid') ?? ''
    this.values = values
    this.stream = stream
    this.#rid = rid
    // A server that answers early still holds a request for half of a short time.
    this.#waitMs = Math.max(terms.wait - habits.early, terms.wait / 2) * 1000
    this.#requests = terms.requests
    this.#pollingMs = terms.polling * 1000
    this.#hasBegun = terms.isVersioned
    this.#habits = habits
    this.#own = own
  }

  /** time of the last activity, in ms since the epoch; the current time while a request is held */
  get idleSince(): number {
    return this.#held ? Date.now() : this.#lastSeen
  }

  /** true for a request that is stuck: its repetition ends the session */
  isStuck(rid: number): boolean {
    return rid === this.#parked
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
  take(rid: number, handler: Handler, { isRestart = false, parks = false } = {}): Promise<Reply> | undefined {
    this.#lastSeen = Date.now()
    if (this.#lost.delete(rid)) return this.#again(rid)
    // XEP-0124 §14.2: a repeated rid gets the same reply. ejabberd holds it instead while another request is stuck.
    const repeated = this.#replies.get(rid)
    if (repeated && this.#parked !== undefined && this.#held?.rid === rid) return this.#again(rid)
    if (repeated && this.#habits.repeatsRestart && isRestart && !this.#answered.has(rid)) this.#restartAgain()
    if (repeated && (this.#habits.repeatsReplies || !this.#answered.has(rid))) return repeated
    if (repeated) return this.#again(rid)
    if (rid <= this.#rid || rid > this.#rid + this.#requests) return undefined
    const isEarly = parks || (this.#habits.parksEarly && rid > this.#rid + 1)
    const reply = new Promise<Reply>((answer, fail) => {
      this.#waiting.set(rid, { rid, answer, fail, handler, isEarly })
    })
    this.#replies.set(rid, reply)
    this.#forget(rid - this.#requests)
    void this.#advance()
    return reply
  }

  /** Treats a repeated request as an empty one. */
  #again(rid: number): Promise<Reply> {
    return new Promise((answer, fail) => this.#deliver({ rid, answer, fail }, undefined))
  }

  #restartAgain(): void {
    const features = this.stream.restart()
    if (!('end' in features)) this.due = [...this.due, ...features]
  }

  /** Forgets the replies up to a rid, which can no longer be repeated. */
  #forget(upTo: number): void {
    for (const old of this.#replies.keys()) {
      if (old > upTo) continue
      this.#replies.delete(old)
      this.#answered.delete(old)
    }
  }

  /** Returns true once, if the stream begins with this request and not with the creation. */
  begins(): boolean {
    const begins = !this.#hasBegun
    this.#hasBegun = true
    return begins
  }

  /** Sends a stanza that the client has not asked for, with the next reply. A held request gets it at once. */
  push(stanza: Node): void {
    this.due = [...this.due, stanza]
    this.#flushSoon()
  }

  /** Answers empty requests at once from now on. */
  holdNothing(): void {
    this.#holds = false
  }

  /** Ends the session. A held request gets `reply`, requests that wait for their turn get an error. */
  end(reply: Reply): void {
    this.#end = reply
    if (this.#parked === undefined) this.#release(reply)
    else this.#burst()
    for (const { answer } of this.#waiting.values()) answer(this.#own.unknown)
    this.#waiting.clear()
  }

  /** Resets the connection of the held request. The session goes on. */
  reset(): void {
    if (this.#held) this.#lost.add(this.#held.rid)
    this.#release('reset')
  }

  // XEP-0124 §9: handle requests in the order of their rid, even if they arrive in another order.
  async #advance(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    for (let next = this.#next(); next; next = this.#next()) {
      try {
        const reply = await next.handler()
        if (reply !== undefined && this.#end === undefined) await this.#pause()
        this.#deliver(next, reply)
      } catch (error) {
        next.fail(error)
      }
    }
    this.#isBusy = false
  }

  /** ejabberd answers the held request with nothing and the stuck one with this error. */
  #burst(): void {
    this.#release()
    this.#waiting.get(this.#parked ?? 0)?.answer(terminated('other-request'))
    this.#waiting.delete(this.#parked ?? 0)
  }

  #next(): WaitingRequest | undefined {
    const next = this.#waiting.get(this.#rid + 1)
    // ejabberd: a request that came before the one that is held now waits for the next stanza to the client.
    if (next?.isEarly && this.#held) this.#parked = next.rid
    if (!next || next.rid === this.#parked) return undefined
    this.#waiting.delete(++this.#rid)
    return next
  }

  // XEP-0124 §5.3: the request that has waited longest is answered first, and the newest is held. ejabberd differs.
  #deliver(request: PendingRequest, reply: Reply | undefined): void {
    const forHeld = this.#habits.answersNewest ? undefined : reply
    const isAnswered = this.#release(forHeld) && forHeld !== undefined
    if (this.#end !== undefined) this.#answer(request, reply ?? this.#end)
    else if (reply !== undefined && !isAnswered) this.#answer(request, reply)
    else if (this.#holds && this.#waitMs > 0) this.#hold(request)
    else this.#answer(request, this.#own.carry(request.rid, []))
  }

  #answer({ rid, answer }: PendingRequest, reply: Reply): void {
    this.#lastAnswer = Date.now()
    this.#answered.add(rid)
    answer(reply)
  }

  async #pause(): Promise<void> {
    const left = this.#lastAnswer + this.#habits.answerPause - Date.now()
    // A test that has ended does not wait for this timer.
    if (left > 0) await pause(left, undefined, { ref: false })
  }

  #hold(request: PendingRequest): void {
    const timer = setTimeout(() => this.#release(), this.#waitMs)
    // A test that has ended does not wait for this timer.
    timer.unref()
    this.#held = { ...request, timer }
    if (this.due.length > 0) this.#flushSoon()
    else this.#own.held()
  }

  /** Answers the held request with what is due, after all stanzas of this turn. */
  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    setImmediate(async () => {
      if (this.#held) await this.#pause()
      this.#isFlushing = false
      if (!this.#held || this.due.length === 0) return
      this.#release(this.#own.carry(this.#held.rid, this.due))
      this.due = []
      this.#parked = undefined
      await this.#advance()
    })
  }

  /** Answers the held request, if there is one, with `reply` or with nothing. Returns true if it did. */
  #release(reply?: Reply): boolean {
    const held = this.#held
    if (!held) return false
    clearTimeout(held.timer)
    this.#held = undefined
    this.#lastSeen = Date.now()
    this.#answer(held, reply ?? this.#own.carry(held.rid, []))
    return true
  }
}
