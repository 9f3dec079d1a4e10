import { connectRedis, type RedisConnection } from 'passport-xmpp-bosh-login-site/stores/redis-connection'
import { isModel, unusedAdapter } from '../models'
import type { AccountEntries, ProviderStore } from '../provider-store'
import { redisAdapter, runOf } from './adapter'
import { redisBindings } from './bindings'
import { GRANTS, INDEX_BOUNDS, type IndexBounds, READY, SESSIONS, UID } from './keys'
import { redisProfiles } from './profiles'
import { END_SESSION, LISTED } from './scripts'

const READY_TTL_MS = 60_000

type Ask = RedisConnection['ask']

/** Opens a store that several processes share. Rejects if Redis cannot be reached at the start. */
export async function openRedisProviderStore(url: string, bounds: IndexBounds = INDEX_BOUNDS): Promise<ProviderStore> {
  const { ask, close } = await connectRedis(url)
  const run = runOf(ask)
  return {
    adapter: model => (isModel(model) ? redisAdapter(ask, model, bounds) : unusedAdapter(model)),
    ofAccount: accountId => ofAccount(ask, accountId),
    async endSession(uid) {
      await run(END_SESSION, [UID + uid], [uid])
    },
    bindings: redisBindings(ask),
    profiles: redisProfiles(ask),
    isReady: () =>
      // A write: a full Redis and a replica answer a PING.
      ask(client => client.set(READY, '1', { expiration: { type: 'PX', value: READY_TTL_MS } })).then(
        () => true,
        () => false,
      ),
    async close() {
      close()
    },
  }
}

async function ofAccount(ask: Ask, accountId: string): Promise<AccountEntries> {
  const run = runOf(ask)
  const [sessions, grants] = await Promise.all([SESSIONS, GRANTS].map(index => run(LISTED, [index + accountId])))
  return { sessions: textsIn(sessions), grants: textsIn(grants) }
}

function textsIn(found: unknown): string[] {
  return Array.isArray(found) ? found.map(String) : []
}
