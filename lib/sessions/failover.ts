import { mayRefuseOneAddress } from '../bosh/http/statuses'
import { XmppBoshError } from '../errors/error'
import type { FaultCode, XmppBoshErrorCode } from '../errors/statuses'
import { ENDPOINT_COOL_DOWN_MS, ENDPOINT_JUDGED_MS, ENDPOINT_TIMEOUT_MS } from '../limits'
import type { Endpoint } from '../options/settings'
import type { Clock } from '../time/clock'

/** Codes of faults that another server may not have. A ban is not among them: it is a decision of the servers. */
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

/** Last fault of a service. */
interface Fault {
  /** key of the visitor who met it */
  readonly key: string
  /** time until which that visitor tries the service last, in ms of the clock */
  readonly until: number
  /** time until which all visitors try it last: another one had met a fault shortly before */
  readonly allUntil: number
}

/**
 * Choice among several `service` URLs. They are tried in order, as long as no credentials were sent. A URL that failed is
 * tried last for a while: by the visitor who met the fault, and by all once a second visitor meets one. A proxy may refuse
 * one address alone, with any status. A refusal that may be about one address (HTTP 401, 403, 429) is the answer: another
 * service would let in a visitor that the operator keeps out.
 */
export class Failover {
  readonly #endpoints: readonly Endpoint[]
  readonly #clock: Clock
  readonly #judgedMs: number
  readonly #faults = new Map<Endpoint, Fault>()

  /** @param timeout ms of a whole login, if it does not wait */
  constructor(endpoints: readonly Endpoint[], clock: Clock, timeout = Number.POSITIVE_INFINITY) {
    this.#endpoints = endpoints
    this.#clock = clock
    // A short `timeout` gives no service a second.
    this.#judgedMs = Math.min(ENDPOINT_JUDGED_MS, timeout / endpoints.length / 2)
  }

  /**
   * Runs `open` on one URL after the other until one succeeds, and returns its result.
   *
   * @param deadlineAt end of the whole login, in ms of the clock
   * @param open receives the URL and its time limit in ms
   * @param key of the visitor; the empty one is that of all whom nothing tells apart
   * @param only the only URL to try, if another one cannot be used
   * @throws the last error of `open`
   */
  async first<T>(
    deadlineAt: number,
    open: (endpoint: Endpoint, ms: number) => Promise<T>,
    key = '',
    only?: Endpoint,
  ): Promise<T> {
    const remaining = only ? [only] : this.#inOrder(key)
    const isAlone = remaining.length === 1
    for (;;) {
      const endpoint = remaining.shift() as Endpoint
      const left = deadlineAt - this.#clock.now()
      const ms = isAlone ? left : Math.min(ENDPOINT_TIMEOUT_MS, left / (remaining.length + 1))
      try {
        return await open(endpoint, ms)
      } catch (reason) {
        if (!XmppBoshError.is(reason) || !FAILS_OVER.has(reason.code) || mayRefuseOneAddress(reason)) throw reason
        if (this.#isFaultOfService(reason, ms)) this.#record(endpoint, key)
        if (remaining.length === 0 || this.#clock.now() >= deadlineAt) throw reason
      }
    }
  }

  /** Returns false for a fault that other visitors may not meet. */
  #isFaultOfService({ code, condition }: XmppBoshError, ms: number): boolean {
    // A session that is gone as soon as it was created: ejabberd ends that of a banned address so.
    if (condition === 'item-not-found') return false
    // A login that had waited for its slot left the service no time to answer.
    return code !== 'ERR_XMPP_TIMEOUT' || ms >= this.#judgedMs
  }

  #record(endpoint: Endpoint, key: string): void {
    const now = this.#clock.now()
    const until = now + ENDPOINT_COOL_DOWN_MS
    const last = this.#faults.get(endpoint)
    const isOfAll = key === '' || (last !== undefined && last.until > now && last.key !== key)
    this.#faults.set(endpoint, { key, until, allUntil: isOfAll ? until : (last?.allUntil ?? 0) })
  }

  #inOrder(key: string): Endpoint[] {
    if (this.#faults.size === 0) return [...this.#endpoints]
    const now = this.#clock.now()
    const isCooling = (endpoint: Endpoint) => {
      const fault = this.#faults.get(endpoint)
      return fault !== undefined && (fault.allUntil > now || (fault.key === key && fault.until > now))
    }
    return [...this.#endpoints.filter(endpoint => !isCooling(endpoint)), ...this.#endpoints.filter(isCooling)]
  }
}
