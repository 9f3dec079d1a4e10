import type { Request } from 'express'
import { failureOf } from 'passport-xmpp-bosh-login-site/operation/failure'
import type { Cards } from 'passport-xmpp-bosh-login-site/stores/cards/cards'
import { LONGEST_SESSION_MS } from 'passport-xmpp-bosh-login-site/stores/lifetimes'
import type { Profiles } from '../stores/provider-store'

/** Keeps the vCard that the site read at the sign-in, for the claims of tokens: their requests come without a session. */
export type TakeProfile = (req: Request, accountId: string) => Promise<void>

export function profileTaker(cards: Pick<Cards, 'head' | 'picture'>, profiles: Profiles): TakeProfile {
  return async (req, accountId) => {
    // The claims go without it, as the site's pages do.
    await take(cards, profiles, req.sessionID, accountId).catch((reason: unknown) => void failureOf(reason, req))
  }
}

async function take(
  cards: Pick<Cards, 'head' | 'picture'>,
  profiles: Profiles,
  sid: string,
  accountId: string,
): Promise<void> {
  const [{ name, hasPicture }, { email } = {}] = await Promise.all([cards.head(sid), profiles.get(keyOf(sid))])
  const picture = hasPicture ? await cards.picture(sid) : undefined
  // A sign-in with an XMPP app reads no vCard, and an earlier one may have.
  if (name === undefined && picture === undefined && email === undefined) return
  await profiles.put(accountId, { name, picture, email }, LONGEST_SESSION_MS)
}

/** Returns cards that keep the e-mail address of a session as well, until {@link profileTaker} takes it. */
export function cardsWithEmail(cards: Cards, profiles: Profiles): Cards {
  return {
    head: sid => cards.head(sid),
    picture: sid => cards.picture(sid),
    async keep(sid, card, idleMs) {
      await cards.keep(sid, card, idleMs)
      if (card.email !== undefined) await profiles.put(keyOf(sid), { email: card.email }, idleMs)
    },
    async forget(sids) {
      await cards.forget(sids)
      await Promise.all(sids.map(sid => profiles.forget(keyOf(sid))))
    },
  }
}

/** Returns the key of a session among the profiles; that of an account is a URI. */
function keyOf(sid: string): string {
  return `session ${sid}`
}
