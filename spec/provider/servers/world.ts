import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stablePorts } from '../../cluster/servers/ports'
import { startRedis } from '../../cluster/servers/redis'
import { type Chat, type ChatName, startChat } from './chat'
import { type Party, type PartyOptions, startParty } from './party'
import { type ProviderOptions, type RunningProvider, startProvider, startStandIn } from './provider'
import { PAGES, type PartyName, registered } from './registered'
import { CA } from './tls'

/** A provider with parties in front of it. */
export interface PlainWorld {
  readonly provider: RunningProvider
  readonly parties: Readonly<Record<PartyName, Party>>
  stop(): Promise<void>
}

/** The same with the XMPP server behind it. */
export interface World extends PlainWorld {
  readonly chat: Chat
}

/** Waits for something that starts, and stops it at the end. */
type Starting = <Started extends { stop(): Promise<void> }>(starting: Promise<Started>) => Promise<Started>

/** Last number of the first party's address: cookies know hosts, and not ports. */
const FIRST_HOST = 11

/** Starts the identity provider, all that it needs, and parties, by default all of them. */
export function startWorld(name: ChatName, names: readonly PartyName[] = PAGES): Promise<World> {
  return together(async started => {
    const [chat, redis] = await all([started(startChat(name)), started(startRedis())])
    const env = { ...chat.env, REDIS_URL: redis.url }
    return { chat, ...(await startPlainWorld(names, options => startProvider({ ...options, env }), started)) }
  })
}

/** Starts a plain oidc-provider whose login says yes at once, and all parties. */
export function startStandInWorld(): Promise<PlainWorld> {
  return together(started => startPlainWorld(PAGES, startStandIn, started))
}

async function startPlainWorld(
  names: readonly PartyName[],
  start: (options: Omit<ProviderOptions, 'env'>) => Promise<RunningProvider>,
  started: Starting,
) {
  const { path: caFile } = await started(writeAuthority())
  const [port = 0, ...ports] = await stablePorts(1 + names.length)
  const issuer = `https://localhost:${port}/oidc`
  const places = names.map((name, n): PartyOptions => {
    const origin = `https://127.0.0.${FIRST_HOST + PAGES.indexOf(name)}:${ports[n]}`
    return { name, origin, issuer, caFile, entry: registered(name, origin) }
  })
  const provider = await started(start({ issuer, caFile, entries: places.map(({ entry }) => entry) }))
  const parties = await all(places.map(place => started(startParty(place))))
  return { provider, parties: Object.fromEntries(parties.map(party => [party.name, party])) as World['parties'] }
}

async function writeAuthority() {
  const directory = await mkdtemp(join(tmpdir(), 'provider-ca-'))
  // Apache's own processes are those of another user.
  await chmod(directory, 0o755)
  const path = join(directory, 'ca.pem')
  await writeFile(path, CA)
  return { path, stop: () => rm(directory, { recursive: true, force: true }) }
}

/** Gives what starts together one way to stop. Stops what has started when the rest does not. */
async function together<Made>(start: (started: Starting) => Promise<Made>): Promise<Made & { stop(): Promise<void> }> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => void (await all(stops.splice(0).map(end => end())))
  try {
    const made = await start(async starting => {
      const running = await starting
      stops.push(() => running.stop())
      return running
    })
    return { ...made, stop }
  } catch (reason) {
    await stop()
    throw reason
  }
}

/** Awaits all, also when one of them fails. */
async function all<const Promises extends readonly Promise<unknown>[]>(promises: Promises) {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
