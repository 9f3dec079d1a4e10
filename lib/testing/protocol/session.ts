import { randomUUID } from 'node:crypto'
import type { Node } from '../../xml/write'
import { type Reply, terminated } from './reply'
import type { Stream } from './stream'

/** A request that waits for its reply. */
interface Open {
  readonly answer: (reply: Reply) => void
  readonly fail: (reason: unknown) => void
}

/** What is to be said on a request; `undefined`: nothing yet. */
export type Work = () => Promise<Reply | undefined>

/** requests that a client may have open (XEP-0124 §7.2) */
export const REQUESTS = 2

/** One BOSH session: takes requests in the order of their rid, and holds one while there is nothing to say. */
export class Session {
  readonly sid = randomUUID()
  readonly stream: Stream
  /** children due with the next reply */
  due: readonly Node[] = []
  readonly #waitMs: number
  readonly #silence: (sid: string) => Reply
  readonly #replies = new Map<number, Promise<Reply>>()
  readonly #waiting = new Map<number, Open & { readonly work: Work }>()
  #rid: number
  #isBusy = false
  #holds = true
  #held: (Open & { readonly timer: NodeJS.Timeout }) | undefined
  #end: Reply | undefined
  #lastSeen = Date.now()

  /**
   * @param rid of the request that creates it
   * @param wait s that a request is held
   * @param silence the reply that says nothing
   */
  constructor(stream: Stream, rid: number, wait: number, silence: (sid: string) => Reply) {
    this.stream = stream
    this.#rid = rid
    this.#waitMs = wait * 1000
    this.#silence = silence
  }

  /** ms since the epoch; now, while a request is held */
  get idleSince(): number {
    return this.#held ? Date.now() : this.#lastSeen
  }

  /** The reply to the creation, for when it is asked for again. */
  created(reply: Reply): void {
    this.#replies.set(this.#rid, Promise.resolve(reply))
  }

  /** The reply to a request, when there is one; `undefined`: its rid is outside the window (XEP-0124 §11). */
  take(rid: number, work: Work): Promise<Reply> | undefined {
    this.#lastSeen = Date.now()
    // XEP-0124 §14.2: the same rid again gets the same reply again.
    const again = this.#replies.get(rid)
    if (again) return again
    if (rid <= this.#rid || rid > this.#rid + REQUESTS) return undefined
    const reply = new Promise<Reply>((answer, fail) => {
      this.#waiting.set(rid, { answer, fail, work })
    })
    this.#replies.set(rid, reply)
    for (const old of this.#replies.keys()) if (old <= rid - REQUESTS) this.#replies.delete(old)
    void this.#advance()
    return reply
  }

  /** From now on an empty request is answered at once. */
  holdNothing(): void {
    this.#holds = false
  }

  /** The session is over: whoever still waits gets `reply`. */
  end(reply: Reply): void {
    this.#end = reply
    this.#release(reply)
    for (const { answer } of this.#waiting.values()) answer(terminated('item-not-found'))
    this.#waiting.clear()
  }

  // XEP-0124 §9: in the order of their rid, whatever the order they come in
  async #advance(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    for (let next = this.#next(); next; next = this.#next()) {
      try {
        this.#deliver(next, await next.work())
      } catch (error) {
        next.fail(error)
      }
    }
    this.#isBusy = false
  }

  #next(): (Open & { readonly work: Work }) | undefined {
    const next = this.#waiting.get(this.#rid + 1)
    if (next) this.#waiting.delete(++this.#rid)
    return next
  }

  // XEP-0124 §5.3: the request that has waited longest is answered first, and the newest is held.
  #deliver(open: Open, reply: Reply | undefined): void {
    const silence = this.#silence(this.sid)
    const isAnswered = this.#release(reply ?? silence)
    if (this.#end !== undefined) open.answer(reply ?? this.#end)
    else if (reply !== undefined && !isAnswered) open.answer(reply)
    else if (this.#holds && this.#waitMs > 0) this.#hold(open, silence)
    else open.answer(silence)
  }

  #hold(open: Open, silence: Reply): void {
    const timer = setTimeout(() => this.#release(silence), this.#waitMs)
    // A test that is done does not wait for it.
    timer.unref()
    this.#held = { ...open, timer }
  }

  /** True if a request was held, which now has its reply. */
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
