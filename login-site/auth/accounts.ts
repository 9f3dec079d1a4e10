import type { Request } from 'express'
import {
  type Account,
  type Authenticator,
  type LoginContext,
  type Registration,
  type RegistrationForm,
  type RegistrationState,
  XmppBoshError,
} from 'passport-xmpp-bosh'
import { failureOf, markOutcomeUnknown } from '../operation/failure'
import { markFailedAttempt } from '../protection/rate-limits'
import { cardOfAccount } from '../sessions/card'
import { endSessionsOf } from '../sessions/end-all'
import { type IsOwn, profileOf } from '../sessions/profile'
import { type SessionStores, signIn } from '../sessions/signed-in'
import { AccountHasRole, LOGIN_REFUSALS } from './refusals'

/** The form a visitor fills in to create an account. */
export interface SignUpForm extends RegistrationForm {
  /** name of the field for the captcha's answer */
  readonly answer: string | null
}

/**
 * The operations on accounts, for the pages and the API. Each rejects with the library's `XmppBoshError`. Those that take
 * a password require a signed-in visitor, and count wrong passwords.
 */
export interface Accounts {
  /** Gets a new form. Its state must not reach the browser as it is. */
  form(req: Request): Promise<SignUpForm>
  /** Submits a form. Returns the JID. */
  signUp(req: Request, state: RegistrationState | undefined, values: unknown): Promise<string>
  /** Signs in to a new account. Resolves to false, after logging the reason, if that fails: the account exists all the same. */
  signInNew(req: Request, values: unknown): Promise<boolean>
  /** Ends all other sessions of the account, and gives this one a new id. */
  changePassword(req: Request, password: unknown, newPassword: unknown): Promise<void>
  /** Ends all sessions of the account; this one ends at its next request. */
  signOutEverywhere(req: Request, password: unknown): Promise<void>
  /** Removes the account, and ends all its sessions. @throws {AccountHasRole} */
  remove(req: Request, password: unknown): Promise<void>
}

export interface AccountsOptions {
  readonly authenticator: Authenticator
  /** `undefined`: accounts cannot be created, changed or removed here */
  readonly registration: Registration | undefined
  readonly stores: SessionStores
  readonly forwardClientIp: boolean
  /** recognizes the accounts of its XMPP server, which checks their passwords */
  readonly isOwn: IsOwn
  /** Tells whether an account has a role; `undefined`: there are no roles. */
  readonly hasRole?: ((jid: string) => Promise<boolean>) | undefined
}

export function createAccounts(options: AccountsOptions): Accounts {
  return new XmppAccounts(options)
}

class XmppAccounts implements Accounts {
  readonly #authenticator: Authenticator
  readonly #registration: Registration | undefined
  readonly #stores: SessionStores
  readonly #forwardClientIp: boolean
  readonly #isOwn: IsOwn
  readonly #hasRole: AccountsOptions['hasRole']

  constructor({ authenticator, registration, stores, forwardClientIp, isOwn, hasRole }: AccountsOptions) {
    this.#authenticator = authenticator
    this.#registration = registration
    this.#stores = stores
    this.#forwardClientIp = forwardClientIp
    this.#isOwn = isOwn
    this.#hasRole = hasRole
  }

  async form(req: Request): Promise<SignUpForm> {
    const form = await this.#openRegistration().form(this.#contextOf(req))
    return { ...form, answer: form.state.answer }
  }

  async signUp(req: Request, state: RegistrationState | undefined, values: unknown): Promise<string> {
    return this.#openRegistration().submit(state, isFields(values) ? values : {}, this.#contextOf(req))
  }

