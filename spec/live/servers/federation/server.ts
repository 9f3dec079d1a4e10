import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Authority, type Certificate, issuedBy } from '../../../fixtures/vectors/certificate'
import { command } from '../command'
import { type Launch, type Launched, launch } from '../launch'

const root = resolve(__dirname, '../../../..')

export const KINDS = ['ejabberd', 'Prosody'] as const
export type Kind = (typeof KINDS)[number]

/** The configuration that operators copy, with everything switched on that lets people sign in without a password. */
export interface HomeServer {
  readonly kind: Kind
  readonly domain: string
  /** Its BOSH address. */
  readonly url: string
  /** The port of XMPP clients, on 127.0.0.1. */
  readonly clientPort: string
  /** The port of other servers, on 127.0.0.1. */
  readonly serverPort: string
  /** The path of the certificate that its clients have to trust. */
  readonly trusted: string
  readonly directory: string
  addUser(username: string, password: string): Promise<void>
  /** Creates the service account `login` by the script for it. Returns its password. */
  addServiceAccount(): Promise<string>
  /** Ends it and starts it again. */
  restart(): Promise<void>
  signal: Launched['signal']
  stop(): Promise<void>
}

export interface HomeOptions {
  readonly domain: string
  /** The authority that it trusts. */
  readonly authority: Authority
  /** by default one that the authority has issued */
  readonly certificate?: Certificate
  /** The port of the DNS server that it asks. Without one, it does not connect to other servers. */
  readonly namesPort?: number
}

/** Starts an ejabberd or a Prosody for the accounts of a domain. */
export async function startHome(kind: Kind, options: HomeOptions): Promise<HomeServer> {
  const { domain, authority } = options
  const certificate = options.certificate ?? issuedBy(authority, domain)
  const files = {
    'authority.pem': authority.cert,
    [`${domain}.pem`]: certificate.cert + certificate.key,
    [`${domain}.crt`]: certificate.cert,
    [`${domain}.key`]: certificate.key,
    // The resolver of Erlang: the file of hosts, which is empty, then the DNS server.
    inetrc: `{lookup,[file,dns]}.\n{hosts_file,""}.\n{resolv_conf,""}.\n{host,{127,0,0,1},["localhost"]}.\n{nameserver,{127,0,0,1},${options.namesPort ?? 9}}.\n{edns,0}.\n`,
  }
  const specific = kind === 'ejabberd' ? ejabberd(options) : prosody(options)
  const { origin, ports, ...server } = await launch({ ...specific, files, morePorts: ['C2S_PORT', 'S2S_PORT'] })
  const scripts = join(root, kind.toLowerCase())
  return {
    ...server,
    kind,
    domain,
    url: origin + (kind === 'ejabberd' ? '/bosh' : '/http-bind'),
    clientPort: ports['C2S_PORT'] ?? '',
    serverPort: ports['S2S_PORT'] ?? '',
    trusted: join(server.directory, options.certificate ? `${domain}.crt` : 'authority.pem'),
    async addUser(username, password) {
      await command([join(scripts, 'add-user'), server.directory, username], password)
    },
    async addServiceAccount() {
      const { stdout } = await command([join(scripts, 'add-service-account'), server.directory])
      const [, file = ''] = /^XMPP_CONFIRM_PASSWORD_FILE=(.*)$/m.exec(stdout) ?? []
      return (await readFile(file, 'utf8')).trim()
    },
  }
}

type Specific = Pick<Launch, 'server' | 'template' | 'values' | 'more' | 'environment' | 'args'>

function ejabberd({ domain, namesPort }: HomeOptions): Specific {
  return {
    server: 'ejabberd',
    template: join(root, 'ejabberd/ejabberd.yml'),
    values: {},
    more: `\nca_file: "\${DIR}/authority.pem"\n`,
    environment: { ERL_INETRC: `\${DIR}/inetrc` },
    args: ({ directory, configuration, httpPort, ports }) => [
      ...['--config', configuration, directory],
      ...Object.entries({
        DOMAIN: domain,
        BOSH_PORT: httpPort,
        ...ports,
        CAPTCHA_CMD: resolve(__dirname, '../captcha.sh'),
        CERTIFICATES: `[${directory}/${domain}.pem]`,
        SERVICE_ACCOUNTS: '[login]',
        S2S_ACCESS: namesPort === undefined ? 'none' : 'all',
      }).map(([name, value]) => `${name}=${value}`),
    ],
  }
}

function prosody({ domain, namesPort = 9 }: HomeOptions): Specific {
  return {
    server: 'prosody',
    template: resolve(__dirname, 'prosody.cfg.lua'),
    values: { SHIPPED: join(root, 'prosody/prosody.cfg.lua'), NAMES_PORT: String(namesPort) },
    args: ({ directory, configuration, httpPort, ports }) => [
      ...['--config', configuration, directory],
      ...[`DOMAIN=${domain}`, `BOSH_PORT=${httpPort}`, `S2S_PORT=${ports['S2S_PORT']}`],
      ...[`CERTIFICATES=${directory}`, `FEDERATION=on`],
    ],
  }
}
