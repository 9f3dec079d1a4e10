import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** ms that a process may take to start */
const START_TIMEOUT_MS = 30_000

export interface Child {
  /** Returns everything it printed, on both of its outputs. */
  said(): string
  /** Returns true while it runs. */
  runs(): boolean
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void
  /** Kills it with SIGKILL and waits for its end. Does nothing if it has ended already. */
  kill(): Promise<void>
}

export interface Command {
  readonly path: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** working directory; default: that of this process */
  readonly cwd?: string
  /** matches its output once it has started */
  readonly ready: RegExp
  /** signal that ends it and its children when this process ends; default: `KILL` */
  readonly end?: 'KILL' | 'TERM'
}

/** Starts a process and waits until it is ready. It does not outlive this process, however that ends. */
export async function startChild({ path, args, env = {}, cwd, ready, end = 'KILL' }: Command): Promise<Child> {
  const command = ['--pdeathsig', end, '--', path, ...args]
  // Passes only PATH of this process' environment on: other variables would change the test.
  const child = spawn('setpriv', command, {
    env: { PATH: `${process.env['PATH']}:/usr/sbin`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  let text = ''
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  const gone = once(child, 'close')
  const runs = () => child.exitCode === null && child.signalCode === null
  const kill = async () => {
    if (runs()) child.kill(end === 'TERM' ? 'SIGTERM' : 'SIGKILL')
    await gone
  }
  try {
    await printed(child, gone, () => ready.test(text))
  } catch (reason) {
    await kill()
    throw new Error(`${path} did not start: ${text}`, { cause: reason })
  }
  return { said: () => text, runs, signal: signal => void child.kill(signal), kill }
}

async function printed(child: ChildProcess, gone: Promise<unknown>, isReady: () => boolean): Promise<void> {
  const outputs = [child.stdout, child.stderr]
  const isPrinted = new Promise<void>(resolve => {
    const look = () => {
      if (!isReady()) return
      for (const output of outputs) output?.off('data', look)
      resolve()
    }
    for (const output of outputs) output?.on('data', look)
  })
  const ended = gone.then(() => {
    throw new Error('the process ended')
  })
  const stop = new AbortController()
  const timedOut = delay(START_TIMEOUT_MS, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`the process was not ready within ${START_TIMEOUT_MS} ms`)
  })
  try {
    await Promise.race([isPrinted, ended, timedOut])
  } finally {
    for (const other of [ended, timedOut]) other.catch(() => {})
    stop.abort()
  }
}
