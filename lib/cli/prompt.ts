import { createInterface } from 'node:readline'
import { type Readable, Writable } from 'node:stream'
import { MAX_PASSWORD_BYTES } from '../limits'
import { type Clock, systemClock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import type { Signal } from '../time/light-signal'
import { untilAborted } from '../time/wait'
import { PASSWORD_MS } from './limits'
import { UsageError } from './usage'

/** Streams to ask for passwords with. */
export interface PasswordStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** shows the prompts, and nothing else */
  readonly stderr: Writable
}

/**
 * Asks for passwords, one for each prompt. On a terminal they are typed without echo, otherwise each is a line of standard
 * input. Leaves standard input alone if there are no prompts.
 *
 * @throws {UsageError} a password is empty, or does not arrive within {@link PASSWORD_MS}
 */
export async function askPasswords(
  streams: PasswordStreams,
  prompts: readonly string[],
  clock: Clock = systemClock,
): Promise<string[]> {
  if (prompts.length === 0) return []
  const late = () => new UsageError(`no password within ${PASSWORD_MS / 1000} s`)
  const signal = new TimeoutSignal(clock, PASSWORD_MS, late)
  try {
    const passwords = streams.stdin.isTTY
      ? await typedLines(streams, prompts, signal)
      : await untilAborted(firstLines(streams.stdin, prompts.length), signal)
    if (passwords.includes('')) throw new UsageError('no password: type it, or pass it on standard input')
    return passwords
  } finally {
    signal.release()
    streams.stdin.destroy()
  }
}

async function typedLines(streams: PasswordStreams, prompts: readonly string[], signal: Signal): Promise<string[]> {
  const lines: string[] = []
  for (const prompt of prompts) {
    const line = await typedLine(streams, prompt, signal)
    lines.push(line)
    if (line === '') break
  }
  return lines
}

function typedLine({ stdin, stderr }: PasswordStreams, prompt: string, signal: Signal): Promise<string> {
  // readline echoes to its output: this one drops everything.
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() })
  const line = createInterface({ input: stdin, output: discard, terminal: true, historySize: 0 })
  // Prompt only now: the terminal no longer echoes.
  stderr.write(prompt)
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

async function firstLines(stdin: Readable, count: number): Promise<string[]> {
  const chunks: Buffer[] = []
  let bytes = 0
  let ends = 0
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk)
    chunks.push(part)
    bytes += part.length
    ends += part.toString('latin1').split('\n').length - 1
    if (ends >= count || bytes > count * (MAX_PASSWORD_BYTES + 2)) break
  }
  const lines = Buffer.concat(chunks).toString().split(/\r?\n/)
  return Array.from({ length: count }, (_, n) => lines[n] ?? '')
}
