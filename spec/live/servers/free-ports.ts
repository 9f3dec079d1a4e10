import { once } from 'node:events'
import { createServer } from 'node:net'

/** Finds ports without a listener. All are held open until the last is known, so no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const listeners = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  try {
    return await Promise.all(
      listeners.map(async listener => {
        await once(listener, 'listening')
        const address = listener.address()
        if (address === null || typeof address === 'string') throw new Error('a listener without a port')
        return address.port
      }),
    )
  } finally {
    for (const listener of listeners) listener.close()
  }
}
