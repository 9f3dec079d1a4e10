import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startChild } from '../../cluster/servers/child'
import { stablePorts } from '../../cluster/servers/ports'
import { startApache } from './apache'
import type { Claims, Party, PartyOptions } from './relying-party'
import { startFront } from './tls'

export type { Claims, Party, PartyOptions }

const run = promisify(execFile)
let prepared: Promise<string> | undefined

/** Starts a relying party at an address of loopback of its own: cookies do not know ports. */
export async function startParty(options: PartyOptions): Promise<Party> {
  return options.name === 'apache' ? startApache(options) : startProgram(options)
}

/** Starts a program of docs/identity-provider/relying-parties, behind a proxy that ends TLS. */
async function startProgram({ name, entry, origin, issuer, caFile }: PartyOptions): Promise<Party> {
  prepared ??= run(join(__dirname, 'prepare'), { timeout: 120_000 }).then(({ stdout }) => stdout.trim())
  const [port = 0] = await stablePorts(1)
  const child = await startChild({
    path: process.execPath,
    args: [join(await prepared, `${name}.js`)],
    env: {
      ISSUER: issuer,
      CLIENT_ID: entry.client_id,
      CLIENT_SECRET: entry.client_secret,
      BASE_URL: origin,
      SESSION_SECRET: `the secret that the sessions of ${name} have`,
      PORT: String(port),
      NODE_EXTRA_CA_CERTS: caFile,
    },
    ready: /^Listening on /m,
  })
  const front = await startFront(origin, port).catch(async reason => {
    await child.kill()
    throw reason
  })
  return {
    name,
    entry,
    origin,
    account: `${origin}/account`,
    logout: `${origin}/logout`,
    claimsOn: ({ html }) => JSON.parse(html) as Claims,
    said: () => child.said(),
    async stop() {
      await front.stop()
      await child.kill()
    },
  }
}
