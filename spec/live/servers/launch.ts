import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { reasonIn } from './command'
import { enter } from './debian'
import { freePorts } from './free-ports'
import type { LiveServer } from './live-server'

const run = promisify(execFile)
const root = resolve(__dirname, '../../..')
const attempts = 3

export interface Launch {
  /** The folder with the start and stop scripts. */
  readonly server: 'ejabberd' | 'prosody'
  /**
   * The path of the configuration from this folder. `${NAME}` in it becomes the value of NAME. DIR and HTTP_PORT are
   * always set.
   */
  readonly template: string
  readonly values: Readonly<Record<string, string>>
  /** Lines after those of the template. */
  readonly more?: string
  /** Variables of the server's environment, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>
  /** Written beside the configuration: name -> contents. */
  readonly files?: Readonly<Record<string, string>>
  /** Placeholders for free ports beside HTTP_PORT. */
  readonly morePorts?: readonly string[]
  /** Returns the arguments of the start script. */
  readonly args: (place: Place) => readonly string[]
}

export interface Place {
  readonly directory: string
  /** The filled-in template. */
  readonly configuration: string
  readonly httpPort: string
  /** The ports of `morePorts`. */
  readonly ports: Readonly<Record<string, string>>
}

export interface Launched extends Pick<LiveServer, 'pid' | 'directory' | 'signal' | 'stop'> {
  /** The origin at which it answers HTTP. */
  readonly origin: string
  /** The ports of `morePorts`. */
  readonly ports: Readonly<Record<string, string>>
  /** Starts it again after its end, on the same ports and with the same accounts. */
  restart(): Promise<void>
}

/** Starts a server on free ports, in a directory of its own under the system's temporary one. */
export async function launch(options: Launch): Promise<Launched> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launchOnce(options)
    } catch (error) {
      // Between finding a free port and using it, another process may have taken it.
      if (attempt === attempts || !/eaddrinuse|address already in use/i.test(String(error))) throw error
    }
  }
}

async function launchOnce(options: Launch): Promise<Launched> {
  const { server } = options
  const directory = await mkdtemp(join(tmpdir(), `${server}-`))
  let stopping: Promise<void> | undefined
  const end = () => runScript([join(root, server, 'stop'), directory])
  const stop = async () => {
    await end()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const { place, start } = await configured(options, directory)
    let pid = Number(await runScript(start))
    return {
      origin: `http://127.0.0.1:${place.httpPort}`,
      ports: place.ports,
      pid,
      directory,
      async restart() {
        await end()
        pid = Number(await runScript(start))
      },
      signal(signal) {
        // The number may belong to another process by then.
        if (stopping !== undefined) throw new Error(`${server} is stopped`)
        process.kill(pid, signal)
        if (signal === 'SIGSTOP') untilHalted(pid)
      },
      stop() {
        stopping ??= stop()
        return stopping
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Writes the files of a server. Returns the command that starts it. */
async function configured(options: Launch, directory: string): Promise<{ place: Place; start: readonly string[] }> {
  const { server, template, values, more = '', environment = {}, files = {}, morePorts = [], args } = options
  const names = ['HTTP_PORT', ...morePorts]
  const free = await freePorts(names.length)
  const { HTTP_PORT: httpPort = '', ...ports } = Object.fromEntries(names.map((name, n) => [name, String(free[n])]))
  const configuration = join(directory, basename(template))
  const filled = (text: string) => fill(text, { ...values, ...ports, DIR: directory, HTTP_PORT: httpPort })
  for (const [name, contents] of Object.entries(files)) await writeFile(join(directory, name), contents)
  await writeFile(configuration, filled((await readFile(resolve(__dirname, template), 'utf8')) + more))
  const place = { directory, configuration, httpPort, ports }
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${filled(value)}`)
  // A test process that dies cannot stop its servers, so they end with it.
  const owner = ['--while', String(process.pid)]
  return { place, start: ['env', ...variables, ...enter, join(root, server, 'start'), ...owner, ...args(place)] }
}

/** Each thread of a process halts in its own time, and may answer a request until then. */
function untilHalted(pid: number): void {
  const threads = `/proc/${pid}/task`
  const isHalted = (id: string) => /^\d+ \(.*\) T /s.test(readFileSync(join(threads, id, 'stat'), 'utf8'))
  for (const deadline = performance.now() + 5_000; !readdirSync(threads).every(isHalted); ) {
    if (performance.now() > deadline) throw new Error(`process ${pid} does not halt`)
  }
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([^}]+)\}/g, (placeholder, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`no value for ${placeholder}`)
    return value
  })
}

/** Runs a script and returns its output. Rejects with its stderr as the message. */
async function runScript([path = '', ...args]: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(path, args, { timeout: 90_000 })
    return stdout.trim()
  } catch (error) {
    // Not instanceof Error: node:child_process has another Error than the code in jest.
    const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(reasonIn(said) || `${path} failed`, { cause: error })
  }
}
