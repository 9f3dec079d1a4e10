import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Certificate, selfSigned } from '../../fixtures/vectors/certificate'
import { jidFunction } from './jid-function'
import { launch } from './launch'
import type { LiveServer } from './live-server'
import { scramAccount } from './scram-account'

export type EjabberdOptions = Storage & {
  /** of the HTTPS listener; one for xmpp.example.com by default */
  readonly certificate?: Certificate
  /** Lets visitors sign up, without a captcha. */
  readonly registration?: boolean
  /** modules in addition to those of BOSH, with their options in YAML */
  readonly modules?: Readonly<Record<string, string>>
  /** hosts beside localhost */
  readonly moreHosts?: readonly string[]
  /** commands of its API in addition to those of the fixture itself */
  readonly commands?: readonly string[]
  /** Lines after those of the configuration. */
  readonly more?: string
}

type Storage =
  /** Passwords in clear text: PLAIN and SCRAM with all three hashes are offered. */
  | { readonly storage: 'plain' }
  /** One hash per password: PLAIN and SCRAM with that hash are offered. */
  | { readonly storage: 'scram'; readonly hash: 'sha' | 'sha256' | 'sha512' }

const hashNames = { sha: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' }

export interface SecureServer extends LiveServer {
  /** Its BOSH address over TLS. */
  readonly secureUrl: string
  /** Its port for clients, without TLS. */
  readonly clientPort: number
  /** Runs a command of its API and returns the answer as text. */
  command(name: string, args?: object): Promise<string>
}

/** Starts an ejabberd. The account `blocked` passes SASL there and is refused at resource binding. */
export async function startEjabberd(options: EjabberdOptions): Promise<SecureServer> {
  const { key, cert } = options.certificate ?? selfSigned('xmpp.example.com')
  const { origin, ports, stop, ...server } = await launch({
    server: 'ejabberd',
    template: 'ejabberd.yml',
    files: { 'tls.pem': cert + key },
    values: {
      FORMAT: options.storage,
      HASH: options.storage === 'scram' ? options.hash : 'sha',
      HOSTS: ['localhost', ...(options.moreHosts ?? [])].join(', '),
      COMMANDS: (options.commands ?? []).map(name => `, ${name}`).join(''),
      REGISTRATION: options.registration ? 'mod_register: {}' : '# closed',
      MODULES: Object.entries(options.modules ?? {})
        .map(([name, settings]) => `  ${name}: ${settings}`)
        .join('\n'),
    },
    more: options.more ?? '',
    morePorts: ['HTTPS_PORT', 'C2S_PORT'],
    args: ({ directory, configuration }) => ['--config', configuration, directory],
  })

  const command = async (name: string, args: object = {}): Promise<string> => {
    const response = await fetch(`${origin}/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(args),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`ejabberd refused ${name}: ${response.status} ${text}`)
    return text
  }

  try {
    return {
      ...server,
      name: `ejabberd (${options.storage === 'plain' ? 'plain storage' : `scram storage, ${hashNames[options.hash]}`})`,
      url: `${origin}/bosh`,
      secureUrl: `https://127.0.0.1:${ports['HTTPS_PORT']}/bosh`,
      clientPort: Number(ports['C2S_PORT']),
      domain: 'localhost',
      command,
      version: found(/ejabberd (\S+) is running/, await command('status')),
      async register(username, password) {
        await command('register', { user: username, host: 'localhost', password }).catch(async error => {
          if (!String(error).includes('The password contains unacceptable characters')) throw error
          // ejabberd's own preparation ends with Unicode 3.2 and refuses an emoji, so it takes such an account only as a
          // migration brings it: by its keys, without the password.
          const file = join(server.directory, 'account.xml')
          await writeFile(file, scramAccount(username, password, options.storage === 'scram' ? options.hash : 'sha256'))
          await command('import_piefxis', { file })
        })
      },
      accounts: async () => JSON.parse(await command('registered_users', { host: 'localhost' })),
      // One function for login and registration.
      nodeprep: names => jidFunction(server.pid, 'nodeprep', names),
      nameprep: domains => jidFunction(server.pid, 'nameprep', domains),
      async connectedUsers() {
        // 23.01 says {"num_sessions":0}, later ones 0.
        return Number(found(/^(?:\{"num_sessions":)?(\d+)\}?$/, await command('connected_users_number')))
      },
      async boshSessions() {
        // The table in which mod_bosh finds its sessions. The answer is its description in Erlang notation.
        return Number(found(/\{size,(\d+)\}/, await command('mnesia_table_info', { table: 'bosh' })))
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function found(pattern: RegExp, text: string): string {
  const match = pattern.exec(text)?.[1]
  if (match === undefined) throw new Error(`ejabberd answered something unknown: ${text}`)
  return match
}
