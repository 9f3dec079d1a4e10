import { type Known, LEASE_MS, OUTCOME_BOUNDS, OUTCOME_TTL_MS, type Outcomes } from './outcomes'

interface Entry {
  readonly visitor: string
  /** ms since 1970 */
  readonly claimedAt: number
  outcome?: string
}

/** Opens a store of outcomes in this process. */
export function memoryOutcomes(bounds = OUTCOME_BOUNDS): Outcomes {
  return new MemoryOutcomes(bounds)
}

class MemoryOutcomes implements Outcomes {
  readonly #bounds: typeof OUTCOME_BOUNDS
  /** in the order of the claims */
  readonly #entries = new Map<string, Entry>()
  readonly #ofVisitor = new Map<string, Set<string>>()

  constructor(bounds: typeof OUTCOME_BOUNDS) {
    this.#bounds = bounds
  }

  async find(identity: string): Promise<Known | undefined> {
    return this.#known(identity)
  }

  async claim(identity: string, visitor: string): Promise<Known | undefined> {
    const known = this.#known(identity)
    if (known) return known
    this.#entries.set(identity, { visitor, claimedAt: Date.now() })
    const own = this.#ofVisitor.get(visitor) ?? new Set()
    this.#ofVisitor.set(visitor, own.add(identity))
    const [oldestOwn] = own
    if (oldestOwn !== undefined && own.size > this.#bounds.perVisitor) this.#drop(oldestOwn)
    for (const [oldest, { claimedAt }] of this.#entries) {
      if (!isOver(claimedAt) && this.#entries.size <= this.#bounds.overall) break
      this.#drop(oldest)
    }
    return undefined
  }

  async settle(identity: string, outcome: string): Promise<void> {
    const entry = this.#entries.get(identity)
    if (entry) entry.outcome = outcome
  }

  async release(identity: string): Promise<void> {
    this.#drop(identity)
  }

  #known(identity: string): Known | undefined {
    const entry = this.#entries.get(identity)
    if (!entry) return undefined
    if (isOver(entry.claimedAt)) {
      this.#drop(identity)
      return undefined
    }
    if (entry.outcome !== undefined) return { state: 'settled', outcome: entry.outcome }
    return { state: Date.now() - entry.claimedAt >= LEASE_MS ? 'lost' : 'running' }
  }

  #drop(identity: string): void {
    const entry = this.#entries.get(identity)
    if (!entry) return
    this.#entries.delete(identity)
    const own = this.#ofVisitor.get(entry.visitor)
    own?.delete(identity)
    if (own?.size === 0) this.#ofVisitor.delete(entry.visitor)
  }
}

function isOver(claimedAt: number): boolean {
  return Date.now() - claimedAt >= OUTCOME_TTL_MS
}
