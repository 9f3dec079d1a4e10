import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { command } from '../../live/servers/command'
import { stablePorts } from './ports'

const scripts = resolve(__dirname, '../../../ejabberd')

export interface Node {
  readonly directory: string
  /** BOSH address */
  readonly url: string
  /** Adds an account, on the other node too. */
  addUser(username: string, password: string): Promise<void>
  /** Kills it with SIGKILL. */
  kill(): void
  /** Starts it again after `kill`. */
  start(): Promise<void>
}

export interface Nodes {
  readonly nodes: readonly [Node, Node]
  stop(): Promise<void>
}

/**
 * Starts two ejabberd nodes in a cluster, with the published configuration.
 *
 * @param serviceAccount name of the account that asks visitors
 */
export async function startNodes(serviceAccount?: string): Promise<Nodes> {
  const directory = await mkdtemp(join(tmpdir(), 'ejabberd-nodes-'))
  const places = ['first', 'second'].map(name => join(directory, name))
  const stop = async () => {
    for (const place of places) await command([join(scripts, 'stop'), place])
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const ports = await stablePorts(6)
    const [first = '', second = ''] = places
    const more = serviceAccount === undefined ? [] : [`SERVICE_ACCOUNTS=[${serviceAccount}]`]
    return {
      nodes: [await startNode(first, ports.slice(0, 3), more), await startNode(second, ports.slice(3), more, first)],
      stop,
    }
  } catch (reason) {
    await stop()
    throw reason
  }
}

async function startNode(
  directory: string,
  [bosh, c2s, s2s]: readonly number[],
  more: readonly string[],
  other?: string,
): Promise<Node> {
  const captcha = resolve(__dirname, '../../live/servers/captcha.sh')
  const settings = [`BOSH_PORT=${bosh}`, `C2S_PORT=${c2s}`, `S2S_PORT=${s2s}`, `CAPTCHA_CMD=${captcha}`, ...more]
  const launch = async (...options: string[]) => {
    const owner = ['--while', String(process.pid)]
    return Number((await command([join(scripts, 'start'), ...owner, ...options, directory, ...settings])).stdout)
  }
  let pid = await launch(...(other === undefined ? [] : ['--join', other]))
  return {
    directory,
    url: `http://127.0.0.1:${bosh}/bosh`,
    addUser: async (username, password) =>
      void (await command([join(scripts, 'add-user'), directory, username], password)),
    kill: () => void process.kill(pid, 'SIGKILL'),
    async start() {
      pid = await launch()
    },
  }
}
