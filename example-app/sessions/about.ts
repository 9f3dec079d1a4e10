import type { Request } from 'express'
import type { Cards } from '../stores/cards/cards'

/** What the app knows of a signed-in visitor beside the session. */
export interface About {
  /** the name in the vCard */
  readonly name?: string | undefined
  readonly hasPicture: boolean
  /** empty while the rooms cannot be read; `undefined`: there are no roles */
  readonly roles: readonly string[] | undefined
}

export type AboutVisitor = (req: Request) => Promise<About>

/** Part of the roles that pages without a role use. */
interface Roles {
  of(jid: string): Promise<readonly string[]>
}

const STRANGER: About = { hasPicture: false, roles: undefined }

/** Returns the function that looks a visitor up. */
export function aboutVisitor(cards: Pick<Cards, 'head'>, roles: Roles | undefined): AboutVisitor {
  return async ({ user, sessionID }) => {
    if (!user) return STRANGER
    const [head, own] = await Promise.all([cards.head(sessionID), roles?.of(user.jid)])
    return { ...head, roles: own }
  }
}
