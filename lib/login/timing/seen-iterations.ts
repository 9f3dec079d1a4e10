import { randomBytes } from 'node:crypto'
import { UNSEEN_ITERATIONS, UNSENT_SALT_BYTES } from '../../limits'
import type { Derive, Digest, Mechanism } from '../../sasl'

/**
 * Key derivations that a service lately asked for. A server refuses an unknown name before it asks for one. The login
 * then derives a key as for a known name: otherwise the wait for other derivations would tell which names exist.
 */
export class SeenIterations {
  readonly #least: number
  readonly #most: number
  readonly #counts = new Map<Mechanism, number>()
  #latest: { readonly iterations: number; readonly length: number; readonly digest: Digest } | undefined

  /** @param bounds options `minIterations` and `maxIterations` */
  constructor({ minIterations, maxIterations }: { minIterations: number; maxIterations: number }) {
    this.#least = minIterations
    this.#most = maxIterations
  }

  /** Returns `derive`, which from now on notes the iterations that it is called with as those of `mechanism`. */
  noting(mechanism: Mechanism, derive: Derive): Derive {
    return (password, salt, iterations, length, digest) => {
      this.#counts.set(mechanism, iterations)
      this.#latest = { iterations, length, digest }
      return derive(password, salt, iterations, length, digest)
    }
  }

  /** Returns the iterations that the service lately asked for with `mechanism`. */
  of(mechanism: Mechanism): number {
    return this.#counts.get(mechanism) ?? Math.min(Math.max(UNSEEN_ITERATIONS, this.#least), this.#most)
  }

  /** Derives a key as the latest login did, and discards it. Does nothing if no login derived one. */
  async derive(password: string, derive: Derive): Promise<void> {
    if (this.#latest === undefined) return
    const { iterations, length, digest } = this.#latest
    await derive(password, randomBytes(UNSENT_SALT_BYTES), iterations, length, digest)
  }
}
