import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { RoleReader, type RolesMessage, type ServiceAccount } from 'passport-xmpp-bosh'
import type { RolesConfig } from '../config/roles'
import type { Log } from '../operation/log'

/** The roles of visitors, as the service account reads them in rooms. */
export interface Roles {
  /** reads for a page that only a role opens: a failure is an error */
  readonly reader: RoleReader
  /** Returns the roles of an account; none while the rooms cannot be read. It decides what a page links to, and no more. */
  of(jid: string): Promise<readonly string[]>
  /** Tells whether a role has a room. */
  has(role: string): boolean
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
/** ms between two lines of the log about a room that is refused for the same reason */
const LOG_AGAIN_MS = 10 * 60 * 1000

export function createRoles({ rooms, maxAge, account, log }: RolesOptions): Roles {
  const reader = new RoleReader({ account, rooms, ...(maxAge !== undefined && { maxAge }) })
  const listener = refusedRooms(log)
  subscribe(CHANNEL, listener)
  return {
    reader,
    // An account that is away would hold up every page.
    of: async jid => (account.state === 'online' ? reader.of(jid) : []),
    has: role => Object.hasOwn(rooms, role),
    close: () => void unsubscribe(CHANNEL, listener),
  }
}

/** Logs the rooms that give no role whoever asks: one that is open to all, or has other owners. */
function refusedRooms(log: Log): (message: unknown) => void {
  const logged = new Map<string, number>()
  return message => {
    const { room, role, reason } = message as RolesMessage
    const key = `${role} ${reason}`
    if (performance.now() - (logged.get(key) ?? Number.NEGATIVE_INFINITY) < LOG_AGAIN_MS) return
    logged.set(key, performance.now())
    log.error({ room, role, reason }, 'a room gives no role')
  }
}
