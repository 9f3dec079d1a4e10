import type { Request } from 'express'
import {
  type Authenticator,
  type LoginContext,
  type Registration,
  type RegistrationForm,
  type RegistrationState,
  XmppBoshError,
} from 'passport-xmpp-bosh'
import { attemptFailed } from '../protection/rate-limits'
import { signIn } from '../sessions/signed-in'
import type { Generations } from '../stores/revocations'

declare module 'express-session' {
  interface SessionData {
    /** what belongs to the sign-up form that was shown last */
    signUp?: RegistrationState
  }
}

/** What a visitor fills in to get an account. */
export interface SignUpForm extends Omit<RegistrationForm, 'state'> {
  /** the field for what the picture says */
  readonly answer: string | null
}

/**
 * What people do with their accounts, for the pages and the API alike. Everything rejects with the library's
 * `XmppBoshError`; what asks for a password is for those who are signed in, and counts a wrong one.
 */
export interface Accounts {
  /** A new form. What belongs to it stays in the session. */
  form(req: Request): Promise<SignUpForm>
  /** Hands the form in that {@link form} gave last, once. Returns the JID. */
  signUp(req: Request, values: unknown): Promise<string>
  /** Ends all other sessions of the account, and gives this one a new id. */
  changePassword(req: Request, password: unknown, newPassword: unknown): Promise<void>
  /** Ends all sessions of the account, this one with its next request. */
  signOutEverywhere(req: Request, password: unknown): Promise<void>
  /** Removes the account, and ends all its sessions. */
  remove(req: Request, password: unknown): Promise<void>
}

export interface AccountsOptions {
  readonly authenticator: Authenticator
  /** `undefined`: nobody can make, change or remove an account here */
  readonly registration: Registration | undefined
  readonly generations: Generations
  readonly forwardClientIp: boolean
}

export function createAccounts({
  authenticator,
  registration,
  generations,
  forwardClientIp,
}: AccountsOptions): Accounts {
  const contextOf = ({ ip }: Request): LoginContext => (forwardClientIp && ip !== undefined ? { clientIp: ip } : {})
  const open = (): Registration => {
    if (registration) return registration
    throw new XmppBoshError('registration-closed', 'this app makes, changes and removes no accounts')
  }
  /** @param generation of the end that this session alone outlives: a later one takes it along */
  const again = (req: Request, user: Express.User, generation: number) =>
    signIn(req, user, { mechanism: req.session.login?.mechanism ?? '', generation })
  const prove = (req: Request, user: Express.User, password: unknown) =>
    counted(req, authenticator.authenticate(credentialsOf(user, password), contextOf(req)))
  return {
    async form(req) {
      const { state, ...form } = await open().form(contextOf(req))
      req.session.signUp = state
      return { ...form, answer: state.answer }
    },
    async signUp(req, values) {
      const { signUp } = req.session
      delete req.session.signUp
      return open().submit(signUp, isFields(values) ? values : {}, contextOf(req))
    },
    async changePassword(req, password, newPassword) {
      const user = signedIn(req)
      const opened = open()
      await prove(req, user, password)
      await opened
        .changePassword(credentialsOf(user, password), textOf(newPassword), contextOf(req))
        .catch(async (reason: unknown) => {
          // Nobody knows then whether the new one counts.
          if (!isRefusal(reason)) await generations.end(user.jid)
          throw reason
        })
      await again(req, user, await generations.end(user.jid))
    },
    async signOutEverywhere(req, password) {
      const user = signedIn(req)
      await prove(req, user, password)
      await generations.end(user.jid)
    },
    async remove(req, password) {
      const user = signedIn(req)
      const opened = open()
      await prove(req, user, password)
      // Before: the JID may be somebody else's at once, so sessions that cannot be ended keep the account.
      const ended = await generations.end(user.jid)
      await opened.remove(credentialsOf(user, password), contextOf(req)).catch(async (reason: unknown) => {
        // The server keeps the account: then whoever asked stays signed in.
        if (isRefusal(reason)) await again(req, user, ended)
        throw reason
      })
      // After: for those that began meanwhile.
      await generations.end(user.jid)
    },
  }
}

function signedIn({ user }: Request): Express.User {
  if (!user) throw new Error('nobody is signed in')
  return user
}

function credentialsOf({ username }: Express.User, password: unknown) {
  return { username, password: textOf(password) }
}

/** What is no text was not typed; an empty one is refused. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** The refusals of a login: the password was wrong, or is as good as wrong. */
export const LOGIN_REFUSALS: readonly string[] = [
  'invalid-credentials',
  'account-disabled',
  'credentials-expired',
  'not-allowed',
]

async function counted<T>({ res }: Request, asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (reason) {
    if (res && LOGIN_REFUSALS.includes(codeOf(reason))) attemptFailed(res)
    throw reason
  }
}

/** The server said no, and did nothing. */
function isRefusal(reason: unknown): boolean {
  return XmppBoshError.is(reason) && !reason.code.startsWith('ERR_XMPP_')
}

function codeOf(reason: unknown): string {
  return XmppBoshError.is(reason) ? reason.code : ''
}
