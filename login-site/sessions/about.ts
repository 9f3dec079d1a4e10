import type { Request } from 'express'
import type { RoleReaderLike } from 'passport-xmpp-bosh'
import type { Cards } from '../stores/cards/cards'

/** Facts about a signed-in visitor that are not in the session. */
export interface About {
  /** the name in the vCard */
  readonly name?: string | undefined
  readonly hasPicture: boolean
  /** empty while the rooms cannot be read; `undefined`: there are no roles */
  readonly roles: readonly string[] | undefined
}

export type AboutVisitor = (req: Request) => Promise<About>

const STRANGER: About = { hasPicture: false, roles: undefined }

/** Returns the function that looks a visitor up. */
export function aboutVisitor(cards: Pick<Cards, 'head'>, roles: RoleReaderLike | undefined): AboutVisitor {
  return async ({ user, sessionID }) => {
    if (!user) return STRANGER
    const [head, own] = await Promise.all([cards.head(sessionID), roles?.of(user.jid)])
    return { ...head, roles: own }
  }
}
