import type { AddressInfo } from 'node:net'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'
import { finish } from 'passport-xmpp-bosh-login-site/operation/listen'
import { type Closing, startSite, urlOf } from 'passport-xmpp-bosh-login-site/operation/start'
import type { Client } from '../clients/client'
import type { ProviderSettings } from '../config'
import { program } from '../program'
import { freePort, listenFrom } from './listen'
import { ownClient, withClient } from './own-client'
import { createParty, PATHS, type Party } from './relying-party/app'

/*
 * Starts the provider, an XMPP server unless XMPP_SERVICE names one, and a relying party: a program to sign in to by the
 * provider. It reads the variables of the provider.
 */
start().catch((reason: unknown) => {
  process.stderr.write(`Cannot start: ${(reason as Error).message}\n`)
  process.exitCode = 1
})

async function start(): Promise<void> {
  const { env } = process
  // The issuer names the port, so that it is chosen before the provider listens.
  if (env['PORT']?.trim() === '0') env['PORT'] = String(await freePort(env['HOST']?.trim() || '127.0.0.1'))
  let address = ''
  startSite({
    ...program,
    read() {
      const settings = program.read()
      if (!settings.production) return settings
      throw new ConfigError(
        'the demo is for a trial: without NODE_ENV=production, or by identity-provider/dist/server.js',
      )
    },
    async create(settings, site, closing) {
      const party = await startParty(settings, closing)
      address = party.address
      return program.create({ ...settings, clients: withClient(settings.clients, party.client) }, site, closing)
    },
    lines: (settings, url) => [
      ...program.lines({ ...settings, clients: withClient(settings.clients, ownClient(address)) }, url),
      `Demo app, which signs you in at this issuer: ${address}`,
    ],
  })
}

/** Starts the relying party on a port of its own, so that it is another origin. */
async function startParty(
  { issuer, host, port }: ProviderSettings,
  closing: Closing,
): Promise<{ readonly address: string; readonly client: Client }> {
  let party: Party | undefined
  const server = await listenFrom((req, res) => party?.app(req, res), host, port + 1)
  closing.unshift(() => finish(server))
  const address = urlOf(host, server.address() as AddressInfo)
  const client = ownClient(address)
  const { client_id: clientId, client_secret: clientSecret = '', scope } = client.metadata
  party = createParty({
    issuer: issuer.url,
    clientId,
    clientSecret,
    scope,
    redirectUri: address + PATHS.callback,
    signedOutUri: address + PATHS.signedOut,
    report: text => process.stderr.write(`Demo app: ${text}\n`),
  })
  closing.unshift(async () => party?.close())
  return { address, client }
}
