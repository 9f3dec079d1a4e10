import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { codesIn } from '../../docs/blocks'
import { startChild } from './child'

/** Addresses that docs/proxies.md uses, and those that stand for them on this machine. */
export const APP = '127.0.0.2'
export const OTHER = '127.0.0.3'

const PAGE = 'docs/proxies.md'

interface Ports {
  /** port of the proxy, and of the server behind it */
  readonly own: number
  readonly server: number
}

interface Kind {
  /** language of its block in docs/proxies.md; the block is used in the place of `lines` */
  readonly language: string
  /** set when the proxy appends the address of the app */
  readonly appends?: true
  configuration(lines: string, directory: string, port: number): string
  command(file: string): { path: string; args: readonly string[]; ready: RegExp }
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** Debian's proxies, each with the least configuration that the lines of the page need around them. */
export const KINDS: readonly Kind[] = [
  {
    language: 'nginx',
    configuration: (lines, directory, port) => `
      daemon off;
      ${userInfo().uid === 0 ? 'user root;' : ''}
      worker_processes 1;
      pid ${directory}/pid;
      error_log stderr notice;
      events {}
      http {
        access_log off;
        ${TEMPORARY.map(name => `${name}_temp_path ${directory}/${name};`).join(' ')}
        server {
          listen 127.0.0.1:${port};
          ${lines}
        }
      }`,
    command: file => ({ path: 'nginx', args: ['-c', file, '-e', 'stderr'], ready: /start worker process \d/ }),
  },
  {
    language: 'haproxy',
    configuration: (lines, _, port) => `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s

${lines.replace('bind :8080', `bind 127.0.0.1:${port}`)}`,
    command: file => ({ path: 'haproxy', args: ['-W', '-db', '-f', file], ready: /Loading success/ }),
  },
  {
    language: 'caddy',
    appends: true,
    configuration: (lines, directory, port) => `
{
  admin off
  auto_https off
  storage file_system ${directory}
}
${lines.replace('http://:8080', `http://127.0.0.1:${port}`)}`,
    command: file => ({
      path: 'caddy',
      args: ['run', '--config', file, '--adapter', 'caddyfile'],
      ready: /serving initial configuration/,
    }),
  },
]

/** Starts a proxy with the lines of docs/proxies.md, and returns the function that ends it. */
export async function startProxy(kind: Kind, ports: Ports): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'bosh-proxy-'))
  const [block] = codesIn(PAGE, kind.language)
  if (!block) throw new Error(`${PAGE} has no block ${kind.language}`)
  const lines = block.replaceAll('10.0.0.5', APP).replaceAll('127.0.0.1:5280', `127.0.0.1:${ports.server}`)
  const file = join(directory, 'configuration')
  await writeFile(file, `${kind.configuration(lines, directory, ports.own)}\n`)
  try {
    const child = await startChild({ ...kind.command(file), env: { HOME: directory }, end: 'TERM' })
    return async () => {
      await child.kill()
      await rm(directory, { recursive: true, force: true })
    }
  } catch (reason) {
    await rm(directory, { recursive: true, force: true })
    throw reason
  }
}
