import type { RedisConnection } from 'passport-xmpp-bosh-login-site/stores/redis-connection'
import { type Adapter, type AdapterPayload, grantOf, lifeOf, type Model } from '../models'
import { GrantEnded, UsedBefore } from '../refusals'
import { ENTRY, type IndexBounds, MEMBERS, UID } from './keys'
import * as scripts from './scripts'

export type Run = (script: string, keys: string[], given?: readonly (string | number)[]) => Promise<unknown>

/** Returns a function that runs scripts. */
export function runOf(ask: RedisConnection['ask']): Run {
  return (script, keys, given = []) =>
    ask(client => client.eval(script, { keys, arguments: given.map(String) }) as Promise<unknown>)
}

/** Opens the adapter of a model. */
export function redisAdapter(ask: RedisConnection['ask'], model: Model, bounds: IndexBounds): Adapter {
  const run = runOf(ask)
  const keyOf = (id: string) => `${ENTRY}${model}:${id}`
  const destroy = async (id: string) => {
    await run(DESTROYS[model] ?? scripts.DESTROY, [keyOf(id)], [id])
  }
  return {
    async upsert(id, payload, expiresIn) {
      const ms = lifeOf(model, expiresIn)
      if (ms <= 0) return destroy(id)
      await save(run, { key: keyOf(id), model, id, payload, ms, bounds })
    },
    async find(id) {
      return payloadOf(await ask(client => client.hmGet(keyOf(id), ['payload', 'consumed'])))
    },
    findByUid: async uid => payloadOf(await run(scripts.FIND_BY_UID, [UID + uid])),
    // Of the device flow, which is off.
    findByUserCode: async () => undefined,
    async consume(id) {
      if ((await run(scripts.CONSUME, [keyOf(id)])) !== 1) throw new UsedBefore(model)
    },
    destroy,
    async revokeByGrantId(grantId) {
      await run(scripts.REVOKE, [MEMBERS + grantId], [grantId])
    },
  }
}

const DESTROYS: Partial<Record<Model, string>> = { Grant: scripts.DESTROY_GRANT, Session: scripts.DESTROY_SESSION }

interface Saved {
  readonly key: string
  readonly model: Model
  readonly id: string
  readonly payload: AdapterPayload
  readonly ms: number
  readonly bounds: IndexBounds
}

async function save(run: Run, { key, model, id, payload, ms, bounds }: Saved): Promise<void> {
  const { accountId = '', uid = '' } = payload
  const given = [JSON.stringify(payload), ms]
  const grantId = grantOf(model, payload)
  if (grantId !== undefined) {
    const keys = [key, `${ENTRY}Grant:${grantId}`, MEMBERS + grantId]
    const isSaved = await run(scripts.SAVE_OF_GRANT, keys, [...given, grantId, bounds.entriesOfGrant])
    if (isSaved !== 1) throw new GrantEnded(model)
  } else if (model === 'Grant') {
    await run(scripts.SAVE_GRANT, [key], [...given, id, accountId, bounds.grantsOfAccount])
  } else if (model === 'Session') {
    await run(scripts.SAVE_SESSION, [key], [...given, id, accountId, bounds.sessionsOfAccount, uid])
  } else {
    await run(scripts.SAVE, [key], given)
  }
}

function payloadOf(found: unknown): AdapterPayload | undefined {
  const [json, consumed] = Array.isArray(found) ? found : []
  if (typeof json !== 'string') return undefined
  return { ...JSON.parse(json), ...(typeof consumed === 'string' && { consumed: Number(consumed) }) }
}
