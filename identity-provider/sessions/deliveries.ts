/** A logout token on its way to a relying party. */
interface Delivery {
  readonly url: string
  readonly options: RequestInit
}

export interface DeliveriesOptions {
  /** Sends a request. */
  readonly send: (url: string, options: RequestInit) => Promise<Response>
  /** Is told how each delivery ended. @param failure reason without any part of the request; `undefined`: it arrived */
  readonly done: (url: string, failure: string | undefined) => void
}

/** deliveries at a time */
const MAX_AT_ONCE = 32
/** deliveries at a time to one address: a client that is away does not hold up the others */
const MAX_AT_ONE_ADDRESS = 4
/** deliveries that wait, for all addresses together */
const MAX_WAITING = 10_000
/** ms that one relying party has for its answer */
const TIMEOUT_MS = 2_500
/** ms that deliveries have to finish when the process stops */
const CLOSE_MS = 5_000

/** Delivers logout tokens in the background. The sign-out that causes them does not wait for any relying party. */
export class Deliveries {
  readonly #options: DeliveriesOptions
  /** those that wait, by address */
  readonly #waiting = new Map<string, Delivery[]>()
  readonly #running = new Map<string, number>()
  #waits = 0
  #runs = 0
  #idle: (() => void) | undefined

  constructor(options: DeliveriesOptions) {
    this.#options = options
  }

  /** Takes a delivery over. When too many wait, it is dropped, and the listener hears of it. */
  accept(url: string, options: RequestInit): void {
    if (this.#waits >= MAX_WAITING) {
      this.#options.done(url, 'too many deliveries wait')
      return
    }
    const queue = this.#waiting.get(url) ?? []
    queue.push({ url, options })
    this.#waiting.set(url, queue)
    this.#waits++
    this.#start()
  }

  /** Resolves when all deliveries are done, or after some seconds. */
  async close(): Promise<void> {
    if (this.#runs === 0) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>(resolve => {
      this.#idle = resolve
      timer = setTimeout(resolve, CLOSE_MS)
    })
    clearTimeout(timer)
  }

  #start(): void {
    for (const [url, queue] of this.#waiting) {
      while (this.#runs < MAX_AT_ONCE && (this.#running.get(url) ?? 0) < MAX_AT_ONE_ADDRESS) {
        const next = queue.shift()
        if (!next) break
        this.#waits--
        void this.#deliver(next)
      }
      if (queue.length === 0) this.#waiting.delete(url)
    }
  }

  async #deliver({ url, options }: Delivery): Promise<void> {
    this.#count(url, 1)
    const failure = await this.#send(url, options)
    this.#count(url, -1)
    this.#options.done(url, failure)
    this.#start()
    if (this.#runs === 0) this.#idle?.()
  }

  #count(url: string, change: 1 | -1): void {
    const runs = (this.#running.get(url) ?? 0) + change
    if (runs === 0) this.#running.delete(url)
    else this.#running.set(url, runs)
    this.#runs += change
  }

  /** Returns the failure, in words of this process alone. */
  async #send(url: string, options: RequestInit): Promise<string | undefined> {
    try {
      const response = await this.#options.send(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) })
      // The connection can serve the next delivery.
      await response.body?.cancel()
      return response.status === 200 || response.status === 204 ? undefined : `HTTP ${response.status}`
    } catch (reason) {
      return failureIn(reason as FetchFailure)
    }
  }
}

interface FetchFailure {
  readonly name?: unknown
  readonly cause?: { readonly code?: unknown; readonly message?: unknown }
}

function failureIn({ name, cause }: FetchFailure): string {
  if (name === 'TimeoutError') return 'no answer in time'
  // The guard of oidc-provider.
  if (cause?.message === 'hostname resolves to a special-use IP address') {
    return 'its address is private, which only private_network in its entry allows'
  }
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed'
}
