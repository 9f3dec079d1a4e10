import type { Card, Cards } from './cards'

/** bytes of all cards together; a picture has 48 kB at most */
export const MAX_CARD_BYTES = 32 * 1024 * 1024
/** bytes that an entry takes beside its card */
const ENTRY_BYTES = 256

/**
 * Opens the cards of sessions in this process. When they take too much room, the oldest ones go, and their visitors are shown
 * without a picture. The session store removes the card of each session that it forgets.
 */
export function memoryCards(maxBytes = MAX_CARD_BYTES): Cards {
  const cards = new Map<string, Card>()
  let bytes = 0
  const remove = (sid: string) => {
    const card = cards.get(sid)
    if (card) bytes -= sizeOf(card)
    cards.delete(sid)
  }
  return {
    async keep(sid, card) {
      remove(sid)
      cards.set(sid, card)
      bytes += sizeOf(card)
      for (const [oldest] of cards) {
        if (bytes <= maxBytes) break
        remove(oldest)
      }
    },
    async head(sid) {
      const { name, picture } = cards.get(sid) ?? {}
      return { name, hasPicture: picture !== undefined }
    },
    picture: async sid => cards.get(sid)?.picture,
    async forget(sids) {
      for (const sid of sids) remove(sid)
    },
  }
}

function sizeOf({ name = '', picture }: Card): number {
  return ENTRY_BYTES + 2 * name.length + (picture?.bytes.length ?? 0)
}
