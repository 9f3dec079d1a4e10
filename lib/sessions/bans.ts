import { XmppBoshError } from '../errors/error'
import { BAN_MS, MAX_BANS } from '../limits'
import type { Clock } from '../time/clock'

/**
 * Remembers that a server refused to talk to an address (policy-violation), so that a ban is not prolonged by asking
 * again. A ban concerns the address the server saw: one visitor's never answers for another's.
 */
export class Bans {
  readonly #clock: Clock
  readonly #until = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws {XmppBoshError} ERR_XMPP_POLICY while the ban is remembered */
  assertNone(url: URL, clientIp: string | undefined): void {
    const key = keyOf(url, clientIp)
    const until = this.#until.get(key)
    if (until === undefined) return
    if (until > this.#clock.now()) {
      throw new XmppBoshError(
        'ERR_XMPP_POLICY',
        'the server banned this address a moment ago; it is not asked again yet',
        {
          condition: 'policy-violation',
        },
      )
    }
    this.#until.delete(key)
  }

  /** Takes note of what a login ended with. */
  record(url: URL, clientIp: string | undefined, reason: unknown): void {
    if (!XmppBoshError.is(reason) || reason.code !== 'ERR_XMPP_POLICY') return
    const key = keyOf(url, clientIp)
    // Taken out and put in again, so that the oldest is the first to go.
    this.#until.delete(key)
    const [oldest] = this.#until.keys()
    if (this.#until.size >= MAX_BANS && oldest !== undefined) this.#until.delete(oldest)
    this.#until.set(key, this.#clock.now() + BAN_MS)
  }
}

function keyOf(url: URL, clientIp: string | undefined): string {
  return `${url.href} ${clientIp ?? ''}`
}
