import { join, resolve } from 'node:path'
import { command, type Printed } from './command'
import { freePorts } from './free-ports'

const SETTINGS = {
  ejabberd: {
    path: '/bosh',
    ports: ['BOSH_PORT', 'C2S_PORT', 'S2S_PORT'],
    values: [`CAPTCHA_CMD=${join(__dirname, 'captcha.sh')}`],
  },
  prosody: { path: '/http-bind', ports: ['BOSH_PORT', 'S2S_PORT'], values: [] },
} as const

/** A server that is controlled by the scripts of its folder alone. */
export interface ScriptedServer {
  /** Its BOSH address. */
  readonly url: string
  /** Starts it. With a path, by another configuration than the shipped one. */
  start(configuration?: string): Promise<void>
  /** Calls one of its scripts for its directory, which has to be the first argument. */
  call(script: string, words?: readonly string[], typed?: string): Promise<Printed>
}

/** Prepares a server in a directory, on free ports, with more settings of its start script. */
export async function scripted(
  server: keyof typeof SETTINGS,
  directory: string,
  more: readonly string[] = [],
): Promise<ScriptedServer> {
  const { path, ports, values } = SETTINGS[server]
  const free = await freePorts(ports.length)
  const script = (name: string) => resolve(__dirname, '../../..', server, name)
  return {
    url: `http://127.0.0.1:${free[0]}${path}`,
    async start(configuration) {
      // A test process that dies cannot stop its servers, so they end with it.
      const options = [
        '--while',
        String(process.pid),
        ...(configuration === undefined ? [] : ['--config', configuration]),
      ]
      const settings = [...ports.map((port, n) => `${port}=${free[n]}`), ...values, ...more]
      await command([script('start'), ...options, directory, ...settings])
    },
    call: (name, words = [], typed) => command([script(name), directory, ...words], typed),
  }
}
