import type { Door } from '../visitor'
import { type AppProcess, startApp } from './app-process'
import { type Node, startNodes } from './ejabberd-nodes'
import { type Nginx, startNginx } from './nginx'
import { stablePorts } from './ports'
import { type Redis, startRedis } from './redis'

/** Two processes of the app behind nginx, with one Redis and two nodes of ejabberd. */
export interface Cluster {
  readonly redis: Redis
  readonly nodes: readonly [Node, Node]
  readonly apps: readonly [AppProcess, AppProcess]
  /** addresses for visitors: nginx and each of the processes */
  readonly doors: { readonly nginx: Door; readonly first: Door; readonly second: Door }
  stop(): Promise<void>
}

/** The account that asks visitors. */
export interface ServiceAccountOf {
  readonly name: string
  readonly password: string
}

/**
 * @param accounts name -> password
 * @param serviceAccount lets visitors sign in without a password
 */
export async function startCluster(
  accounts: Readonly<Record<string, string>>,
  serviceAccount?: ServiceAccountOf,
): Promise<Cluster> {
  // Stops in reverse order of starting.
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    const failures: unknown[] = []
    for (const end of stops.splice(0)) await end().catch(reason => failures.push(reason))
    if (failures.length > 0) throw failures[0]
  }
  try {
    const redis = await startRedis()
    stops.unshift(() => redis.stop())
    const { nodes, stop: stopNodes } = await startNodes(serviceAccount?.name)
    stops.unshift(stopNodes)
    for (const [name, password] of Object.entries(accounts)) await nodes[0].addUser(name, password)
    if (serviceAccount) await nodes[0].addUser(serviceAccount.name, serviceAccount.password)
    const [first = 0, second = 0] = await stablePorts(2)
    const env = {
      SESSION_SECRET: 'the secret that the processes of a spec share',
      TRUST_PROXY: '127.0.0.1',
      REDIS_URL: redis.url,
      XMPP_SERVICE: nodes.map(({ url }) => url).join(),
      XMPP_DOMAIN: 'localhost',
      XMPP_REGISTRATION: 'on',
      XMPP_FORWARD_CLIENT_IP: 'on',
      ...(serviceAccount && {
        XMPP_CONFIRM_USERNAME: serviceAccount.name,
        XMPP_CONFIRM_PASSWORD: serviceAccount.password,
        XMPP_CONFIRM_URL: 'https://app.example/login',
      }),
    }
    const started = async (port: number): Promise<AppProcess> => {
      const app = await startApp(port, env)
      stops.unshift(() => app.kill())
      return app
    }
    const apps = [await started(first), await started(second)] as const
    const nginx: Nginx = await startNginx([first, second])
    stops.unshift(() => nginx.stop())
    const doorOf = ({ url }: AppProcess): Door => ({ url, headers: { 'X-Forwarded-Proto': 'https' } })
    return { redis, nodes, apps, doors: { nginx, first: doorOf(apps[0]), second: doorOf(apps[1]) }, stop }
  } catch (reason) {
    await stop()
    throw reason
  }
}