  async signInNew(req: Request, values: unknown): Promise<boolean> {
    const { username, password } = isFields(values) ? values : {}
    const credentials = { username: textOf(username), password: textOf(password) }
    try {
      const revocation = await this.#stores.revocations.latest()
      // Not through Passport: that ends a login when its visitor has left, and a button pressed twice looks like that.
      const account = await this.#authenticator.authenticate(credentials, this.#contextOf(req))
      const { jid, mechanism } = account
      await signIn(this.#stores, req, profileOf(jid), { mechanism, revocation, card: cardOfAccount(account) })
      return true
    } catch (reason) {
      failureOf(reason, req)
      return false
    }
  }

  async changePassword(req: Request, password: unknown, newPassword: unknown): Promise<void> {
    const user = userOf(req)
    const registration = this.#registrationFor(user)
    const account = await this.#verify(req, user, password)
    await registration
      .changePassword(credentialsOf(user, password), textOf(newPassword), this.#contextOf(req))
      .catch(async (reason: unknown) => {
        // It is unknown whether the new password is in force.
        if (!isRefusal(reason)) {
          await endSessionsOf(user.jid, this.#stores)
          endUnknown(req)
        }
        throw reason
      })
    await this.#signInAgain(req, account, await endSessionsOf(user.jid, this.#stores))
  }

  async signOutEverywhere(req: Request, password: unknown): Promise<void> {
    const user = userOf(req)
    // Only its own server can verify the password of another account, and ending a session takes none.
    if (this.#isOwn(user.jid)) await this.#verify(req, user, password)
    await endSessionsOf(user.jid, this.#stores)
  }

  async remove(req: Request, password: unknown): Promise<void> {
    const user = userOf(req)
    const registration = this.#registrationFor(user)
    const account = await this.#verify(req, user, password)
    if (await this.#hasRole?.(user.jid)) throw new AccountHasRole()
    // Before the removal: another person can take the JID at once. If the sessions cannot be ended, the account stays.
    const revocation = await endSessionsOf(user.jid, this.#stores)
    await registration.remove(credentialsOf(user, password), this.#contextOf(req)).catch(async (reason: unknown) => {
      // The server keeps the account, so the visitor stays signed in.
      if (isRefusal(reason)) await this.#signInAgain(req, account, revocation)
      else endUnknown(req)
      throw reason
    })
    // After the removal: ends the sessions that began in the meantime.
    await endSessionsOf(user.jid, this.#stores)
  }

  /** @param revocation the one that this session alone survives; a later one ends it too */
  #signInAgain(req: Request, account: Account, revocation: number): Promise<void> {
    const { mechanism = '', stay = false } = req.session.login ?? {}
    const card = cardOfAccount(account)
    return signIn(this.#stores, req, profileOf(account.jid), { mechanism, revocation, stay, card })
  }

  /** Refuses an account of another server: its name may be that of another person here. */
  #registrationFor({ jid }: Express.User): Registration {
    if (this.#isOwn(jid)) return this.#openRegistration()
    throw new XmppBoshError('registration-closed', 'this app does not change accounts of other servers')
  }

  #openRegistration(): Registration {
    if (this.#registration) return this.#registration
    throw new XmppBoshError('registration-closed', 'this app does not create, change or remove accounts')
  }

  #contextOf({ ip }: Request): LoginContext {
    const key = ip === undefined ? {} : { key: ip }
    // The library refuses a missing address, as for a login: without it, the server would ban this app.
    return this.#forwardClientIp ? { clientIp: ip ?? '', ...key } : key
  }

  async #verify(req: Request, user: Express.User, password: unknown): Promise<Account> {
    try {
      return await this.#authenticator.authenticate(credentialsOf(user, password), this.#contextOf(req))
    } catch (reason) {
      if (req.res && LOGIN_REFUSALS.includes(codeOf(reason))) markFailedAttempt(req.res)
      throw reason
    }
  }
}

/** Ends a request whose outcome is unknown, and whose session is revoked: its page must not look signed in. */
function endUnknown(req: Request): void {
  markOutcomeUnknown(req)
  req.user = undefined
}

function userOf({ user }: Request): Express.User {
  if (!user) throw new Error('the visitor is not signed in')
  return user
}

function credentialsOf({ username }: Express.User, password: unknown) {
  return { username, password: textOf(password) }
}

/** Treats anything but text as empty, which the library refuses. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Tells whether the server or this app refused, and so nothing changed. */
export function isRefusal(reason: unknown): boolean {
  if (reason instanceof AccountHasRole) return true
  return XmppBoshError.is(reason) && !reason.code.startsWith('ERR_XMPP_')
}

function codeOf(reason: unknown): string {
  return XmppBoshError.is(reason) ? reason.code : ''
}
