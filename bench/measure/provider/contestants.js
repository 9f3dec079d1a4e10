import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startContestant } from '../../contestants/start.js'
import { DOMAIN, freePorts, PASSWORD, USERS } from '../../servers/instance.js'
import { startChild } from '../child.js'
import { cpuOf } from '../process-cpu.js'
import { CLIENT } from './party.js'

const SERVER = fileURLToPath(new URL('../../../identity-provider/dist/server.js', import.meta.url))
const START_MS = 30_000
/** characters of the log that are kept */
const LOG_TAIL = 2_000

/** Writes the file of clients, and names that of the keys, which the first provider makes. */
export async function filesIn(directory) {
  const clients = join(directory, 'clients.json')
  await writeFile(clients, JSON.stringify([{ ...CLIENT, first_party: true }]), { mode: 0o600 })
  return { clients, keys: join(directory, 'keys.json') }
}

/** The identity provider as in production, behind a proxy that ends TLS. */
export async function identityProvider({ bosh, files, redisUrl, mechanism }) {
  const [port] = await freePorts(1)
  const issuer = 'https://id.example/oidc'
  const child = spawn(process.execPath, [SERVER], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: `${port}`,
      TRUST_PROXY: '127.0.0.1',
      SESSION_SECRET: 'the secret of a bench, which is long enough',
      REDIS_URL: redisUrl,
      OIDC_ISSUER: issuer,
      OIDC_CLIENTS: files.clients,
      OIDC_KEYS: files.keys,
      XMPP_SERVICE: bosh,
      XMPP_DOMAIN: DOMAIN,
      XMPP_MECHANISMS: mechanism,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Its log. The end of it tells why it did not start.
  let log = ''
  child.stderr.setEncoding('utf8').on('data', part => {
    log = (log + part).slice(-LOG_TAIL)
  })
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  await said(child, 'Listening on').catch(reason => {
    throw new Error(`the identity provider does not start: ${log}`, { cause: reason })
  })
  const visitors = await visited({ port, issuer, pid: child.pid })
  return {
    take: visitors.take,
    async stop() {
      await visitors.stop()
      process.off('exit', kill)
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

/** The same oidc-provider with a login that says yes at once. */
export async function plainProvider({ files, redisUrl }) {
  const [port] = await freePorts(1)
  const issuer = `http://127.0.0.1:${port}/oidc`
  const options = { issuer, port, ...files, redisUrl, usernames: USERS }
  const child = await startChild('contestants/plain-provider.js', { args: [JSON.stringify(options)] })
  const visitors = await visited({ port, issuer, pid: child.pid, saysYes: true })
  return {
    take: visitors.take,
    async stop() {
      await visitors.stop()
      await child.stop()
    },
  }
}

/** The login at the XMPP server alone. */
export async function bareLogin({ bosh, mechanism }) {
  const contestant = await startContestant({ module: 'authenticator', mechanism, bind: true }, { bosh })
  return {
    take: ends => measured(contestant.pid, () => contestant.turn(ends)),
    stop: () => contestant.stop(),
  }
}

/** Adds visitors from a process of their own. */
async function visited({ pid, ...provider }) {
  const visitors = await startChild('measure/provider/visitors.js')
  let first = 0
  return {
    take: ends =>
      measured(pid, async () => {
        const taken = await visitors.ask({ ...provider, usernames: USERS, password: PASSWORD, first, ...ends })
        first += taken.right
        return taken
      }),
    stop: () => visitors.stop(),
  }
}

/** Returns ms a sign-in, and ms of CPU of the process `pid`. Throws if a sign-in fails. */
async function measured(pid, take) {
  const before = cpuOf(pid)
  const { right, wrong, failed, failure, elapsed } = await take()
  if (wrong + failed > 0) throw new Error(`${wrong} sign-ins with wrong claims, ${failed} failed: ${failure}`)
  return { time: elapsed / right, cpu: (cpuOf(pid) - before) / right }
}

async function said(child, words) {
  const deadline = AbortSignal.timeout(START_MS)
  let text = ''
  while (!text.includes(words)) {
    const [part] = await Promise.race([once(child.stdout, 'data', { signal: deadline }), once(child, 'exit')])
    if (child.exitCode !== null) throw new Error('the process ended')
    text += part
  }
  child.stdout.resume()
}
