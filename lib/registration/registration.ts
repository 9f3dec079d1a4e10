import { ACCOUNT_ERRORS, conditionError, FORM_ERRORS, SUBMIT_ERRORS } from '../errors/conditions'
import { XmppBoshError } from '../errors/error'
import { Authenticator } from '../login/authenticator'
import { prepareNewPassword } from '../login/credentials'
import type { AuthenticatorOptions } from '../options/authenticator-options'
import { type Settings, settingsOf } from '../options/settings'
import { BoundedSessions, type Internals, type Opened } from '../sessions/bounded-sessions'
import type { LoginContext } from '../sessions/context'
import { askIq, senders, stanzaErrorOf } from '../stanzas/iq'
import type { Signal } from '../time/light-signal'
import { REGISTER, REGISTER_FEATURE } from '../xml/namespaces'
import { element, type Node } from '../xml/write'
import { filledIn, formOf, type RegistrationForm } from './form'
import { assertState, type RegistrationState } from './state'

/**
 * Makes, changes and removes accounts in band (XEP-0077), behind the server's captcha (XEP-0158). Every call is a BOSH
 * session of its own, with the bounds of a login.
 */
export class Registration {
  readonly #settings: Settings
  readonly #sessions: BoundedSessions
  readonly #authenticator: Authenticator

  /** @throws {TypeError} that names the option */
  constructor(options: AuthenticatorOptions)
  /** @internal */
  constructor(options: AuthenticatorOptions, internals: Internals)
  constructor(options: AuthenticatorOptions, internals: Internals = {}) {
    // Who may change an account is known once it is bound.
    const bound = { ...options, bind: true }
    const settings = settingsOf(bound)
    // A new password has to travel as it is, as with PLAIN.
    if (settings.endpoints.some(({ safe, mechanisms }) => !safe && !mechanisms.includes('PLAIN'))) {
      throw new TypeError(
        'registration sends passwords as they are: use https: for option `service`, or name PLAIN in `mechanisms`',
      )
    }
    this.#settings = settings
    this.#sessions = new BoundedSessions(settings, internals)
    this.#authenticator = new Authenticator(bound, this.#sessions)
  }

