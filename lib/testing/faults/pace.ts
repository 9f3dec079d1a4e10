import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { Pace } from '../protocol/reply'

const DRIP_MS = 50

/** Streams the body of a reply at the given pace. A body that is cut ends with an error. */
export function paced(body: string | Uint8Array, pace: Pace): Readable {
  return Readable.from(bytesOf(Buffer.from(body), pace), { objectMode: false })
}

async function* bytesOf(body: Buffer, pace: Pace): AsyncGenerator<Buffer> {
  if (pace === 'drip') {
    for (const byte of body) {
      yield Buffer.from([byte])
      await pause(DRIP_MS, undefined, { ref: false })
    }
    return
  }
  yield body.subarray(0, pace.cut)
  throw Object.assign(new Error('the connection was cut'), { code: 'ECONNRESET' })
}
