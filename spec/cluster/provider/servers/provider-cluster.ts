import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppProcess } from '../../servers/app-process'
import { type Node, startNodes } from '../../servers/ejabberd-nodes'
import { type Nginx, PROVIDER, startNginx } from '../../servers/nginx'
import { stablePorts } from '../../servers/ports'
import { type Redis, startRedis } from '../../servers/redis'
import type { Door } from '../../visitor'
import { CLIENTS } from '../party'
import { startProvider } from './provider-process'

/** Two processes of the provider behind nginx, with one Redis, one file of keys and an ejabberd. */
export interface ProviderCluster {
  readonly issuer: string
  /** path of the file that the first process made */
  readonly keys: string
  readonly redis: Redis
  readonly node: Node
  readonly nginx: Nginx
  readonly processes: readonly [AppProcess, AppProcess]
  /** addresses for visitors and relying parties: nginx and each of the processes */
  readonly doors: { readonly nginx: Door; readonly first: Door; readonly second: Door }
  stop(): Promise<void>
}

/** @param accounts name -> password */
export async function startProviderCluster(accounts: Readonly<Record<string, string>>): Promise<ProviderCluster> {
  // Stops in reverse order of starting.
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    const failures: unknown[] = []
    for (const end of stops.splice(0)) await end().catch(reason => failures.push(reason))
    if (failures.length > 0) throw failures[0]
  }
  try {
    const directory = await mkdtemp(join(tmpdir(), 'provider-'))
    stops.unshift(() => rm(directory, { recursive: true, force: true }))
    const redis = await startRedis()
    stops.unshift(() => redis.stop())
    const {
      nodes: [node],
      stop: stopNodes,
    } = await startNodes()
    stops.unshift(stopNodes)
    for (const [name, password] of Object.entries(accounts)) await node.addUser(name, password)
    const [first = 0, second = 0] = await stablePorts(2)
    const nginx = await startNginx([first, second], undefined, PROVIDER)
    stops.unshift(() => nginx.stop())
    const issuer = `${nginx.url}/oidc`
    const keys = join(directory, 'keys.json')
    const env = await environmentOf({ directory, issuer, keys, redis, node })
    // At once: both find no keys, and one of them makes the file for both.
    const started = await Promise.allSettled([first, second].map(port => startProvider(port, env)))
    const running = started.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    stops.unshift(async () => void (await Promise.all(running.map(one => one.kill()))))
    for (const result of started) if (result.status === 'rejected') throw result.reason
    const processes = running as [AppProcess, AppProcess]
    const doorOf = ({ url }: AppProcess): Door => ({ url, headers: { 'X-Forwarded-Proto': 'https' } })
    const doors = { nginx, first: doorOf(processes[0]), second: doorOf(processes[1]) }
    return { issuer, keys, redis, node, nginx, processes, doors, stop }
  } catch (reason) {
    await stop()
    throw reason
  }
}

interface Parts {
  readonly directory: string
  readonly issuer: string
  readonly keys: string
  readonly redis: Redis
  readonly node: Node
}

async function environmentOf({ directory, issuer, keys, redis, node }: Parts): Promise<Record<string, string>> {
  const clients = join(directory, 'clients.json')
  await writeFile(clients, JSON.stringify(CLIENTS), { mode: 0o600 })
  return {
    SESSION_SECRET: 'the secret that the processes of a spec share',
    TRUST_PROXY: '127.0.0.1',
    REDIS_URL: redis.url,
    OIDC_ISSUER: issuer,
    OIDC_CLIENTS: clients,
    OIDC_KEYS: keys,
    XMPP_SERVICE: node.url,
    XMPP_DOMAIN: 'localhost',
    XMPP_FORWARD_CLIENT_IP: 'on',
  }
}
