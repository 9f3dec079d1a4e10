import { addressOf } from '../bosh/http/errors'
import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import { TERMINATE_TIMEOUT_MS } from '../limits'
import { addAbortListener, removeAbortListener } from '../time/abort-listeners'
import type { Clock } from '../time/clock'
import { AnySignal, GraceSignal, TimeoutSignal } from '../time/combined-signals'
import type { AbortSignalLike, Signal } from '../time/light-signal'

/**
 * Signals that end one login early, and the steps that each signal ends:
 *
 *     visitor, close() ── leaving ─┐
 *                        deadline ─┴─ all: the work, and the wait for a slot
 *
 *     leaving, after 2 s ─┐
 *               deadline ─┼─ creating: the first request ─┐
 *      ms of one service ─┘                           all ┴─ polling: the requests that fetch the features
 */
export class Ends {
  /** time of `deadline`, in ms of the clock */
  readonly deadlineAt: number
  readonly deadline: TimeoutSignal
  /** aborted when the visitor left or the app closes: no new request is sent, and a created session is terminated */
  readonly leaving: AnySignal
  /** aborted with the first of `deadline` and `leaving` */
  readonly all: AnySignal
  /** session of the login, once it is open: its history explains why the deadline came */
  session: Pick<BoshSession, 'history'> | undefined
  readonly #clock: Clock
  readonly #visitor: AbortSignalLike | undefined
  readonly #leave: () => void

  /**
   * @param timeout ms for the whole login
   * @param visitor signal of the visitor's request
   * @param closing signal of `close()`
   */
  constructor(clock: Clock, timeout: number, visitor: AbortSignalLike | undefined, closing: Signal) {
    this.#leave = () =>
      this.leaving.abort(new XmppBoshError('ERR_XMPP_ABORTED', 'the visitor left before the login was complete'))
    // Must come first: it throws if `visitor` is not a signal, and no other signal has to be released yet.
    if (visitor) addAbortListener(visitor, this.#leave)
    this.#clock = clock
    this.#visitor = visitor
    this.leaving = new AnySignal(closing)
    if (visitor?.aborted) this.#leave()
    this.deadlineAt = clock.now() + timeout
    this.deadline = new TimeoutSignal(clock, timeout, () => timedOut(timeout, this.session?.history))
    this.all = new AnySignal(this.deadline, this.leaving)
  }

  /** Returns the signals for opening a session on the service at `url` within `ms`. */
  opening(url: URL, ms: number): OpeningEnds {
    return new OpeningEnds(this, this.#clock, url, ms)
  }

  /** Stops listening to the visitor's signal: the caller has its answer. */
  answered(): void {
    if (this.#visitor) removeAbortListener(this.#visitor, this.#leave)
  }

  /** Releases the signals. The work has ended, which may be later than the answer. */
  release(): void {
    for (const signal of [this.deadline, this.leaving, this.all]) signal.release()
  }
}

/** Signals that end the opening of one session; see the drawing at {@link Ends}. */
export class OpeningEnds {
  readonly creating: TimeoutSignal
  readonly polling: AnySignal
  readonly #grace: GraceSignal

  constructor({ deadline, leaving, all }: Ends, clock: Clock, url: URL, ms: number) {
    const timedOut = () =>
      new XmppBoshError('ERR_XMPP_TIMEOUT', `no session on ${addressOf(url)} within ${Math.round(ms)} ms`)
    // The reply to the first request holds the sid, without which the session cannot be terminated.
    this.#grace = new GraceSignal(clock, TERMINATE_TIMEOUT_MS, leaving)
    this.creating = new TimeoutSignal(clock, ms, timedOut, deadline, this.#grace)
    this.polling = new AnySignal(this.creating, all)
  }

  /** Releases the signals. The session is open, or could not be opened. */
  release(): void {
    for (const signal of [this.#grace, this.creating, this.polling]) signal.release()
  }
}

/** Returns the error for a login that was not over within `ms`. */
export function timedOut(ms: number, history = ''): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_TIMEOUT', `no answer within ${ms} ms${history}; see option \`timeout\``)
}
