import type { Room } from '../options/role-options'
import { roomsOf } from '../options/role-options'
import { UsageError } from './usage'

/** Arguments about the rooms of roles, read from the command line. */
export interface RoleArguments {
  /** each room once */
  readonly rooms: readonly Room[]
  /** name of the account without rights; its password is asked for */
  readonly stranger: string | undefined
}

/**
 * Reads the options about the rooms of roles.
 *
 * @throws {UsageError} if an option is invalid, or needs --role
 */
export function rolesIn(values: {
  role?: string[]
  'role-owner'?: string[]
  stranger?: string
}): RoleArguments | undefined {
  const { role: given, 'role-owner': owners, stranger } = values
  if (given === undefined) {
    if (owners !== undefined || stranger !== undefined) throw new UsageError('--role-owner and --stranger need --role')
    return undefined
  }
  if (stranger === '') throw new UsageError('--stranger is empty: give the name of an account without rights')
  const roles = new Map(given.map(pairOf))
  if (roles.size !== given.length) throw new UsageError('two --role have the same name')
  const entries = [...roles].map(([name, room]) => [name, owners === undefined ? room : { room, owners }] as const)
  const rooms = new Map(checked(Object.fromEntries(entries)).map(room => [room.jid, room]))
  return { rooms: [...rooms.values()], stranger }
}

function pairOf(text: string): readonly [name: string, room: string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError('--role needs a name and a room: --role admins=admins@rooms.example.com')
  return [text.slice(0, at), text.slice(at + 1)]
}

/** Checks the rooms like option `roles` of the app. */
function checked(roles: Readonly<Record<string, unknown>>): readonly Room[] {
  try {
    return roomsOf(roles, 'roles')
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(
      '--role needs the name of a role and the bare JID of a room, and --role-owner the bare JID of an account, as option `roles` of the app takes them',
    )
  }
}
