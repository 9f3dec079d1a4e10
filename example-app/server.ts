import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { displayJid } from 'passport-xmpp-bosh'
import { createApp } from './app'
import { type Config, ConfigError, readConfig, toConfigError } from './config'
import { DEMO_USERS, startDemoServer } from './demo-server'
import { createLog } from './operation/log'
import { openStores } from './stores'

/** ms that requests in progress have to finish after a signal to stop */
const STOP_TIMEOUT_MS = 5_000

async function start(): Promise<void> {
  const config = readConfig(process.env)
  const { service, domain } = config.xmpp
  const demo = service ? undefined : await startDemoServer(domain)
  // Closes in reverse order of opening.
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closing.splice(0)) await end()
  }
  if (demo) closing.unshift(() => demo.close())
  try {
    const stores = await openStores(config.redisUrl).catch((reason: Error) => {
      throw new ConfigError(`REDIS_URL names a server that does not answer (${reason.message})`)
    })
    closing.unshift(() => stores.close())
    const xmpp = { ...config.xmpp, service: service ?? demo?.url ?? [] }
    const app = createApp({ ...config, xmpp, stores, log: createLog() })
    closing.unshift(() => app.close())
    const server = createServer(app)
    await listen(server, config)
    closing.unshift(() => finish(server))
    // `once`: a second signal ends the process without waiting.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
    process.stdout.write(`${banner(config, server.address() as AddressInfo)}\n`)
  } catch (reason) {
    await close()
    throw reason
  }
}

async function finish(server: Server): Promise<void> {
  const over = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS)
  await new Promise(resolve => server.close(resolve))
  clearTimeout(over)
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(new ConfigError(`PORT ${port} is already in use on ${host}: set PORT to another one`))
      } else if (error.code === 'EACCES') {
        reject(new ConfigError(`PORT ${port} needs root privileges: set PORT to one above 1023`))
      } else if (error.syscall === 'listen' || error.syscall === 'getaddrinfo') {
        reject(new ConfigError(`HOST ${host} is not an address of this machine (${error.code})`))
      } else reject(error)
    })
    server.listen(port, host, resolve)
  })
}

function banner({ host, xmpp }: Config, { port }: AddressInfo): string {
  const name = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host
  const lines = [`Listening on http://${name.includes(':') ? `[${name}]` : name}:${port}`]
  if (xmpp.service) {
    lines.push(`Accounts: ${displayJid(xmpp.domain)}, by ${xmpp.service.join(', ')}`)
  } else {
    const users = Object.entries(DEMO_USERS).map(([user, password]) => `${user} / ${password}`)
    lines.push(`Accounts: ${displayJid(xmpp.domain)}, by a demo server in this process. User / password:`)
    lines.push(...users.map(line => `  ${line}`))
    lines.push('To use your own server, set XMPP_SERVICE and XMPP_DOMAIN.')
  }
  return lines.join('\n')
}

start().catch((reason: unknown) => {
  const error = toConfigError(reason)
  process.stderr.write(
    error instanceof ConfigError ? `Cannot start: ${error.message}\n` : `${(error as Error).stack}\n`,
  )
  process.exitCode = 1
})
