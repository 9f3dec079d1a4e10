import type { RedisConnection } from '../redis-connection'
import { type Card, type Cards, isPictureType } from './cards'

/** A hash a session, which lives as long as the session does. */
const PREFIX = 'card:'

export const cardKeyOf = (sid: string) => PREFIX + sid

/** Opens the cards of sessions that several processes share. */
export function redisCards(ask: RedisConnection['ask']): Cards {
  return {
    async keep(sid, card, idleMs) {
      const key = cardKeyOf(sid)
      // At once: a card without an end would outlive its session.
      await ask(client => client.multi().del(key).hSet(key, fieldsOf(card)).pExpire(key, idleMs).exec())
    },
    async head(sid) {
      const [name, type] = await ask(client => client.hmGet(cardKeyOf(sid), ['name', 'type']))
      return { name: name ?? undefined, hasPicture: isPictureType(type) }
    },
    async picture(sid) {
      const [type, picture] = await ask(client => client.hmGet(cardKeyOf(sid), ['type', 'picture']))
      return isPictureType(type) && picture ? { type, bytes: Buffer.from(picture, 'base64') } : undefined
    },
    async forget(sids) {
      if (sids.length > 0) await ask(client => client.del(sids.map(cardKeyOf)))
    },
  }
}

function fieldsOf({ name, picture }: Card): Record<string, string> {
  return {
    ...(name !== undefined && { name }),
    ...(picture && { type: picture.type, picture: picture.bytes.toString('base64') }),
  }
}
