import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** ms that a process may take to be there. */
const START_TIMEOUT_MS = 30_000

export interface Child {
  /** Everything it printed, on both of its outputs. */
  said(): string
  /** Whether it runs. */
  runs(): boolean
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void
  /** kill -9. Resolves when it is gone; does nothing when it is gone already. */
  kill(): Promise<void>
}

export interface Command {
  readonly path: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The directory it is started in; that of this process where nothing is said. */
  readonly cwd?: string
  /** What it prints once it is there. */
  readonly ready: RegExp
  /** What ends it and all it started, when this process is gone; SIGKILL where nothing is said. */
  readonly end?: 'KILL' | 'TERM'
}

/** Starts a process and waits until it is there. It does not outlive this one, however that ends. */
export async function startChild({ path, args, env = {}, cwd, ready, end = 'KILL' }: Command): Promise<Child> {
  const command = ['--pdeathsig', end, '--', path, ...args]
  // Nothing of this process' environment but the way to programs: what is set there would decide what is tested.
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
    throw new Error('it ended')
  })
  ended.catch(() => {})
  while (!isReady()) {
    const outputs = [child.stdout, child.stderr].flatMap(output => (output ? [once(output, 'data', { signal })] : []))
    for (const output of outputs) output.catch(() => {})
    await Promise.race([...outputs, ended])
  }
}
