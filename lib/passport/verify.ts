import { VERIFY_DONE_MS } from '../limits'
import type { Profile } from './profile'

/** Gives the app's answer: an error, a user, or no user with a reason. Only the first answer counts. */
export type VerifyDone = (error: unknown, user?: object | false | null, info?: object | string) => void

/** An answer, when it is a promise that resolves to a user or to a no; nothing, when `done` gives it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that answers by `done` returns nothing
export type VerifyResult = void | Promise<object | false | null | undefined | void>

/** Maps the XMPP account to a user of the app, or refuses it: by `done`, or by a promise. */
export type Verify = (profile: Profile, done: VerifyDone) => VerifyResult

/** The same with `passReqToCallback: true`. */
export type VerifyWithRequest<Req> = (req: Req, profile: Profile, done: VerifyDone) => VerifyResult

// By the option, never by the function's length: wrappers (NestJS) hide it.
export function verifierOf<Req>(
  verify: Verify | VerifyWithRequest<Req> | undefined,
  passReqToCallback: boolean,
): VerifyWithRequest<Req> {
  if (verify === undefined) return (_req, profile, done) => done(null, { ...profile })
  if (passReqToCallback) return verify as VerifyWithRequest<Req>
  return (_req, profile, done) => (verify as Verify)(profile, done)
}

const NO_ANSWER =
  '`verify` resolved to undefined, and did not call `done`: resolve to a user, or to false or null for nobody'

interface Verdict {
  user: object | false | null | undefined
  info: object | string | undefined
}

export function verdictOf<Req>(verify: VerifyWithRequest<Req>, req: Req, profile: Profile): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    let isDone = false
    let patience: ReturnType<typeof setTimeout> | undefined
    const returned: unknown = verify(req, profile, (error, user, info) => {
      isDone = true
      clearTimeout(patience)
      if (error) reject(error)
      else resolve({ user, info })
    })
    if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return
    const answered = (user: unknown) => {
      if (user !== undefined) resolve({ user: user as Verdict['user'], info: undefined })
      // A promise of nothing is that of a function that answers by `done`, or of one that found nobody and forgot to say so.
      else if (!isDone) patience = setTimeout(() => reject(new Error(NO_ANSWER)), VERIFY_DONE_MS)
    }
    ;(returned as PromiseLike<unknown>).then(answered, reject)
  })
}

// Passport makes a response header of a string.
export function objectOf(info: object | string | undefined): object {
  if (typeof info === 'string') return { message: info }
  return typeof info === 'object' && info !== null ? info : {}
}
