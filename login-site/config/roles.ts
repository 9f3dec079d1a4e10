import { prepareUsername, RoleReader, type RoleRooms } from 'passport-xmpp-bosh'
import { ConfigError, listOf, textOf } from './readers'
import type { Environment } from './variables'

/** Rooms that stand for roles, by the names of the roles. */
export type RolesConfig = RoleRooms

export interface RolesContext {
  readonly isDemo: boolean
  readonly domain: string
  /** there is a service account, which reads the rooms */
  readonly hasAccount: boolean
}

/** The role that opens the admin page. */
export const ADMINS = 'admins'

const ROLES = 'XMPP_ROLES'
const OWNERS = 'XMPP_ROLE_OWNERS'

/**
 * Reads the rooms. Returns `undefined` for no rooms.
 *
 * @throws {ConfigError}
 * @throws {TypeError} the library's, about a name or an address
 */
export function readRoles(env: Environment, { isDemo, domain, hasAccount }: RolesContext): RolesConfig | undefined {
  const given = filledList(env, ROLES)
  const owners = filledList(env, OWNERS)
  const pairs = given ?? (isDemo ? [`${ADMINS}=${ADMINS}@rooms.${domain}`] : undefined)
  if (!pairs) {
    if (owners) throw new ConfigError(`${ROLES} is required with ${OWNERS}: the rooms that have these owners`)
    return undefined
  }
  if (!hasAccount) {
    throw new ConfigError(`XMPP_CONFIRM_USERNAME is required with ${ROLES}: the service account reads the rooms`)
  }
  const rooms = new Map<string, RolesConfig[string]>()
  for (const pair of pairs) {
    const [role = '', room = '', ...more] = pair.split('=').map(part => part.trim())
    if (!role || !room || more.length > 0) {
      throw new ConfigError(`${ROLES} must be roles with their rooms, such as ${ADMINS}=${ADMINS}@rooms.example.com`)
    }
    if (rooms.has(role)) throw new ConfigError(`${ROLES} must not name a role twice`)
    // A chat service has a domain of its own.
    if (room.includes('@') && prepareUsername(room, { domain }) !== undefined)
      throw new ConfigError(`${ROLES} must name rooms, and ${room} is an account`)
    rooms.set(role, owners ? { room, owners } : room)
  }
  const roles = Object.fromEntries(rooms)
  // Before the demo server makes these rooms. A reader asks nothing until it is asked.
  new RoleReader({ account: NO_ACCOUNT, rooms: roles })
  return roles
}

const NO_ACCOUNT = {
  jid: 'reader@localhost',
  ready: () => Promise.reject(new Error()),
  ask: () => Promise.reject(new Error()),
}

/** Reads a list that has entries if it is there: without owners, a room would not be checked for them. */
function filledList(env: Environment, name: typeof ROLES | typeof OWNERS): string[] | undefined {
  const list = listOf(env, name)
  if (!list && textOf(env, name) !== undefined) throw new ConfigError(`${name} has commas alone`)
  return list
}

/** Reads which data the app asks for at a login beside the password. @throws {ConfigError} */
export function readProfile(env: Environment, isDemo: boolean): 'vcard' | undefined {
  const value = textOf(env, 'XMPP_PROFILE')?.toLowerCase()
  if (value === undefined) return isDemo ? 'vcard' : undefined
  if (value === 'vcard') return value
  if (value === 'off') return undefined
  throw new ConfigError('XMPP_PROFILE must be vcard or off')
}
