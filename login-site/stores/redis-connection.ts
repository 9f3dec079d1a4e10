import { createClient } from 'redis'
import { STORE_ERRORS, StoreError } from './store-error'

const CONNECT_TIMEOUT_MS = 5_000
const MAX_RECONNECT_DELAY_MS = 2_000
/** ms. An answer takes less than one millisecond, and a page needs about five answers. */
const ANSWER_TIMEOUT_MS = 2_000
/** ms between two checks of an idle connection */
const PING_INTERVAL_MS = 1_000
/** commands that wait for their answer */
const MAX_WAITING = 10_000

export type RedisClient = ReturnType<typeof createRedisClient>

export interface RedisConnection {
  /** Sends commands. Settles soon, whatever happens to Redis: with the answer or with a {@link StoreError}. */
  ask<T>(send: (client: RedisClient) => Promise<T>): Promise<T>
  /** Creates a client for a connection of its own, with the same settings. It is the caller's to connect and to destroy. */
  create(): RedisClient
  close(): void
}

/** Connects to Redis. Rejects if it cannot be reached; afterwards every lost connection is opened again. */
export async function connectRedis(url: string): Promise<RedisConnection> {
  let wasReady = false
  const client = createRedisClient(url, () => wasReady)
  // Each request that needed the connection reports its own failure.
  client.on('error', () => {})
  await client.connect()
  wasReady = true

  let closed = false
  // Without this, a connection with a silently lost peer lasts as long as the kernel retransmits: minutes.
  const reconnect = () => {
    if (closed || !client.isReady) return
    client.destroy()
    client.connect().catch(() => {})
  }

  return {
    async ask(send) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new StoreError('Redis: no answer'))
          reconnect()
        }, ANSWER_TIMEOUT_MS)
      })
      try {
        return await Promise.race([send(client), late])
      } catch (reason) {
        const failure = reason instanceof StoreError ? reason : new StoreError(`Redis: ${nameOf(reason)}`)
        STORE_ERRORS.publish(failure)
        throw failure
      } finally {
        clearTimeout(timer)
      }
    },
    create() {
      const other = createRedisClient(url, () => true)
      other.on('error', () => {})
      return other
    },
    close() {
      closed = true
      client.destroy()
    },
  }
}

function createRedisClient(url: string, isToBeKept: () => boolean) {
  return createClient({
    url,
    // While Redis is away, a request fails at once, and does not wait in an endless queue.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      // Covers the handshake of a connection and an idle one; `ask` sees neither.
      socketTimeout: ANSWER_TIMEOUT_MS,
      reconnectStrategy: retries => isToBeKept() && Math.min(50 * 2 ** retries, MAX_RECONNECT_DELAY_MS),
    },
  })
}

/** Names an error for the log: Redis' own code (`READONLY`, `OOM`) or the client's class. The message may quote a key. */
function nameOf(reason: unknown): string {
  if (!(reason instanceof Error)) return 'unknown'
  return /^[A-Z]+(?= )/.exec(reason.message)?.[0] ?? reason.constructor.name
}
