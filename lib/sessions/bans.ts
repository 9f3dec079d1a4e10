import { XmppBoshError } from '../errors/error'
import { BAN_MS, MAX_BANS } from '../limits'
import type { Clock } from '../time/clock'

/**
 * Bans that servers reported (policy-violation). A banned address is not used again for a while, because each further
 * request would prolong the ban. A ban applies to the address that the server saw: never to another visitor.
 */
export class Bans {
  readonly #clock: Clock
  readonly #until = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Checks that no ban is known for the address on this server.
   *
   * @throws {XmppBoshError} ERR_XMPP_POLICY
   */
  assertNone(url: URL, clientIp: string | undefined): void {
    const key = keyOf(url, clientIp)
    const until = this.#until.get(key)
    if (until === undefined) return
    if (until > this.#clock.now()) {
      throw new XmppBoshError(
        'ERR_XMPP_POLICY',
        'the server has just banned this address, so no new request is sent yet',
        {
          condition: 'policy-violation',
        },
      )
    }
    this.#until.delete(key)
  }

  /**
   * Records a ban if `reason`, the error of a login, reports one. A bare HTTP status 403 has no condition, and may come
   * from a firewall that dislikes one visitor's request: it is no ban.
   */
  record(url: URL, clientIp: string | undefined, reason: unknown): void {
    if (!XmppBoshError.is(reason) || reason.code !== 'ERR_XMPP_POLICY' || reason.condition === undefined) return
    const key = keyOf(url, clientIp)
    // Deleted and set again: the Map keeps the order of insertion, and the oldest ban is dropped first.
    this.#until.delete(key)
    const [oldest] = this.#until.keys()
    if (this.#until.size >= MAX_BANS && oldest !== undefined) this.#until.delete(oldest)
    this.#until.set(key, this.#clock.now() + BAN_MS)
  }
}

function keyOf(url: URL, clientIp: string | undefined): string {
  return `${url.href} ${clientIp ?? ''}`
}
