import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { displayJid } from 'passport-xmpp-bosh'
import { ConfigError } from '../config/readers'
import { type SiteSettings, toConfigError } from '../config/site-config'
import { misspellings, type Names, SITE_NAMES } from '../config/variables'
import { DEMO_USERS, startDemoServer } from '../demo-server'
import type { Site, SiteConfig } from '../parts'
import { openStores, type Stores } from '../stores'
import { finish, listen } from './listen'
import { createLog, type Log } from './log'
import { createMetrics, metricsServer } from './metrics/metrics'

/** Functions that close what was opened. */
export type Closing = Pick<(() => Promise<void>)[], 'unshift'>

/** An app on a login site, for {@link startSite}. */
export interface SiteProgram<Settings extends SiteSettings> {
  /** Reads the settings. @throws {ConfigError} */
  readonly read: () => Settings
  /** Creates the app. A function put at the front of `closing` runs before those that are there already. */
  readonly create: (settings: Settings, config: SiteConfig, closing: Closing) => Site | Promise<Site>
  /** Returns lines for the terminal, after those of the site. @param url address of the app */
  readonly lines: (settings: Settings, url: string) => readonly string[]
  /** default: those of a site alone */
  readonly names?: Names
}

/** Starts an app. A failure is written to the error output and ends the process with code 1. */
export function startSite<Settings extends SiteSettings>(program: SiteProgram<Settings>): void {
  start(program).catch((reason: unknown) => {
    const error = toConfigError(reason)
    process.stderr.write(
      error instanceof ConfigError ? `Cannot start: ${error.message}\n` : `${(error as Error).stack}\n`,
    )
    process.exitCode = 1
  })
}

async function start<Settings extends SiteSettings>(program: SiteProgram<Settings>): Promise<void> {
  const settings = program.read()
  const { service, domain } = settings.xmpp
  const demo = service ? undefined : await startDemoServer(domain, settings)
  // Closes in reverse order of opening.
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closing.splice(0)) await end()
  }
  if (demo) closing.unshift(() => demo.close())
  try {
    const stores = await storesAt(settings.redisUrl)
    closing.unshift(() => stores.close())
    const log = createLog()
    const metrics = settings.metricsAddress && createMetrics()
    closing.unshift(async () => metrics?.close())
    const xmpp = { ...settings.xmpp, service: service ?? demo?.url ?? [] }
    const app = await program.create(
      settings,
      { ...settings, phones: demo?.phones, xmpp, stores, log, metrics },
      closing,
    )
    closing.unshift(() => app.close())
    const server = createServer(app)
    await listen(server, { ...settings, variables: { host: 'HOST', port: 'PORT' } })
    closing.unshift(async () => {
      app.release()
      await finish(server)
    })
    const origin = urlOf(settings.host, server.address() as AddressInfo)
    const url = origin + settings.branding.base
    const lines = [`Listening on ${origin}`, ...accountLines(settings, url), ...program.lines(settings, url)]
    if (settings.metricsAddress && metrics) {
      const measured = metricsServer(metrics, app)
      await listen(measured, { ...settings.metricsAddress, variables: { host: 'METRICS_HOST', port: 'METRICS_PORT' } })
      closing.unshift(() => finish(measured))
      lines.push(`Metrics: ${urlOf(settings.metricsAddress.host, measured.address() as AddressInfo)}/metrics`)
    }
    warnOfSettings(log, program.names)
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

function warnOfSettings(log: Log, names: Names = SITE_NAMES): void {
  for (const { name, meant } of misspellings(process.env, names).doubtful) {
    log.warn({ variable: name }, `${name} is not a variable of this app: did you mean ${meant}?`)
  }
  const { XMPP_SERVICE, XMPP_DOMAIN } = process.env
  if (XMPP_DOMAIN?.trim() && !XMPP_SERVICE?.trim()) {
    log.warn({ variable: 'XMPP_SERVICE' }, 'XMPP_SERVICE is not set: the accounts are those of the demo server')
  }
}

/** Returns the URL of a server on this machine. */
export function urlOf(host: string, { port }: Pick<AddressInfo, 'port'>): string {
  const name = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function accountLines({ xmpp }: SiteSettings, url: string): string[] {
  const domain = displayJid(xmpp.domain)
  if (xmpp.service) return [`Accounts: ${domain}, by ${xmpp.service.join(', ')}`]
  return [
    `Accounts: ${domain}, by a demo server in this process. User / password:`,
    ...Object.entries(DEMO_USERS).map(([user, password]) => `  ${user} / ${password}`),
    `To sign in without a password, open the phone of a user: ${url}/demo/phone`,
  ]
}
