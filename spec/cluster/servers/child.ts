import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

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
  const signal = AbortSignal.timeout(START_TIMEOUT_MS)
  const ended = gone.then(() => {
    throw new Error('the process ended')
  })
  ended.catch(() => {})
  while (!isReady()) {
    const outputs = [child.stdout, child.stderr].flatMap(output => (output ? [once(output, 'data', { signal })] : []))
    for (const output of outputs) output.catch(() => {})
    await Promise.race([...outputs, ended])
  }
}
