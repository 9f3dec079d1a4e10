import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { startChild } from '../../servers/child'
import { startNodes } from '../../servers/ejabberd-nodes'
import { stablePorts } from '../../servers/ports'
import { startRedis } from '../../servers/redis'
import { startProvider } from './provider-process'

const ROOT = resolve(__dirname, '../../../..')
export const RELYING_PARTY = join(ROOT, 'spec/containers/relying-party.cjs')

/** The services of compose.provider.yaml on this machine: the provider with the variables of that file, behind its Caddy. */
export interface ComposeSite {
  readonly issuer: string
  /** address that redirects to https */
  readonly plainUrl: string
  /** path of the certificate of Caddy's own authority */
  readonly root: string
  stop(): Promise<void>
}

/** @param accounts name -> password */
export async function startComposeSite(accounts: Readonly<Record<string, string>>): Promise<ComposeSite> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const end of stops.splice(0)) await end()
  }
  try {
    const directory = await mkdtemp(join(tmpdir(), 'compose-site-'))
    stops.unshift(() => rm(directory, { recursive: true, force: true }))
    const redis = await startRedis()
    stops.unshift(() => redis.stop())
    const { nodes, stop: stopNodes } = await startNodes()
    stops.unshift(stopNodes)
    for (const [name, password] of Object.entries(accounts)) await nodes[0].addUser(name, password)
    const [port = 0, http = 0, https = 0] = await stablePorts(3)
    const clients = join(directory, 'clients.json')
    await writeFile(clients, execFileSync(process.execPath, [RELYING_PARTY, 'client']))
    const settings = { SESSION_SECRET: 'the secret of a spec, which is long enough', HTTPS_PORT: `${https}` }
    const provider = await startProvider(port, {
      ...(await variablesOf(settings)),
      XMPP_SERVICE: nodes[0].url,
      REDIS_URL: redis.url,
      OIDC_CLIENTS: clients,
      OIDC_KEYS: join(directory, 'keys.json'),
    })
    stops.unshift(() => provider.kill())
    const caddy = await startCaddy(directory, { port, http, https })
    stops.unshift(() => caddy.kill())
    const root = join(directory, 'caddy/pki/authorities/local/root.crt')
    return { issuer: `https://localhost:${https}/oidc`, plainUrl: `http://localhost:${http}`, root, stop }
  } catch (reason) {
    await stop()
    throw reason
  }
}

/** Returns the variables of the provider in compose.provider.yaml, filled in as Compose does. */
async function variablesOf(settings: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const { services } = parse(await readFile(join(ROOT, 'ejabberd/compose.provider.yaml'), 'utf8'), { merge: true })
  const variables = Object.entries(services.provider.environment as Record<string, string>)
  const filled = (text: string) =>
    text.replace(/\$\{([A-Z_]+):([-?])([^}]*)\}/g, (_, name: string, _operator: string, other: string) => {
      return settings[name] ?? (_operator === '-' ? other : '')
    })
  return Object.fromEntries(variables.map(([name, value]) => [name, filled(value)]))
}

interface Ports {
  readonly port: number
  readonly http: number
  readonly https: number
}

async function startCaddy(directory: string, { port, http, https }: Ports) {
  const here = [
    ['http_port 8080', `http_port ${http}`],
    ['https_port 8443', `https_port ${https}`],
    ['/data/caddy', join(directory, 'caddy')],
    ['127.0.0.1:5010', `127.0.0.1:${port}`],
  ] as const
  const text = here.reduce(
    (rest, [from, to]) => {
      if (!rest.includes(`${from}\n`)) throw new Error(`the Caddyfile has no ${from}`)
      return rest.replace(`${from}\n`, `${to}\n`)
    },
    await readFile(join(ROOT, 'ejabberd/Caddyfile'), 'utf8'),
  )
  const file = join(directory, 'Caddyfile')
  await writeFile(file, text)
  return startChild({
    path: 'caddy',
    args: ['run', '--config', file, '--adapter', 'caddyfile'],
    env: { HOME: directory },
    ready: /certificate obtained successfully/,
    end: 'TERM',
  })
}
