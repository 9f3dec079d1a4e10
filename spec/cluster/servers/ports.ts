import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/* Below the ports of outgoing connections, so that a killed process finds its port free when it starts again. */
const FROM = 20_000
const TO = 32_000
const ATTEMPTS = 100

/** Finds different free ports of loopback. */
export async function stablePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  for (let attempt = 0; found.size < count; attempt++) {
    if (attempt === ATTEMPTS) throw new Error('no free port')
    const port = randomInt(FROM, TO)
    if (await isFree(port)) found.add(port)
  }
  return [...found]
}

async function isFree(port: number): Promise<boolean> {
  const listener = createServer().listen(port, '127.0.0.1')
  try {
    await once(listener, 'listening')
    return true
  } catch {
    return false
  } finally {
    listener.close()
  }
}
