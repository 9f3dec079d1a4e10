import type { RequestView } from './protocol/request'

const MAX_REQUESTS = 1_000

/** The requests that the server received; the oldest ones are dropped when there are too many. */
export class RequestLog {
  #requests: RequestView[] = []

  get all(): readonly RequestView[] {
    return [...this.#requests]
  }

  add(request: RequestView): void {
    this.#requests.push(request)
    if (this.#requests.length > MAX_REQUESTS) this.#requests.shift()
  }

  clear(): void {
    this.#requests = []
  }
}
