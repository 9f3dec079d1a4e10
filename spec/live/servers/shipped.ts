import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { command } from './command'
import { enter } from './debian'
import { launch } from './launch'
import type { LiveServer } from './live-server'

const scripts = resolve(__dirname, '../../../ejabberd')

/** The version of the ejabberd under test, read from its package: the server tells it only after a login. */
const version = installed()

/** True when it believes a peer with a certificate for servers alone, as public authorities issue it. */
export const acceptsServerCertificates = Number(version.split('.')[0]) >= 24

/** True when it knows the options of ejabberd-26.yml. */
export const is26 = Number(version.split('.')[0]) >= 26

export interface ShippedOptions {
  /** A configuration in ejabberd/. */
  readonly config?: 'ejabberd.yml' | 'ejabberd-26.yml'
  /** A file of ejabberd/ whose options are added. */
  readonly include?: 'ejabberd.chat-tokens.yml'
  /** Values of the macros beside the ports, as on the command line of ejabberd/start. */
  readonly values?: Readonly<Record<string, string>>
}

export interface ShippedServer extends Pick<LiveServer, 'url' | 'domain' | 'version' | 'pid' | 'directory' | 'stop'> {
  /** The port of each listener: macro -> port. */
  readonly ports: Readonly<Record<string, string>>
  /** Returns the text of the captcha that was drawn last. */
  captchaText(): Promise<string>
  /** Makes an account with ejabberd/add-user. */
  addUser(username: string, password: string): Promise<void>
  /** Ends the process and keeps its directory. */
  end(): Promise<void>
}

/** Starts an ejabberd with the configuration that operators copy. Only its captchas are easier to read. */
export async function startShipped({
  config = 'ejabberd.yml',
  include,
  values = {},
}: ShippedOptions = {}): Promise<ShippedServer> {
  const morePorts = ['C2S_PORT', 'S2S_PORT', ...(config === 'ejabberd-26.yml' ? ['REGISTER_PORT'] : [])]
  const { origin, pid, directory, ports, stop } = await launch({
    server: 'ejabberd',
    template: join(scripts, config),
    values: {},
    morePorts,
    args: ({ directory, configuration, httpPort, ports }) => [
      ...['--config', configuration, ...(include ? ['--include', join(scripts, include)] : []), directory],
      ...Object.entries({
        BOSH_PORT: httpPort,
        CAPTCHA_CMD: join(__dirname, 'captcha.sh'),
        ...ports,
        ...values,
      }).map(([name, value]) => `${name}=${value}`),
    ],
  })
  return {
    url: `${origin}/bosh`,
    domain: 'localhost',
    version,
    pid,
    directory,
    ports: { ...ports, BOSH_PORT: new URL(origin).port },
    async captchaText() {
      const texts = (await readFile(join(directory, 'captchas'), 'utf8')).trimEnd().split('\n')
      return texts.at(-1) ?? ''
    },
    async addUser(username, password) {
      await command([join(scripts, 'add-user'), directory, username], password)
    },
    async end() {
      await command([join(scripts, 'stop'), directory])
    },
    stop,
  }
}

function installed(): string {
  const [path = '', ...args] = [...enter, 'dpkg-query', '--show', 'ejabberd']
  return execFileSync(path, args, { encoding: 'utf8', timeout: 30_000 }).replace(/^.*\t|-.*$/gs, '')
}
