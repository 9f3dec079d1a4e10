import type { AuthenticatorOptions } from './authenticator-options'
import { type RoleReaderLike, type Room, roomsOf } from './role-options'

/**
 * Checked options about an account that has logged in.
 *
 * @internal
 */
export interface AccountSettings {
  /** the vCard is read */
  readonly hasProfile: boolean
  /** rooms that are asked on the session of the login, or the reader that is asked in their place */
  readonly roles: { readonly rooms: readonly Room[] } | { readonly reader: RoleReaderLike } | undefined
  readonly requireRole: string | undefined
}

/**
 * Checks options `profile`, `roles` and `requireRole`.
 *
 * @param bind checked option `bind`
 * @throws {TypeError} that names the option
 * @internal
 */
export function accountSettingsOf(options: AuthenticatorOptions, bind: boolean): AccountSettings {
  const { profile, roles: given, requireRole }: { profile?: unknown; roles?: unknown; requireRole?: unknown } = options
  for (const name of ['profile', 'roles', 'requireRole'] as const) {
    if (!bind && options[name] !== undefined) {
      throw new TypeError(
        `option \`${name}\` is not allowed with \`bind: false\`: the account is asked after it is bound`,
      )
    }
  }
  if (profile !== undefined && profile !== 'vcard') throw new TypeError("option `profile` must be 'vcard'")
  const roles = given === undefined ? undefined : rolesOf(given)
  return { hasProfile: profile === 'vcard', roles, requireRole: requiredRoleOf(requireRole, roles) }
}

function rolesOf(value: unknown): AccountSettings['roles'] {
  const isReader = typeof (value as RoleReaderLike | null)?.of === 'function'
  return isReader ? { reader: value as RoleReaderLike } : { rooms: roomsOf(value, 'roles') }
}

function requiredRoleOf(value: unknown, roles: AccountSettings['roles']): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '') throw new TypeError('option `requireRole` must be the name of a role')
  if (!roles) throw new TypeError('option `requireRole` needs option `roles`')
  // A reader of the app's own need not tell its roles.
  const names = 'rooms' in roles ? roles.rooms.map(({ role }) => role) : (roles.reader as { roles?: unknown }).roles
  if (Array.isArray(names) && !names.includes(value)) {
    throw new TypeError('option `requireRole` must be one of the roles of option `roles`')
  }
  return value
}
