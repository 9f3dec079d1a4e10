import { createInterface } from 'node:readline'
import { type Readable, Writable } from 'node:stream'
import { MAX_PASSWORD_BYTES } from '../limits'
import { type Clock, systemClock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import type { Signal } from '../time/light-signal'
import { untilAborted } from '../time/wait'
import { PASSWORD_MS } from './limits'
import { UsageError } from './usage'

/** Where a password comes from. */
export interface Asked {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** for the question only */
  readonly stderr: Writable
}

/**
 * A password: typed without echo on a terminal, otherwise the first line of standard input.
 *
 * @throws {UsageError} when none comes within {@link PASSWORD_MS}
 */
export async function askPassword(asked: Asked, clock: Clock = systemClock): Promise<string> {
  const late = () => new UsageError(`no password within ${PASSWORD_MS / 1000} s`)
  const signal = new TimeoutSignal(clock, PASSWORD_MS, late)
  try {
    const password = await (asked.stdin.isTTY ? typed(asked, signal) : untilAborted(firstLine(asked.stdin), signal))
    if (password === '') throw new UsageError('no password: it is read from standard input')
    return password
  } finally {
    signal.release()
    asked.stdin.destroy()
  }
}

function typed({ stdin, stderr }: Asked, signal: Signal): Promise<string> {
  // Where readline echoes to.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const line = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 })
  // Not before the terminal has stopped to echo.
  stderr.write('Password: ')
  return new Promise<string>((resolve, reject) => {
    line.once('line', resolve)
    // Ctrl-C, Ctrl-D
    line.once('SIGINT', () => reject(new UsageError('no password was typed')))
    line.once('close', () => reject(new UsageError('no password was typed')))
    signal.addEventListener('abort', () => reject(signal.reason))
  }).finally(() => {
    line.close()
    stderr.write('\n')
  })
}

async function firstLine(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk)
    chunks.push(part)
    bytes += part.length
    if (part.includes('\n') || bytes > MAX_PASSWORD_BYTES + 2) break
  }
  const [line = ''] = Buffer.concat(chunks).toString().split(/\r?\n/, 1)
  return line
}
