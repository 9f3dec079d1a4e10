import { types } from 'node:util'
import { XmppBoshError } from '../../errors/error'
import { assertKnown, assertObject, optionalInteger } from '../../options/checks'
import { MAX_ROLE_AGE_MS } from '../../roles/limits'

/**
 * Part of a {@link RoleReader} that {@link requireRole} needs. Every reader is one.
 *
 * @example
 * ```ts
 * import { requireRole, type RoleHolders } from 'passport-xmpp-bosh'
 *
 * // A stub for tests.
 * const reader: RoleHolders<'admins'> = { roles: ['admins'], has: async jid => jid === 'alice@example.com' }
 * export const adminsOnly = requireRole(reader, 'admins')
 * ```
 */
export interface RoleHolders<Role extends string = string> {
  /** names of all roles */
  readonly roles: readonly Role[]
  /** Tells whether an account has a role. Rejects if that is not known now. `maxAge` is the greatest age, in ms. */
  has(jid: string, role: Role, options?: { readonly maxAge?: number }): Promise<boolean>
}

/**
 * Options of {@link requireRole}.
 *
 * @example
 * ```ts
 * import type { RequireRoleOptions } from 'passport-xmpp-bosh'
 *
 * interface AppRequest {
 *   session?: { account?: string }
 * }
 * export const options: RequireRoleOptions<AppRequest> = { jid: req => req.session?.account, maxAge: 0 }
 * ```
 */
export interface RequireRoleOptions<Req = object> {
  /**
   * Returns the bare JID of the account that is signed in, `undefined` if none is.
   *
   * @default req => req.user?.jid
   */
  jid?: (req: Req) => string | undefined
  /**
   * Greatest age of the answer, in ms, from 0 to 60000. 0 asks the room at every request.
   *
   * @default the option of the reader
   */
  maxAge?: number
}

/**
 * Middleware of Express that {@link requireRole} returns.
 *
 * @example
 * ```ts
 * import type { RoleMiddleware } from 'passport-xmpp-bosh'
 *
 * // For tests: everyone may pass.
 * export const adminsOnly: RoleMiddleware = (_req, _res, next) => next()
 * ```
 */
export type RoleMiddleware<Req = object> = (req: Req, res: unknown, next: (error?: unknown) => void) => void

/**
 * Returns a middleware for Express that lets accounts with a role pass. For the others it calls `next` with an
 * {@link XmppBoshError}: `sign-in-required` (401), `role-required` (403), or a fault (503) while the room cannot be read.
 *
 * @param reader a {@link RoleReader}
 * @param role one of its roles
 * @throws {TypeError} if the reader is none or has no such role, or names the unknown or invalid option
 * @example
 * ```ts
 * import type { Express } from 'express'
 * import { type RoleReader, requireRole } from 'passport-xmpp-bosh'
 *
 * export function addAdminPage(app: Express, reader: RoleReader<'admins' | 'staff'>): void {
 *   app.get('/admin', requireRole(reader, 'admins'), (_req, res) => {
 *     res.send('Only admins see this.')
 *   })
 * }
 * ```
 */
export function requireRole<Role extends string, One extends Role, Req = object>(
  reader: RoleHolders<Role>,
  // A type of its own: `Role` comes from the reader alone, so that a misspelt role does not compile.
  role: One,
  options: RequireRoleOptions<Req> = {},
): RoleMiddleware<Req> {
  if (!isReader(reader)) throw new TypeError('the reader must be a RoleReader')
  const { roles } = reader
  if (!roles.includes(role)) throw new TypeError(`the reader has no such role; it has ${roles.join(', ')}`)
  assertObject(options, 'options')
  assertKnown(options, ['jid', 'maxAge'])
  const { jid: jidOf = jidOfUser } = options
  if (typeof jidOf !== 'function') throw new TypeError('option `jid` must be a function')
  const maxAge = optionalInteger(options, 'maxAge', 0, MAX_ROLE_AGE_MS)
  const age = maxAge === undefined ? undefined : { maxAge }
  const refusalOf = async (jid: string) => {
    try {
      const has = await reader.has(jid, role, age)
      return has === true ? undefined : new XmppBoshError('role-required', `the account does not have role \`${role}\``)
    } catch (reason) {
      return faultOf(reason, role)
    }
  }
  return (req, _res, next) => {
    let jid: unknown
    try {
      jid = jidOf(req)
    } catch (thrown) {
      next(errorOf(thrown))
      return
    }
    if (typeof jid === 'string' && jid !== '') void refusalOf(jid).then(refusal => (refusal ? next(refusal) : next()))
    else next(new XmppBoshError('sign-in-required', 'no account is signed in'))
  }
}

function isReader(value: unknown): boolean {
  const { roles, has } = (value ?? {}) as Partial<Record<keyof RoleHolders, unknown>>
  return Array.isArray(roles) && typeof has === 'function'
}

function jidOfUser(req: unknown): string | undefined {
  return (req as { readonly user?: { readonly jid?: string } | null }).user?.jid
}

/** Returns an error of status 503: the visitor may try again. */
function faultOf(reason: unknown, role: string): XmppBoshError {
  if (XmppBoshError.is(reason) && reason.status === 503) return reason
  return new XmppBoshError('ERR_XMPP_UNAVAILABLE', `role \`${role}\` cannot be read now`, { cause: reason })
}

/** Returns a thrown error, or one for any other value: Express goes on after `next(undefined)` and `next('route')`. */
function errorOf(thrown: unknown): Error {
  if (types.isNativeError(thrown)) return thrown
  return new Error('option `jid` threw a value that is not an error', { cause: thrown })
}
