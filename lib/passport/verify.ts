import { VERIFY_DONE_MS } from '../limits'
import type { Profile } from './profile'

/**
 * Callback for the app's answer: an error, a user, or a falsy user with the reason in `info`. Only the first call
 * counts. A string as `info` becomes `{ message: info }`.
 *
 * @example
 * ```ts
 * import { type Profile, Strategy, type VerifyDone } from 'passport-xmpp-bosh'
 *
 * function verify(profile: Profile, done: VerifyDone): void {
 *   if (profile.username === 'mallory') done(null, false, 'Your account is blocked.')
 *   else done(null, { ...profile, isAdmin: profile.username === 'root' })
 * }
 *
 * const strategy = new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }, verify)
 * ```
 */
export type VerifyDone = (error: unknown, user?: object | false | null, info?: object | string) => void

/**
 * Return value of `verify`: a promise of a user, of false or null to refuse the login, or nothing if `done` is called.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that answers by `done` returns nothing
export type VerifyResult = void | Promise<object | false | null | undefined | void>

/**
 * Function that maps the XMPP account to a user of the app, or refuses the login. It calls `done` or returns a promise.
 * A promise of `undefined` is an error unless `done` is called.
 *
 * @example
 * ```ts
 * import { Strategy, type Verify } from 'passport-xmpp-bosh'
 *
 * const users = new Map([['alice@example.com', { id: 1, isLocked: false }]])
 *
 * const verify: Verify = async profile => {
 *   const user = users.get(profile.jid)
 *   return user && !user.isLocked ? user : false
 * }
 *
 * const strategy = new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }, verify)
 * ```
 */
export type Verify = (profile: Profile, done: VerifyDone) => VerifyResult

/**
 * {@link Verify} with the request as first parameter, for option `passReqToCallback: true`.
 *
 * @example
 * ```ts
 * import type { Request } from 'express'
 * import { Strategy, type VerifyWithRequest } from 'passport-xmpp-bosh'
 *
 * const verify: VerifyWithRequest<Request> = async (req, profile) => ({
 *   ...profile,
 *   language: req.acceptsLanguages('en', 'de') || 'en',
 * })
 *
 * const strategy = new Strategy<Request>(
 *   { service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com', passReqToCallback: true },
 *   verify,
 * )
 * ```
 */
export type VerifyWithRequest<Req> = (req: Req, profile: Profile, done: VerifyDone) => VerifyResult

/**
 * Returns `verify` in the form that takes the request; without `verify`, a function that accepts every account.
 *
 * The option decides, never the function's `length`: wrappers (NestJS) hide it.
 */
export function verifierOf<Req>(
  verify: Verify | VerifyWithRequest<Req> | undefined,
  passReqToCallback: boolean,
): VerifyWithRequest<Req> {
  if (verify === undefined) return (_req, profile, done) => done(null, { ...profile })
  if (passReqToCallback) return verify as VerifyWithRequest<Req>
  return (_req, profile, done) => (verify as Verify)(profile, done)
}

const NO_ANSWER =
  '`verify` resolved to undefined and did not call `done`: resolve to a user, or to false or null to refuse the login'

/** Answer of `verify`. A falsy `user` refuses the login. */
interface Verdict {
  user: object | false | null | undefined
  info: object | string | undefined
}

/**
 * Calls `verify` and returns its answer.
 *
 * @throws the error that `verify` throws, rejects with or passes to `done`; an Error if its promise resolves to
 * undefined and `done` is not called in time
 */
export function verdictOf<Req>(verify: VerifyWithRequest<Req>, req: Req, profile: Profile): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    let isDone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const returned: unknown = verify(req, profile, (error, user, info) => {
      isDone = true
      clearTimeout(timer)
      if (error) reject(error)
      else resolve({ user, info })
    })
    if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return
    const settle = (user: unknown) => {
      if (user !== undefined) resolve({ user: user as Verdict['user'], info: undefined })
      // The function may still call `done`. If it does not, it found no user and forgot to return false.
      else if (!isDone) timer = setTimeout(() => reject(new Error(NO_ANSWER)), VERIFY_DONE_MS)
    }
    ;(returned as PromiseLike<unknown>).then(settle, reject)
  })
}

/** Returns `info` as an object: Passport would put a string into a response header. */
export function objectOf(info: object | string | undefined): object {
  if (typeof info === 'string') return { message: info }
  return typeof info === 'object' && info !== null ? info : {}
}
