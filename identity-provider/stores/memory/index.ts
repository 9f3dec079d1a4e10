import { isModel, lifeOf, MODELS, type Model, unusedAdapter } from '../models'
import type { Profile, Profiles, ProviderStore } from '../provider-store'
import { memoryBindings } from './bindings'
import { boundedMap } from './bounded'
import { MemoryEntries } from './entries'

const MAX_PROFILES = 10_000
/** bytes of all profiles together; a picture has 64 KiB at most */
const MAX_PROFILE_BYTES = 32 * 1024 * 1024
/** bytes that an entry takes beside its texts and its picture */
const ENTRY_BYTES = 256

/** Opens a store in this process, for the demo and for specs: not shared, and lost at its end. */
export function openMemoryProviderStore(bounds: Readonly<Record<Model, number>> = MODELS): ProviderStore {
  const entries = new MemoryEntries(bounds)
  return {
    adapter: model => (isModel(model) ? adapterOf(entries, model) : unusedAdapter(model)),
    ofAccount: async accountId => entries.ofAccount(accountId),
    endSession: async uid => entries.endSession(uid),
    bindings: memoryBindings(uid => entries.endSession(uid)),
    profiles: memoryProfiles(),
    isReady: async () => true,
    close: async () => entries.clear(),
  }
}

function adapterOf(entries: MemoryEntries, model: Model): ReturnType<ProviderStore['adapter']> {
  return {
    upsert: async (id, payload, expiresIn) => {
      const ms = lifeOf(model, expiresIn)
      if (ms > 0) entries.upsert(model, id, payload, ms)
      else entries.destroy(model, id)
    },
    find: async id => entries.find(model, id),
    findByUid: async uid => entries.findByUid(uid),
    // Of the device flow, which is off.
    findByUserCode: async () => undefined,
    consume: async id => entries.consume(model, id, Math.floor(Date.now() / 1_000)),
    destroy: async id => entries.destroy(model, id),
    revokeByGrantId: async grantId => entries.revokeByGrantId(grantId),
  }
}

function memoryProfiles(): Profiles {
  let bytes = 0
  const profiles = boundedMap<Profile>(MAX_PROFILES, gone => {
    bytes -= sizeOf(gone)
  })
  return {
    async put(accountId, profile, ms) {
      profiles.delete(accountId)
      profiles.set(accountId, profile, { ttl: ms })
      bytes += sizeOf(profile)
      while (bytes > MAX_PROFILE_BYTES) profiles.pop()
    },
    get: async accountId => profiles.get(accountId),
    async forget(accountId) {
      profiles.delete(accountId)
    },
  }
}

function sizeOf({ name = '', nickname = '', email = '', picture }: Profile): number {
  return ENTRY_BYTES + 2 * (name.length + nickname.length + email.length) + (picture?.bytes.length ?? 0)
}
