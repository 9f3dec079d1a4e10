import { fileURLToPath } from 'node:url'
import { BLOCKED, DOMAIN, freePorts, PASSWORD, packageVersion, startInstance, USERS } from './instance.js'

const CONFIGURATION = fileURLToPath(new URL('ejabberd.yml', import.meta.url))

/**
 * @param {object} options
 * @param {'plain' | 'scram'} options.storage
 * @param {'sha' | 'sha256' | 'sha512'} [options.hash] of scram
 * @param {object} [options.join] another ejabberd; both then form a cluster with its accounts
 */
export async function startEjabberd({ storage, hash = 'sha', join }) {
  const [http, c2s] = await freePorts(2)
  const settings = [`BOSH_PORT=${http}`, `C2S_PORT=${c2s}`, `STORAGE=${storage}`, `HASH=${hash}`]
  const cluster = join ? ['--join', join.directory] : []
  const instance = await startInstance('ejabberd', directory => [
    '--config',
    CONFIGURATION,
    ...cluster,
    directory,
    ...settings,
  ])

  async function command(name, body = {}) {
    const response = await fetch(`http://127.0.0.1:${http}/api/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`ejabberd refused ${name}: ${response.status}`)
    return text
  }

  try {
    for (const user of join ? [] : [...USERS, BLOCKED])
      await command('register', { user, host: DOMAIN, password: PASSWORD })
    const version = await packageVersion('ejabberd', 'ejabberd')
    return {
      ...instance,
      version,
      bosh: `http://127.0.0.1:${http}/bosh`,
      websocket: `ws://127.0.0.1:${http}/ws`,
      tcp: `xmpp://127.0.0.1:${c2s}`,
      /** Returns the number of Erlang processes. An open session has two of them. */
      async processes() {
        // 23.01 answers {"stat":200}, later ones 200.
        return Number(/[0-9]+/.exec(await command('stats', { name: 'processes' }))?.[0])
      },
    }
  } catch (error) {
    await instance.stop()
    throw error
  }
}
