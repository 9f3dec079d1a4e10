import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Child, startChild } from '../cluster/servers/child'
import { stablePorts } from '../cluster/servers/ports'

/** The folder into which spec/matrix/run has installed everything. */
export const DIRECTORY = process.env['MATRIX_DIR'] ?? ''

/** The versions of Node.js to run on, as `npm install node@…` takes them. */
export const NODES = (process.env['MATRIX_NODES'] ?? '').split(' ').filter(Boolean)

/** Time from the URL that a program prints to its first answer, in ms. */
const ANSWER_TIMEOUT_MS = 10_000

/** An app in a process of its own. */
export interface Started extends Pick<Child, 'said' | 'kill'> {
  readonly url: string
  /** Kills it and starts it again at the same URL. */
  restart(): Promise<void>
}

/** An app that is installed, and how it starts. */
export interface Installed {
  /** folder of the installation, below DIRECTORY */
  readonly directory: string
  /** arguments of node */
  readonly command: readonly string[]
}
export type Environment = Readonly<Record<string, string>>

/** Starts an app on a free port and waits until it prints its URL. */
export async function start(node: string, installed: Installed, environment: Environment): Promise<Started> {
  const [port = 0] = await stablePorts(1)
  return startAt(`http://localhost:${port}`, node, installed, { PORT: String(port), ...environment })
}

/** Starts an app that has chosen its port. Programs print their URL before they listen, so it waits for an answer as well. */
export async function startAt(
  url: string,
  node: string,
  { directory, command }: Installed,
  environment: Environment = {},
): Promise<Started> {
  const launch = async () => {
    const child = await startChild({
      path: join(DIRECTORY, 'nodes', node),
      args: command,
      cwd: join(DIRECTORY, directory),
      env: { NODE_ENV: 'production', ...environment },
      ready: new RegExp(url),
    })
    await answers(url)
    return child
  }
  let child = await launch()
  return {
    url,
    said: () => child.said(),
    kill: () => child.kill(),
    async restart() {
      await child.kill()
      child = await launch()
    },
  }
}

/** Waits until a request to `url` gets an answer, of any status. */
async function answers(url: string): Promise<void> {
  for (const deadline = performance.now() + ANSWER_TIMEOUT_MS; ; await delay(50)) {
    try {
      await fetch(url, { redirect: 'manual' })
      return
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
  }
}
