import { ROLES } from '../diagnostics/channels'
import type { RolesMessage, RoomRefusal } from '../diagnostics/messages'
import { XmppBoshError } from '../errors/error'
import type { Room } from '../options/role-options'
import type { Holders } from './room-roles'

const FAULTS: Readonly<Record<RoomRefusal, string>> = {
  'not-found': 'does not exist; make it on the server before the app uses it, or correct its address',
  unavailable: 'cannot be asked; see that its service runs and is reached from the domain of the accounts',
  'not-persistent': 'is not persistent: it can vanish, and be made again by any user; make it persistent',
  'not-members-only': 'is not members-only: everyone may enter; make it members-only',
  anonymous: 'is not non-anonymous: its members cannot read who is one; show real addresses to all',
  'other-owners': 'has other owners than the configuration: another user may have made it; look at its list of owners',
  'owners-unread':
    'does not show its owners to its members; leave out `owners`, or use a RoleReader whose account is an owner',
  malformed: 'sent a list that is not complete, or names its members by other than their addresses',
  forbidden: 'shows its lists to others only; make the service account a member (on some servers an owner) of it',
}

/**
 * Reports of the rooms that give no role: each time on channel `passport-xmpp-bosh:roles`, and by a warning of the process
 * the first time for each role and reason.
 */
export class RoomReports {
  readonly #warned = new Set<string>()

  /** Reports that a room gives no role, or that one of its lists does not count. */
  refused({ role, jid }: Room, reason: RoomRefusal): void {
    publish({ event: 'refused', role, room: jid, reason })
    const key = `${role} ${reason}`
    if (this.#warned.has(key)) return
    this.#warned.add(key)
    const text = `role \`${role}\` is given to no account, or not to all: room ${jid} ${FAULTS[reason]}`
    process.emitWarning(text, { type: 'XmppBoshWarning', code: 'XMPP_ROLE_ROOM' })
  }

  /** Reports that a room could not be read. */
  unread({ role, jid }: Room, error: unknown): void {
    publish({ event: 'unread', role, room: jid, code: XmppBoshError.is(error) ? error.code : 'unexpected', error })
  }

  /** Reports the accounts that gained or lost a role from one reading of its room to the next. */
  changed({ role, jid }: Room, before: Holders | undefined, after: Holders): void {
    if (!ROLES.hasSubscribers || !before?.isComplete || !after.isComplete) return
    const granted = [...after.holders].filter(account => !before.holders.has(account))
    const revoked = [...before.holders].filter(account => !after.holders.has(account))
    if (granted.length + revoked.length > 0) publish({ event: 'changed', role, room: jid, granted, revoked })
  }
}

function publish(message: RolesMessage): void {
  if (ROLES.hasSubscribers) ROLES.publish(message)
}
