import { XmppBoshError } from '../errors/error'
import { TERMINATE_TIMEOUT_MS } from '../limits'
import type { Clock } from '../time/clock'
import { LightSignal } from '../time/light-signal'

/**
 * Signal that bounds one terminate: 2 s from the moment at which the request has a socket. Before, the request may wait for
 * a socket of a given agent behind other requests: up to `maxWait` ms in all.
 */
export class TerminateDeadline extends LightSignal {
  readonly #clock: Clock
  readonly #waitEndsAt: number
  #cancel: () => void

  constructor(clock: Clock, maxWait: number) {
    super()
    this.#clock = clock
    this.#waitEndsAt = clock.now() + maxWait
    this.#cancel = clock.after(maxWait, this.#end)
  }

  /** Call it with true when the request gets a socket, and with false when it loses it and waits for another one. */
  readonly onSocket = (hasSocket: boolean): void => {
    this.#cancel()
    const ms = hasSocket ? TERMINATE_TIMEOUT_MS : Math.max(0, this.#waitEndsAt - this.#clock.now())
    this.#cancel = this.#clock.after(ms, this.#end)
  }

  /** Cancels the timer. Call it when the terminate is over. */
  release(): void {
    this.#cancel()
  }

  readonly #end = () => this.abort(new XmppBoshError('ERR_XMPP_TIMEOUT', 'no reply to the terminate request'))
}
