import { createClient } from 'redis'
import { StoreError } from './store-error'

const CONNECT_TIMEOUT_MS = 5_000
const MAX_RECONNECT_DELAY_MS = 2_000
/** ms. One answer takes less than one; a page is made of about five. */
const ANSWER_TIMEOUT_MS = 2_000
/** ms between two questions whether a connection that nobody uses is one still. */
const PING_INTERVAL_MS = 1_000
/** commands that wait for their answer. */
const MAX_WAITING = 10_000

type Client = ReturnType<typeof createRedisClient>

export interface RedisConnection {
  /** Sends commands. Ends, soon, whatever happens to Redis: with the answer or with a {@link StoreError}. */
  ask<T>(send: (client: Client) => Promise<T>): Promise<T>
  close(): void
}

/** Rejects when Redis cannot be reached; once it was reached, every loss of the connection is repaired. */
export async function connectRedis(url: string): Promise<RedisConnection> {
  let wasReady = false
  const client = createRedisClient(url, () => wasReady)
  // Each request that needed it reports its own failure.
  client.on('error', () => {})
  await client.connect()
  wasReady = true

  let closed = false
  // Without this a connection whose other end is gone without a word lasts as long as the kernel sends again: minutes.
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
        throw reason instanceof StoreError ? reason : new StoreError(`Redis: ${nameOf(reason)}`)
      } finally {
        clearTimeout(timer)
      }
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
    // While Redis is away, a request is answered with an error at once: it does not wait in a queue without end.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      // For what `ask` does not see: the greeting of a connection, and one that nobody uses.
      socketTimeout: ANSWER_TIMEOUT_MS,
      reconnectStrategy: retries => isToBeKept() && Math.min(50 * 2 ** retries, MAX_RECONNECT_DELAY_MS),
    },
  })
}

/** What went wrong, for the log: Redis' own word for it (`READONLY`, `OOM`) or the client's. The rest may quote a key. */
function nameOf(reason: unknown): string {
  if (!(reason instanceof Error)) return 'unknown'
  return /^[A-Z]+(?= )/.exec(reason.message)?.[0] ?? reason.constructor.name
}
