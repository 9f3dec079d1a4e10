import { type Entry, LinkedList } from './linked-list'

/**
 * Items by a number each. All calls cost as much as there are different numbers, however many items there are: the
 * numbers that the queue keeps here add up to a bounded sum, so a bound of n allows no more than √(2n) different ones.
 */
export class Ranks<T> {
  readonly #lists = new Map<number, LinkedList<T>>()
  readonly #places = new Map<T, { readonly number: number; readonly entry: Entry<T> }>()

  /** Item that has the smallest number, and of several, the one that has had it longest. */
  get least(): T | undefined {
    return this.#lists.get(Math.min(...this.#lists.keys()))?.first
  }

  /** Item that has the largest number, and of several, the one that has had it longest. */
  get most(): T | undefined {
    return this.#lists.get(Math.max(...this.#lists.keys()))?.first
  }

  /** Adds an item, or gives it another number. */
  set(item: T, number: number): void {
    this.delete(item)
    let list = this.#lists.get(number)
    if (!list) {
      list = new LinkedList()
      this.#lists.set(number, list)
    }
    this.#places.set(item, { number, entry: list.add(item) })
  }

  /** Removes an item, if it is here. */
  delete(item: T): void {
    const place = this.#places.get(item)
    if (!place) return
    const list = this.#lists.get(place.number)
    list?.remove(place.entry)
    if (list?.size === 0) this.#lists.delete(place.number)
    this.#places.delete(item)
  }
}
