import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { RoleReader, type RoleReaderLike, type RolesMessage, type ServiceAccount } from 'passport-xmpp-bosh'
import type { RolesConfig } from '../config/roles'
import type { Log } from '../operation/log'

/** The roles of visitors, as the service account reads them in rooms. */
export interface Roles extends RoleReaderLike {
  /** reads for a page that only a role opens: a failure is an error */
  readonly reader: RoleReader
  /** Tells whether a role has a room. */
  has(role: string): boolean
  /** Tells whether an account is in a room at this moment, as the service account is. Rejects if a room cannot be read. */
  hasAny(jid: string): Promise<boolean>
  close(): void
}

export interface RolesOptions {
  readonly rooms: RolesConfig
  /** ms that an answer is used; at most, and by default, a minute: as long a removed member keeps a role */
  readonly maxAge?: number | undefined
  /** a member of each room */
  readonly account: ServiceAccount
  readonly log: Log
}

const CHANNEL = 'passport-xmpp-bosh:roles'
/** ms that a page or a login waits for roles, which it can do without */
const WAIT_MS = 500
/** ms between two lines of the log about the same trouble with a room */
const LOG_AGAIN_MS = 10 * 60 * 1000
/** accounts that a line of the log names */
const MAX_LOGGED = 20

export function createRoles({ rooms, maxAge, account, log }: RolesOptions): Roles {
  const reader = new RoleReader({ account, rooms, ...(maxAge !== undefined && { maxAge }) })
  const listener = logged(log)
  subscribe(CHANNEL, listener)
  return {
    reader,
    // An account that is away, and a room that does not answer, would hold up every page.
    of: async (jid, options) => (account.state === 'online' ? inTime(reader.of(jid, options)) : []),
    has: role => Object.hasOwn(rooms, role),
    async hasAny(jid) {
      if (jid === account.jid) return true
      const held = await Promise.all(reader.roles.map(role => reader.has(jid, role, { maxAge: 0 })))
      return held.includes(true)
    },
    close: () => void unsubscribe(CHANNEL, listener),
  }
}

/** Resolves to no roles if those of an account take too long. The answer then serves the next page. */
async function inTime(roles: Promise<readonly string[]>): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<readonly string[]>(resolve => {
    timer = setTimeout(resolve, WAIT_MS, [])
  })
  return Promise.race([roles, late]).finally(() => clearTimeout(timer))
}

/** Logs which accounts gain and lose a role, and the rooms that give none or cannot be read. */
function logged(log: Log): (message: unknown) => void {
  const told = new Map<string, number>()
  const isNew = (trouble: string) => {
    const now = performance.now()
    if (now - (told.get(trouble) ?? Number.NEGATIVE_INFINITY) < LOG_AGAIN_MS) return false
    told.set(trouble, now)
    return true
  }
  return message => {
    const { event, role, room, reason, code, granted = [], revoked = [] } = message as RolesMessage
    if (event === 'changed')
      log.info({ role, room, granted: few(granted), revoked: few(revoked) }, 'a role changed hands')
    else if (!isNew(`${event} ${role} ${reason ?? code}`)) return
    else if (event === 'refused') log.error({ role, room, reason }, 'a room gives no role')
    else log.warn({ role, room, code }, 'a room cannot be read, and gives no role meanwhile')
  }
}

/** Returns the first accounts of a list, and the number of the others. */
function few(jids: readonly string[]): readonly string[] {
  const shown = jids.slice(0, MAX_LOGGED).map(jid => jid.replace(/[\p{C}\p{Z}]/gu, '?'))
  const more = jids.length - shown.length
  return more > 0 ? [...shown, `${more} more`] : shown
}
