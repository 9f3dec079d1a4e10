import { XmppBoshError } from '../errors/error'
import { TERMINATE_TIMEOUT_MS } from '../limits'
import type { Clock } from '../time/clock'
import { AnySignal, GraceSignal, TimeoutSignal } from '../time/combined-signals'
import type { AbortSignalLike, Signal } from '../time/light-signal'

/**
 * Signals that end one login before its work is done, and what each of them ends:
 *
 *     visitor, close() ── leaving ─┐
 *                        deadline ─┴─ all: the work, and the wait for a slot
 *
 *     leaving, after 2 s ─┐
 *               deadline ─┼─ creating: the first request ─┐
 *      ms of one service ─┘                           all ┴─ polling: the requests that fetch the features
 */
export class Ends {
  /** ms by the clock: the time of `deadline` */
  readonly deadlineAt: number
  readonly deadline: TimeoutSignal
  /** the visitor left, or the app closes: nothing new is sent, and a session the server knows of is terminated */
  readonly leaving: AnySignal
  /** `deadline` or `leaving`, the first of the two */
  readonly all: AnySignal
  readonly #clock: Clock
  readonly #visitor: AbortSignalLike | undefined
  readonly #leave: () => void

  /** @param timeout ms for the whole login */
  constructor(clock: Clock, timeout: number, visitor: AbortSignalLike | undefined, closing: Signal) {
    this.#leave = () =>
      this.leaving.abort(new XmppBoshError('ERR_XMPP_ABORTED', 'the visitor did not wait for the answer'))
    // Comes first: it throws when `visitor` is not a signal, and nothing has to be released yet.
    visitor?.addEventListener('abort', this.#leave)
    this.#clock = clock
    this.#visitor = visitor
    this.leaving = new AnySignal(closing)
    if (visitor?.aborted) this.#leave()
    this.deadlineAt = clock.now() + timeout
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `no answer within ${timeout} ms; see option \`timeout\``)
    this.deadline = new TimeoutSignal(clock, timeout, late)
    this.all = new AnySignal(this.deadline, this.leaving)
  }

  /** Begins the bounds of opening a session on the service at `url`, which may take `ms`. */
  opening(url: URL, ms: number): OpeningEnds {
    return new OpeningEnds(this, this.#clock, url, ms)
  }

  /** Stops listening to the visitor: the caller has its answer. */
  answered(): void {
    this.#visitor?.removeEventListener('abort', this.#leave)
  }

  /** Releases the signals: the work is over, which may be later than the answer. */
  release(): void {
    for (const signal of [this.deadline, this.leaving, this.all]) signal.release()
  }
}

/** Signals that end the opening of one session; see the drawing above. */
export class OpeningEnds {
  readonly creating: TimeoutSignal
  readonly polling: AnySignal
  readonly #grace: GraceSignal

  constructor({ deadline, leaving, all }: Ends, clock: Clock, url: URL, ms: number) {
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `no session on ${url.origin} within ${Math.round(ms)} ms`)
    // Only a session whose sid is known can be terminated: that is worth a short wait.
    this.#grace = new GraceSignal(clock, TERMINATE_TIMEOUT_MS, leaving)
    this.creating = new TimeoutSignal(clock, ms, late, deadline, this.#grace)
    this.polling = new AnySignal(this.creating, all)
  }

  /** Releases the signals: the session is open, or could not be opened. */
  release(): void {
    for (const signal of [this.#grace, this.creating, this.polling]) signal.release()
  }
}