  /**
   * Asks for the form, and the captcha's picture with it. The visitor has 115 s for a form that has one.
   *
   * @throws {XmppBoshError} `registration-closed`, `rate-limited`, or `ERR_XMPP_*`
   */
  async form(context: LoginContext = {}): Promise<RegistrationForm> {
    const { domain, endpoints } = this.#settings
    return this.#sessions.run(context, async ({ endpoint, session, features }, signal) => {
      // XEP-0077 §9: who lets people register says so.
      if (!features.children.some(({ name, namespace }) => name === 'register' && namespace === REGISTER_FEATURE)) {
        throw new XmppBoshError('registration-closed', 'the server does not offer registration (XEP-0077) here')
      }
      const get = { type: 'get', to: domain.wire, payload: element('query', { xmlns: REGISTER }) } as const
      const answer = await askIq(session, { ...get, from: senders(domain) }, signal)
      const condition = stanzaErrorOf(answer)
      if (condition !== undefined) {
        throw conditionError(FORM_ERRORS, 'ERR_XMPP_PROTOCOL', condition, 'the server gave out no registration form')
      }
      return formOf(answer, domain, this.#sessions.clock.date(), endpoints.indexOf(endpoint))
    })
  }

  /**
   * Hands the form in. A captcha is good for one answer, right or wrong: after any refusal by the server the next try
   * needs a new form.
   *
   * @param state what `form()` gave; `undefined` when it is gone
   * @param values what the visitor typed, by the names of the form's fields; everything else in it is left alone
   * @returns the bare JID of the new account
   * @throws {XmppBoshError} `missing-credentials`, `malformed-credentials`, `username-taken`, `weak-password`,
   * `captcha-wrong`, `captcha-expired`, `registration-closed`, `rate-limited`, or `ERR_XMPP_*`
   * @throws {TypeError} when `state` is something else
   */
  async submit(
    state: RegistrationState | undefined,
    values: Readonly<Record<string, unknown>>,
    context: LoginContext = {},
  ): Promise<string> {
    const { domain, endpoints } = this.#settings
    assertState(state, domain.ascii)
    const isLate = () => state.expiresAt !== null && this.#sessions.clock.date() >= state.expiresAt
    if (isLate()) throw expired()
    const { local, query } = filledIn(state, values, domain)
    const handIn = async ({ session }: Opened, signal: Signal) => {
      if (isLate()) throw expired()
      const set = { type: 'set', to: domain.wire, payload: query, from: senders(domain) } as const
      const condition = stanzaErrorOf(await askIq(session, set, signal))
      if (condition === undefined) return `${local}@${domain.ascii}`
      if (state.answer !== null && condition === 'not-allowed') {
        throw new XmppBoshError('captcha-wrong', 'the server did not accept the answer to its captcha', { condition })
      }
      throw conditionError(SUBMIT_ERRORS, 'ERR_XMPP_PROTOCOL', condition, 'the server made no account')
    }
    return this.#sessions.run(context, handIn, state.answer === null ? undefined : endpoints[state.service])
  }

  /**
   * Gives an account another password. Sessions of the account stay open, on the server and in the app.
   *
   * @throws {XmppBoshError} what {@link Authenticator.authenticate} throws, `weak-password`, `registration-closed` when
   * the server does not let accounts do this, `rate-limited`
   */
  async changePassword(
    credentials: { username: string; password: string },
    newPassword: string,
    context: LoginContext = {},
  ): Promise<void> {
    const prepared = prepareNewPassword(newPassword)
    // XEP-0077 §3.3
    await this.#authenticator.authenticated(credentials, context, async ({ username }, session, signal) => {
      const children = [element('username', {}, username), element('password', {}, prepared)]
      const set = this.#account(username, children)
      const condition = stanzaErrorOf(await askIq(session, set, signal))
      if (condition !== undefined) throw accountError(condition, 'the server did not change the password')
    })
  }

  /**
   * Removes an account. Its name can then be somebody else's: end the sessions the app has of it first.
   *
   * @throws {XmppBoshError} what {@link Authenticator.authenticate} throws, `registration-closed` when the server does
   * not let accounts do this
   */
  async remove(credentials: { username: string; password: string }, context: LoginContext = {}): Promise<void> {
    let isAsked = false
    // XEP-0077 §3.2
    const removing = this.#authenticator.authenticated(credentials, context, async ({ username }, session, signal) => {
      isAsked = true
      const condition = stanzaErrorOf(await askIq(session, this.#account(username, [element('remove')]), signal))
      if (condition !== undefined) throw accountError(condition, 'the server did not remove the account')
    })
    await removing.catch(async (reason: unknown) => {
      if (!isAsked || !isEndOfAccount(reason) || !(await this.#isRefused(credentials, context))) throw reason
    })
  }

  /** Ends what is in flight and the sockets that are ours; see {@link Authenticator.close}. */
  close(): Promise<void> {
    return this.#sessions.close()
  }

  #account(username: string, children: readonly Node[]) {
    const { domain } = this.#settings
    const payload = element('query', { xmlns: REGISTER }, ...children)
    return { type: 'set', to: domain.wire, payload, from: senders(domain, { local: username }) } as const
  }

  async #isRefused(credentials: { username: string; password: string }, context: LoginContext): Promise<boolean> {
    try {
      await this.#authenticator.authenticate(credentials, context)
      return false
    } catch (reason) {
      if (XmppBoshError.is(reason) && reason.code === 'invalid-credentials') return true
      throw reason
    }
  }
}

// Prosody ends the stream instead of an answer, which says nothing by itself. That the password that was right a moment
// ago is now refused does.
function isEndOfAccount(reason: unknown): boolean {
  const { code, condition } = XmppBoshError.is(reason) ? reason : {}
  return code === 'ERR_XMPP_TERMINATED' && (condition === 'not-authorized' || condition === 'conflict')
}

function accountError(condition: string, message: string): XmppBoshError {
  return conditionError(ACCOUNT_ERRORS, 'ERR_XMPP_PROTOCOL', condition, message)
}

function expired(): XmppBoshError {
  return new XmppBoshError('captcha-expired', 'the captcha was answered too late; a new form is needed')
}
