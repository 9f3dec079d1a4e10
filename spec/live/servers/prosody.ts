import { join, resolve } from 'node:path'
import { launch } from './launch'
import type { LiveServer, Prepared } from './live-server'

// A server that works long on one request answers no other client in the meantime.
const NAMES_AT_ONCE = 5_000

export interface ProsodyOptions {
  /** hashed (the default): PLAIN and SCRAM-SHA-1 are offered. plain (passwords in clear text): SCRAM-SHA-256 as well. */
  readonly storage?: 'hashed' | 'plain'
  /** Lets visitors sign up. */
  readonly registration?: boolean
  /** Lines of the configuration in front of the host. */
  readonly more?: string
  /** modules in addition to those of the configuration that operators copy */
  readonly modules?: readonly string[]
  /** Lines of the configuration behind the host. */
  readonly components?: string
}

interface Status {
  readonly version: string
  readonly bound: number
  readonly bosh: number
}

/** Starts a Prosody with the configuration that operators copy. */
export async function startProsody({
  storage = 'hashed',
  registration = false,
  more = '',
  modules = [],
  components = '',
}: ProsodyOptions = {}): Promise<LiveServer> {
  const {
    origin,
    ports: _,
    stop,
    ...server
  } = await launch({
    server: 'prosody',
    template: 'prosody.cfg.lua',
    values: {
      SHIPPED: resolve(__dirname, '../../../prosody/prosody.cfg.lua'),
      STORAGE: storage,
      PLUGINS: `${__dirname}", "${join(__dirname, 'rooms')}`,
      MODULES: ['live_spec', ...modules].map(name => `"${name}"`).join(', '),
      REGISTRATION: String(registration),
      MORE: more,
    },
    more: components,
    args: ({ directory, configuration, httpPort }) => [
      ...['--config', configuration, directory, `BOSH_PORT=${httpPort}`],
    ],
  })

  const ask = async (path: string, request: RequestInit = {}): Promise<string> => {
    const response = await fetch(`${origin}/live_spec${path}`, { ...request, signal: AbortSignal.timeout(5_000) })
    const text = await response.text()
    if (!response.ok) throw new Error(`prosody refused ${path}: ${response.status} ${text}`)
    return text
  }
  const prepared = async (path: string, names: readonly string[]): Promise<Prepared> => {
    const answers: (string | false)[] = []
    for (let n = 0; n < names.length; n += NAMES_AT_ONCE) {
      const body = JSON.stringify(names.slice(n, n + NAMES_AT_ONCE))
      answers.push(...JSON.parse(await ask(path, { method: 'POST', body })))
    }
    return answers.map(answer => (answer === false ? undefined : answer))
  }
  const status = async (): Promise<Status> => JSON.parse(await ask('/status'))

  try {
    return {
      ...server,
      name: `prosody (${storage} storage)`,
      url: `${origin}/http-bind`,
      domain: 'localhost',
      version: (await status()).version,
      async register(username, password) {
        await ask('/accounts', { method: 'POST', body: JSON.stringify({ username, password }) })
      },
      accounts: async () => JSON.parse(await ask('/accounts')),
      nodeprep: (names, at) => prepared(`/nodeprep/${at}`, names),
      nameprep: domains => prepared('/nameprep', domains),
      async connectedUsers() {
        return (await status()).bound
      },
      async boshSessions() {
        return (await status()).bosh
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
