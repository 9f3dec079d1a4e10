import type { Request } from 'express'
import { type Details, type EventName, logEvent, outcomeOf } from '../operation/events'
import { failureOf } from '../operation/failure'
import type { SignOut } from '../sessions/sign-out'
import { type Accounts, isRefusal } from './accounts'
import type { PasswordLogin } from './password-login'
import { AccountHasRole } from './refusals'

/** Logs the outcome of each login. */
export function recordedLogin(logIn: PasswordLogin): PasswordLogin {
  return async (req, res) => {
    const typed: unknown = req.body?.username
    try {
      const refusal = await logIn(req, res)
      if (refusal) logEvent(req, 'login-refused', { outcome: refusal.code, typed })
      else logEvent(req, 'login', { jid: req.user?.jid })
      return refusal
    } catch (reason) {
      logEvent(req, 'login-failed', { outcome: outcomeOf(reason), typed })
      throw reason
    }
  }
}

/** Calls `done` after each login with a password. A login does not fail with it. */
export function thenDone(logIn: PasswordLogin, done: (jid: string) => Promise<void>): PasswordLogin {
  return async (req, res) => {
    const refusal = await logIn(req, res)
    if (!refusal && req.user) await done(req.user.jid).catch((reason: unknown) => void failureOf(reason, req))
    return refusal
  }
}

/** Logs each sign-out. */
export function recordedSignOut(signOut: SignOut): SignOut {
  return async (req, res) => {
    const jid = req.user?.jid
    await signOut(req, res)
    logEvent(req, 'signed-out', { jid })
  }
}

interface Events {
  readonly done: EventName
  readonly refused: EventName
  readonly failed: EventName
}

const SIGN_UP: Events = { done: 'sign-up', refused: 'sign-up-refused', failed: 'sign-up-failed' }
const PASSWORD: Events = { done: 'password-changed', refused: 'password-refused', failed: 'password-failed' }
const REMOVAL: Events = { done: 'account-removed', refused: 'removal-refused', failed: 'removal-failed' }
const SIGN_OUT: Events = { done: 'signed-out-everywhere', refused: 'sign-out-refused', failed: 'sign-out-failed' }

/** Logs the outcome of each operation that creates, changes or removes an account. */
export function recordedAccounts(accounts: Accounts): Accounts {
  return {
    form: req => accounts.form(req),
    async signUp(req, state, values) {
      const typed: unknown = (values as { username?: unknown } | undefined)?.username
      const jid = await orRecorded(req, SIGN_UP, { typed }, () => accounts.signUp(req, state, values))
      logEvent(req, SIGN_UP.done, { jid })
      return jid
    },
    async signInNew(req, values) {
      const isSignedIn = await accounts.signInNew(req, values)
      if (isSignedIn) logEvent(req, 'login', { jid: req.user?.jid })
      return isSignedIn
    },
    changePassword: (req, password, newPassword) =>
      ofSignedIn(req, PASSWORD, () => accounts.changePassword(req, password, newPassword)),
    signOutEverywhere: (req, password) => ofSignedIn(req, SIGN_OUT, () => accounts.signOutEverywhere(req, password)),
    remove: (req, password) => ofSignedIn(req, REMOVAL, () => accounts.remove(req, password)),
  }
}

async function ofSignedIn(req: Request, events: Events, operation: () => Promise<void>): Promise<void> {
  const jid = req.user?.jid
  await orRecorded(req, events, { jid }, operation)
  logEvent(req, events.done, { jid })
}

async function orRecorded<T>(req: Request, events: Events, of: Details, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (reason) {
    const outcome = reason instanceof AccountHasRole ? reason.code : outcomeOf(reason)
    logEvent(req, isRefusal(reason) ? events.refused : events.failed, { ...of, outcome })
    throw reason
  }
}
