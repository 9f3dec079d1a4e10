import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { selfSigned } from '../../fixtures/vectors/certificate'
import { startChild } from './child'
import { stablePorts } from './ports'

/** A published configuration of nginx. */
export interface Site {
  readonly folder: string
  readonly domain: string
  readonly ports: readonly [number, number]
}

export const EXAMPLE_APP: Site = { folder: 'example-app/deploy', domain: 'app.example.com', ports: [5005, 5006] }
export const PROVIDER: Site = { folder: 'identity-provider/deploy', domain: 'id.example.com', ports: [5010, 5011] }

const root = resolve(__dirname, '../../..')

export interface Nginx {
  /** address for visitors, https */
  readonly url: string
  /** address that redirects http to https */
  readonly plainUrl: string
  /** PEM of the certificate, for 127.0.0.1 */
  readonly ca: string
  /** Returns what it wrote to its access log. */
  accessLog(): Promise<string>
  stop(): Promise<void>
}

/** Header in which a test gives a visitor an address, as a proxy before nginx would. */
export const ADDRESS_HEADER = 'X-Test-Address'

/**
 * Starts Debian's nginx with the published configuration, in front of two ports of loopback.
 *
 * @param limits `'bursts'` makes the rates of the limits so slow that only their bursts count, however long a test takes
 */
export async function startNginx(
  upstream: readonly [number, number],
  limits?: 'bursts',
  site = EXAMPLE_APP,
): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), 'nginx-'))
  try {
    const [http = 0, https = 0] = await stablePorts(2)
    const { key, cert } = selfSigned('127.0.0.1')
    await writeFile(join(directory, 'key.pem'), key)
    await writeFile(join(directory, 'cert.pem'), cert)
    await writeFile(join(directory, 'app.conf'), await siteHere(site, { directory, http, https, upstream, limits }))
    await writeFile(join(directory, 'nginx.conf'), around(directory))
    const child = await startChild({
      path: 'nginx',
      args: ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'],
      ready: /start worker process \d/,
      end: 'TERM',
    })
    return {
      url: `https://127.0.0.1:${https}`,
      plainUrl: `http://127.0.0.1:${http}`,
      ca: cert,
      accessLog: () => readFile(join(directory, 'access.log'), 'utf8'),
      async stop() {
        await child.kill()
        await rm(directory, { recursive: true, force: true })
      },
    }
  } catch (reason) {
    await rm(directory, { recursive: true, force: true })
    throw reason
  }
}

interface Here {
  readonly directory: string
  readonly http: number
  readonly https: number
  readonly upstream: readonly [number, number]
  readonly limits: 'bursts' | undefined
}

/** Returns the published configuration with the ports and files of this machine. */
async function siteHere({ folder, domain, ports }: Site, here: Here): Promise<string> {
  const { directory, http, https, upstream, limits } = here
  const published = await readFile(join(root, folder, 'nginx.conf'), 'utf8')
  const text = limits === 'bursts' ? published.replace(/ rate=\d+r\/s;/g, ' rate=1r/m;') : published
  return filled(text.replaceAll(/\/var\/log\/nginx\/\S+ /g, `${directory}/access.log `), [
    ['listen 80;', `listen 127.0.0.1:${http};`],
    ['listen [::]:80;', ''],
    ['listen 443 ssl;', `listen 127.0.0.1:${https} ssl;`],
    ['listen [::]:443 ssl;', ''],
    [`server_name ${domain};`, 'server_name 127.0.0.1;'],
    [`/etc/letsencrypt/live/${domain}/fullchain.pem`, join(directory, 'cert.pem')],
    [`/etc/letsencrypt/live/${domain}/privkey.pem`, join(directory, 'key.pem')],
    [`/srv/passport-xmpp-bosh/${folder}`, join(root, folder)],
    [`server 127.0.0.1:${ports[0]} `, `server 127.0.0.1:${upstream[0]} `],
    [`server 127.0.0.1:${ports[1]} `, `server 127.0.0.1:${upstream[1]} `],
  ])
}

/** Returns the relevant part of Debian's /etc/nginx/nginx.conf, with all files in one directory. */
function around(directory: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
    daemon off;
    ${userInfo().uid === 0 ? 'user root;' : ''}
    worker_processes 1;
    pid ${directory}/nginx.pid;
    error_log stderr notice;
    events { worker_connections 768; }
    http {
      types { text/html html; }
      default_type application/octet-stream;
      access_log off;
      set_real_ip_from 127.0.0.0/8;
      real_ip_header ${ADDRESS_HEADER};
      gzip on;
      ${temporary.map(name => `${name}_temp_path ${directory}/${name};`).join(' ')}
      include ${directory}/app.conf;
    }
  `
}

function filled(text: string, values: readonly (readonly [string, string])[]): string {
  return values.reduce((rest, [from, to]) => {
    if (!rest.includes(from)) throw new Error(`nginx.conf has no ${from}`)
    return rest.replaceAll(from, to)
  }, text)
}
