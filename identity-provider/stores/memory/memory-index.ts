/** Lists of ids, by owner. It has no bound of its own: each id leaves it with its entry, and the number of entries is bounded. */
export class MemoryIndex {
  readonly #owners = new Map<string, Set<string>>()

  add(owner: string, id: string): void {
    this.#owners.set(owner, (this.#owners.get(owner) ?? new Set()).add(id))
  }

  delete(owner: string, id: string): void {
    const own = this.#owners.get(owner)
    own?.delete(id)
    if (own?.size === 0) this.#owners.delete(owner)
  }

  of(owner: string): string[] {
    return [...(this.#owners.get(owner) ?? [])]
  }
}
