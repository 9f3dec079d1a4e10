import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Child, type Command, startChild } from '../../cluster/servers/child'
import { stablePorts } from '../../cluster/servers/ports'
import type { Entry } from './registered'
import { startFront } from './tls'

const ROOT = resolve(__dirname, '../../..')
/** Release that the provider needs at least. */
const NODE = '22'

const run = promisify(execFile)

export interface ProviderOptions {
  readonly issuer: string
  readonly entries: readonly Entry[]
  /** file of the authority that signs for all addresses */
  readonly caFile: string
  /** variables beside those of the provider itself */
  readonly env: Readonly<Record<string, string>>
}

export interface RunningProvider extends Pick<Child, 'said'> {
  readonly issuer: string
  /** start page of its site */
  readonly home: string
  stop(): Promise<void>
}

/** Starts the identity provider as a process of its own, as in production. */
export async function startProvider({ env, ...options }: ProviderOptions): Promise<RunningProvider> {
  const { origin } = new URL(options.issuer)
  return startOn(options, directory => ({
    args: [join(ROOT, 'identity-provider/dist/server.js')],
    env: {
      NODE_ENV: 'production',
      TRUST_PROXY: '1',
      OIDC_ISSUER: options.issuer,
      OIDC_CLIENTS: join(directory, 'clients.json'),
      OIDC_KEYS: join(directory, 'keys.json'),
      SESSION_SECRET: 'the secret that the sessions of the provider have',
      XMPP_CONFIRM_URL: `${origin}/login`,
      ...env,
    },
  }))
}

/** Starts a plain oidc-provider whose login says yes at once. */
export async function startStandIn(options: Omit<ProviderOptions, 'env'>): Promise<RunningProvider> {
  return startOn(options, directory => ({
    args: [join(ROOT, 'spec/provider/fixtures/stand-in.mjs')],
    env: { ISSUER: options.issuer, CLIENTS: join(directory, 'clients.json') },
  }))
}

async function startOn(
  { issuer, entries, caFile }: Omit<ProviderOptions, 'env'>,
  commandOf: (directory: string) => Pick<Command, 'args' | 'env'>,
): Promise<RunningProvider> {
  const directory = await mkdtemp(join(tmpdir(), 'provider-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    await writeFile(join(directory, 'clients.json'), JSON.stringify(entries), { mode: 0o600 })
    const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/node-release.js'), NODE], { timeout: 120_000 })
    const { args, env } = commandOf(directory)
    const [port = 0] = await stablePorts(1)
    const child = await startChild({
      path: stdout.trim(),
      args,
      env: { PORT: String(port), NODE_EXTRA_CA_CERTS: caFile, ...env },
      ready: /^Listening on /m,
    })
    const { origin } = new URL(issuer)
    const front = await startFront(origin, port).catch(async reason => {
      await child.kill()
      throw reason
    })
    return {
      issuer,
      home: `${origin}/`,
      said: () => child.said(),
      async stop() {
        await front.stop()
        await child.kill()
        await remove()
      },
    }
  } catch (reason) {
    await remove()
    throw reason
  }
}
