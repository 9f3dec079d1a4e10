import { XmppBoshError } from '../errors/error'
import type { FaultCode, XmppBoshErrorCode } from '../errors/statuses'
import { ENDPOINT_COOL_DOWN_MS, ENDPOINT_TIMEOUT_MS } from '../limits'
import type { Endpoint } from '../options/settings'
import type { Clock } from '../time/clock'

/** Faults of one server that another may not have. A ban is no such fault: it is the servers' decision. */
const FAILS_OVER: ReadonlySet<XmppBoshErrorCode> = new Set<FaultCode>([
  'ERR_XMPP_CONNECT',
  'ERR_XMPP_TLS',
  'ERR_XMPP_HTTP',
  'ERR_XMPP_TIMEOUT',
  'ERR_XMPP_PROTOCOL',
  'ERR_XMPP_TOO_LARGE',
  'ERR_XMPP_TERMINATED',
  'ERR_XMPP_UNAVAILABLE',
  'ERR_XMPP_DOMAIN',
])

/** Several `service` URLs, tried in order as long as no credentials were sent; one that failed is tried last for a while. */
export class Failover {
  readonly #endpoints: readonly Endpoint[]
  readonly #clock: Clock
  readonly #coolUntil = new Map<Endpoint, number>()

  constructor(endpoints: readonly Endpoint[], clock: Clock) {
    this.#endpoints = endpoints
    this.#clock = clock
  }

  /**
   * Runs `open` on one URL after the other until one does not fail.
   *
   * @param deadlineAt of the whole login, by the clock
   * @param open gets the URL and the ms it may take
   * @param only where no other will do
   */
  async first<T>(
    deadlineAt: number,
    open: (endpoint: Endpoint, ms: number) => Promise<T>,
    only?: Endpoint,
  ): Promise<T> {
    const left = only ? [only] : this.#inOrder()
    const isAlone = left.length === 1
    for (;;) {
      const endpoint = left.shift() as Endpoint
      const time = deadlineAt - this.#clock.now()
      try {
        return await open(endpoint, isAlone ? time : Math.min(ENDPOINT_TIMEOUT_MS, time / (left.length + 1)))
      } catch (reason) {
        if (!XmppBoshError.is(reason) || !FAILS_OVER.has(reason.code)) throw reason
        this.#coolUntil.set(endpoint, this.#clock.now() + ENDPOINT_COOL_DOWN_MS)
        if (left.length === 0 || this.#clock.now() >= deadlineAt) throw reason
      }
    }
  }

  #inOrder(): Endpoint[] {
    const now = this.#clock.now()
    const isCooling = (endpoint: Endpoint) => (this.#coolUntil.get(endpoint) ?? 0) > now
    return [...this.#endpoints.filter(endpoint => !isCooling(endpoint)), ...this.#endpoints.filter(isCooling)]
  }
}
