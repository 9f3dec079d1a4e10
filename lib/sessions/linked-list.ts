/** Entry of a {@link LinkedList}. */
export interface Entry<T> {
  readonly value: T
  previous: Entry<T> | undefined
  next: Entry<T> | undefined
}

/**
 * List in order of insertion, whose first, last and any known entry are removed at the same small cost. A Set of which
 * the first elements were deleted is searched from its start.
 */
export class LinkedList<T> {
  #first: Entry<T> | undefined
  #last: Entry<T> | undefined
  #size = 0

  get first(): T | undefined {
    return this.#first?.value
  }

  get last(): T | undefined {
    return this.#last?.value
  }

  get size(): number {
    return this.#size
  }

  /** Adds a value at the end and returns its entry. */
  add(value: T): Entry<T> {
    const entry = { value, previous: this.#last, next: undefined }
    if (this.#last) this.#last.next = entry
    else this.#first = entry
    this.#last = entry
    this.#size++
    return entry
  }

  /** Removes an entry, which must be in this list. */
  remove({ previous, next }: Entry<T>): void {
    if (previous) previous.next = next
    else this.#first = next
    if (next) next.previous = previous
    else this.#last = previous
    this.#size--
  }
}
