import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { displayJid } from 'passport-xmpp-bosh'
import { createApp } from './app'
import { type Config, ConfigError, readConfig, toConfigError } from './config'
import { ADMINS } from './config/roles'
import { misspellings } from './config/variables'
import { DEMO_USERS, startDemoServer } from './demo-server'
import { finish, listen } from './operation/listen'
import { createLog, type Log } from './operation/log'
import { createMetrics, metricsServer } from './operation/metrics/metrics'
import { openStores, type Stores } from './stores'

async function start(): Promise<void> {
  const config = readConfig(process.env)
  const { service, domain } = config.xmpp
  const demo = service ? undefined : await startDemoServer(domain, config)
  // Closes in reverse order of opening.
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closing.splice(0)) await end()
  }
  if (demo) closing.unshift(() => demo.close())
  try {
    const stores = await storesAt(config.redisUrl)
    closing.unshift(() => stores.close())
    const xmpp = { ...config.xmpp, service: service ?? demo?.url ?? [] }
    const log = createLog()
    const metrics = config.metricsAddress && createMetrics()
    closing.unshift(async () => metrics?.close())
    const app = createApp({ ...config, phones: demo?.phones, xmpp, stores, log, metrics })
    closing.unshift(() => app.close())
    const server = createServer(app)
    await listen(server, { ...config, variables: { host: 'HOST', port: 'PORT' } })
    closing.unshift(async () => {
      app.release()
      await finish(server)
    })
    const lines = banner(config, server.address() as AddressInfo)
    if (config.metricsAddress && metrics) {
      const measured = metricsServer(metrics, app)
      await listen(measured, { ...config.metricsAddress, variables: { host: 'METRICS_HOST', port: 'METRICS_PORT' } })
      closing.unshift(() => finish(measured))
      lines.push(`Metrics: ${urlOf(config.metricsAddress.host, measured.address() as AddressInfo)}/metrics`)
    }
    warnOfSettings(log)
    // Not awaited: the XMPP server may come later, and the log says what is wrong.
    void app.xmpp.check()
    // `once`: a second signal ends the process without waiting.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
    process.stdout.write(`${lines.join('\n')}\n`)
  } catch (reason) {
    await close()
    throw reason
  }
}

function storesAt(redisUrl: string | undefined): Promise<Stores> {
  return openStores(redisUrl).catch((reason: Error) => {
    throw new ConfigError(`REDIS_URL names a server that does not answer (${reason.message})`)
  })
}

function warnOfSettings(log: Log): void {
  for (const { name, meant } of misspellings(process.env).doubtful) {
    log.warn({ variable: name }, `${name} is not a variable of this app: did you mean ${meant}?`)
  }
  const { XMPP_SERVICE, XMPP_DOMAIN } = process.env
  if (XMPP_DOMAIN?.trim() && !XMPP_SERVICE?.trim()) {
    log.warn({ variable: 'XMPP_SERVICE' }, 'XMPP_SERVICE is not set: the accounts are those of the demo server')
  }
}

function urlOf(host: string, { port }: AddressInfo): string {
  const name = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function banner({ host, xmpp, branding, roles }: Config, address: AddressInfo): string[] {
  const url = urlOf(host, address) + branding.base
  const lines = [`Listening on ${urlOf(host, address)}`]
  if (xmpp.service) {
    lines.push(`Accounts: ${displayJid(xmpp.domain)}, by ${xmpp.service.join(', ')}`)
  } else {
    const users = Object.entries(DEMO_USERS).map(([user, password]) => `${user} / ${password}`)
    lines.push(`Accounts: ${displayJid(xmpp.domain)}, by a demo server in this process. User / password:`)
    lines.push(...users.map(line => `  ${line}`))
    lines.push(`To sign in without a password, open the phone of a user: ${url}/demo/phone`)
  }
  if (roles) {
    lines.push(
      Object.hasOwn(roles, ADMINS)
        ? `Administration, for ${xmpp.service ? `the role ${ADMINS}` : 'alice'}: ${url}/admin`
        : `There is no page for admins: XMPP_ROLES has no role ${ADMINS}`,
    )
  }
  if (!xmpp.service) lines.push('To use your own server, set XMPP_SERVICE and XMPP_DOMAIN.')
  return lines
}

start().catch((reason: unknown) => {
  const error = toConfigError(reason)
  process.stderr.write(
    error instanceof ConfigError ? `Cannot start: ${error.message}\n` : `${(error as Error).stack}\n`,
  )
  process.exitCode = 1
})
