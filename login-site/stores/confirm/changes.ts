import type { AbortSignalLike } from 'passport-xmpp-bosh'
import type { RedisClient } from '../redis-connection'
import { CHANGED } from './scripts'

/** Announced changes of requests. All watches of a process share one connection, which the first of them opens. */
export interface Changes {
  /** false while announcements do not reach this process */
  readonly isHeard: boolean
  /** Watches one request from now on. */
  watch(id: string): Watch
  close(): void
}

/** @param create creates the connection, which opens again whenever it is lost */
export function openChanges(create: () => RedisClient): Changes {
  const watches = new Map<string, Set<Watch>>()
  let client: RedisClient | undefined
  let isHeard = false
  let isSubscribed = false

  const turn = (heard: boolean) => {
    if (isHeard === heard) return
    isHeard = heard
    // An announcement may have been lost: each watch has to look.
    for (const all of watches.values()) for (const watch of all) watch.wake()
  }
  const connect = async (made: RedisClient) => {
    // The client subscribes again before it is ready again.
    made.on('ready', () => turn(isSubscribed))
    made.on('reconnecting', () => turn(false))
    made.on('error', () => turn(false))
    await made.connect()
    await made.subscribe(CHANGED, id => {
      for (const watch of watches.get(id) ?? []) watch.change()
    })
    isSubscribed = true
    turn(made.isReady)
  }
  return {
    get isHeard() {
      return isHeard
    },
    watch(id) {
      if (!client) {
        client = create()
        // Without a subscription, each watch looks once a second.
        connect(client).catch(() => {})
      }
      return new Watch(id, watches)
    },
    close() {
      turn(false)
      if (client?.isOpen) client.destroy()
    },
  }
}

const NOTHING = () => {}

/** Watches one request, until {@link Watch.end}. */
export class Watch {
  readonly #id: string
  readonly #all: Map<string, Set<Watch>>
  #resume = NOTHING
  #isWoken = false
  #isChanged = false

  constructor(id: string, all: Map<string, Set<Watch>>) {
    this.#id = id
    this.#all = all
    const others = all.get(id)
    if (others) others.add(this)
    else all.set(id, new Set([this]))
  }

  /** true from the first announced change on */
  get isChanged(): boolean {
    return this.#isChanged
  }

  change(): void {
    this.#isChanged = true
    this.wake()
  }

  /** Ends this wait, or the next one if there is none. */
  wake(): void {
    this.#isWoken = true
    this.#resume()
  }

  /** Waits until it is woken or the signal aborts, at most `ms`. */
  async wait(ms: number, signal: AbortSignalLike | undefined): Promise<void> {
    if (!this.#isWoken && !signal?.aborted) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, ms)
        this.#resume = () => {
          clearTimeout(timer)
          resolve()
        }
        signal?.addEventListener('abort', this.#resume)
      })
      signal?.removeEventListener('abort', this.#resume)
    }
    this.#resume = NOTHING
    this.#isWoken = false
  }

  end(): void {
    const all = this.#all.get(this.#id)
    all?.delete(this)
    if (all?.size === 0) this.#all.delete(this.#id)
  }
}
