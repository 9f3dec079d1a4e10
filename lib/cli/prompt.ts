import { createInterface } from 'node:readline'
import { type Readable, Writable } from 'node:stream'
import { MAX_PASSWORD_BYTES } from '../limits'
import { type Clock, systemClock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import type { Signal } from '../time/light-signal'
import { untilAborted } from '../time/wait'
import { PASSWORD_MS } from './limits'
import { UsageError } from './usage'

/** Streams to ask for a password with. */
export interface PasswordStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** shows the prompt, and nothing else */
  readonly stderr: Writable
}

/**
 * Asks for a password. On a terminal it is typed without echo, otherwise it is the first line of standard input.
 *
 * @throws {UsageError} the password is empty, or does not arrive within {@link PASSWORD_MS}
 */
export async function askPassword(streams: PasswordStreams, clock: Clock = systemClock): Promise<string> {
  const late = () => new UsageError(`no password within ${PASSWORD_MS / 1000} s`)
  const signal = new TimeoutSignal(clock, PASSWORD_MS, late)
  try {
    const password = await (streams.stdin.isTTY
      ? typedLine(streams, signal)
      : untilAborted(firstLine(streams.stdin), signal))
    if (password === '') throw new UsageError('no password: type it, or pass it on standard input')
    return password
  } finally {
    signal.release()
    streams.stdin.destroy()
  }
}

function typedLine({ stdin, stderr }: PasswordStreams, signal: Signal): Promise<string> {
  // readline echoes to its output: this one drops everything.
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() })
  const line = createInterface({ input: stdin, output: discard, terminal: true, historySize: 0 })
  // Prompt only now: the terminal no longer echoes.
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
