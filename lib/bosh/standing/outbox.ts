import { XmppBoshError } from '../../errors/error'
import { MAX_UNSENT, MAX_UNSENT_BYTES, MAX_UNSENT_MS } from '../../limits'
import type { Clock } from '../../time/clock'

/** Stanza that the server may not have yet. */
export interface Outgoing {
  readonly text: string
  readonly bytes: number
  /** time at which it was given, in ms of the clock */
  readonly since: number
  readonly received: () => void
  readonly lost: (reason: XmppBoshError) => void
}

/**
 * Stanzas that wait for the server, in order, and those that were sent and have no receipt. It outlasts sessions: what a
 * session took and the server may not have comes back to the front. A stanza that waits too long is given up, because what
 * it says may no longer be true.
 */
export class Outbox {
  readonly #clock: Clock
  #waiting: Outgoing[] = []
  /** stanzas that wait or are being sent, and their bytes */
  #count = 0
  #bytes = 0
  #cancel: (() => void) | undefined
  #end: XmppBoshError | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of stanzas that the server may not have yet. */
  get size(): number {
    return this.#count
  }

  /** Returns true if no stanza waits to be sent. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /**
   * Adds a stanza and resolves when the server has it.
   *
   * @throws {XmppBoshError} ERR_XMPP_BUSY if too much waits; ERR_XMPP_UNAVAILABLE if it waited too long, or after
   * {@link close}
   */
  add(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const bytes = Buffer.byteLength(text)
      if (this.#end) return reject(this.#end)
      if (this.#count >= MAX_UNSENT || this.#bytes + bytes > MAX_UNSENT_BYTES) return reject(full())
      this.#count++
      this.#bytes += bytes
      this.#waiting.push({ text, bytes, since: this.#clock.now(), received: resolve, lost: reject })
      this.#watch()
    })
  }

  /** Takes the stanzas that leave together: as many as fit into `maxBytes`, and at least one if any waits. */
  take(maxBytes: number): readonly Outgoing[] {
    let bytes = 0
    let count = 0
    for (const stanza of this.#waiting) {
      bytes += stanza.bytes
      if (count > 0 && bytes > maxBytes) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  /** Notes that the server has the stanzas. */
  settle(stanzas: readonly Outgoing[]): void {
    this.#forget(stanzas)
    for (const { received } of stanzas) received()
  }

  /** Takes stanzas back that the server may not have: they are the next to be sent. */
  putBack(stanzas: readonly Outgoing[]): void {
    if (this.#end) {
      this.#lose(stanzas, this.#end)
      return
    }
    this.#waiting.unshift(...stanzas)
    this.#watch()
  }

  /** Gives up all that waits, and refuses further stanzas. */
  close(reason: XmppBoshError): void {
    this.#end = reason
    this.#cancel?.()
    this.#lose(this.#waiting.splice(0), reason)
  }

  #watch(): void {
    const [oldest] = this.#waiting
    this.#cancel?.()
    this.#cancel = undefined
    if (!oldest) return
    const ms = Math.max(0, oldest.since + MAX_UNSENT_MS - this.#clock.now())
    this.#cancel = this.#clock.after(ms, () => this.#giveUpOld())
  }

  #giveUpOld(): void {
    const now = this.#clock.now()
    const young = this.#waiting.findIndex(({ since }) => now - since < MAX_UNSENT_MS)
    const old = this.#waiting.splice(0, young < 0 ? this.#waiting.length : young)
    this.#lose(
      old,
      new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'the service account was not online in time to send this'),
    )
    this.#watch()
  }

  #lose(stanzas: readonly Outgoing[], reason: XmppBoshError): void {
    this.#forget(stanzas)
    for (const { lost } of stanzas) lost(reason)
  }

  #forget(stanzas: readonly Outgoing[]): void {
    this.#count -= stanzas.length
    for (const { bytes } of stanzas) this.#bytes -= bytes
  }
}

function full(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_BUSY', 'too many stanzas wait for the server; the service account sends too much')
}
