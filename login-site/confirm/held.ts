import type { Request } from 'express'
import { addressOf } from '../protection/visitor-address'

/** ms that a request is held. Proxies give up after 30 s at the earliest. */
export const HOLD_MS = 20_000
/** requests held at a time; further ones are answered at once */
const MAX_HELD = 1_000
/** of one address, which an office may share */
const MAX_OF_ADDRESS = 50

/** The requests that the app holds until there is something to say. */
export class HeldRequests {
  readonly #ends = new Set<AbortController>()
  readonly #ofAddress = new Map<string, number>()
  #isOver = false

  /** Runs `wait` with the time that the request may be held, and a signal that ends it when the visitor leaves. */
  async hold<T>(req: Request, wait: (ms: number, signal: AbortSignal) => Promise<T>): Promise<T> {
    const address = addressOf(req)
    const own = this.#ofAddress.get(address) ?? 0
    const end = new AbortController()
    if (this.#isOver || this.#ends.size >= MAX_HELD || own >= MAX_OF_ADDRESS) return wait(0, end.signal)
    const leave = () => end.abort()
    req.res?.once('close', leave)
    this.#ends.add(end)
    this.#ofAddress.set(address, own + 1)
    try {
      return await wait(HOLD_MS, end.signal)
    } finally {
      req.res?.off('close', leave)
      this.#ends.delete(end)
      this.#release(address)
    }
  }

  /** Answers all held requests, and holds none from now on. */
  end(): void {
    this.#isOver = true
    for (const end of this.#ends) end.abort()
  }

  #release(address: string): void {
    const left = (this.#ofAddress.get(address) ?? 1) - 1
    if (left > 0) this.#ofAddress.set(address, left)
    else this.#ofAddress.delete(address)
  }
}
