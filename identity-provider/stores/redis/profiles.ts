import { isPictureType } from 'passport-xmpp-bosh-login-site/stores/cards/cards'
import type { RedisConnection } from 'passport-xmpp-bosh-login-site/stores/redis-connection'
import type { Profile, Profiles } from '../provider-store'
import { PROFILE } from './keys'

const TEXTS = ['name', 'nickname', 'email'] as const

/** Opens the profiles that several processes share. */
export function redisProfiles(ask: RedisConnection['ask']): Profiles {
  return {
    async put(accountId, profile, ms) {
      const key = PROFILE + accountId
      // At once: a profile without an end would stay for good.
      await ask(client => client.multi().del(key).hSet(key, fieldsOf(profile)).pExpire(key, ms).exec())
    },
    async get(accountId) {
      return profileIn(await ask(client => client.hGetAll(PROFILE + accountId)))
    },
    async forget(accountId) {
      await ask(client => client.del(PROFILE + accountId))
    },
  }
}

function fieldsOf(profile: Profile): Record<string, string> {
  // A hash without a field does not exist, but an empty profile is known to be empty.
  const fields: Record<string, string> = { kept: '1' }
  for (const name of TEXTS) {
    const text = profile[name]
    if (text !== undefined) fields[name] = text
  }
  const { picture } = profile
  return picture ? { ...fields, type: picture.type, picture: picture.bytes.toString('base64') } : fields
}

function profileIn(fields: Record<string, string>): Profile | undefined {
  const { kept, type, picture } = fields
  if (kept === undefined) return undefined
  const texts = TEXTS.flatMap(name => (fields[name] === undefined ? [] : [[name, fields[name]] as const]))
  const hasPicture = isPictureType(type) && picture !== undefined
  return {
    ...Object.fromEntries(texts),
    ...(hasPicture && { picture: { type, bytes: Buffer.from(picture, 'base64') } }),
  }
}
