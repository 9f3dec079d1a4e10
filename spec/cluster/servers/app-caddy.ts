import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Door } from '../visitor'
import { startChild } from './child'
import { stablePorts } from './ports'

/** Caddy in front of the app. Visitors speak https with it. */
export interface AppProxy extends Door {
  stop(): Promise<void>
}

/** Starts Debian's Caddy with a site of a document, on loopback, with a certificate of its own. */
export async function startAppCaddy(site: string, upstream: number): Promise<AppProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'caddy-'))
  const [port = 0] = await stablePorts(1)
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  // Go's parser is stricter than the certificates that other specs build.
  const made = '-x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=127.0.0.1 -days 2'.split(' ')
  const named = ['-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', ...made, ...named, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const tls = `tls ${cert} ${key}`
  const here = [
    ['login.example.com {', `https://127.0.0.1:${port} {\n  ${tls}`],
    ['127.0.0.1:5005', `127.0.0.1:${upstream}`],
  ] as const
  const lines = here.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the site has no ${from}`)
    return text.replace(from, to)
  }, site)
  const file = join(directory, 'Caddyfile')
  const global = `{\n  admin off\n  auto_https off\n  default_sni 127.0.0.1\n  storage file_system ${directory}\n}\n`
  await writeFile(file, global + lines)
  try {
    const child = await startChild({
      path: 'caddy',
      args: ['run', '--config', file, '--adapter', 'caddyfile'],
      env: { HOME: directory },
      ready: /serving initial configuration/,
      end: 'TERM',
    })
    return {
      url: `https://127.0.0.1:${port}`,
      ca: await readFile(cert, 'utf8'),
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
