import { Authenticator, type Work } from '../login/authenticator'
import { prepareNewPassword } from '../login/credentials'
import { captchaHostsOf, type RegistrationOptions } from '../options/registration-options'
import { type Settings, settingsOf } from '../options/settings'
import { BoundedSessions, type Internals, type Opened } from '../sessions/bounded-sessions'
import type { LoginContext } from '../sessions/context'
import type { Signal } from '../time/light-signal'
import { element } from '../xml/write'
import { accountIq, assertRemoved, newAccountIq } from './account'
import { filledIn, formOf, type RegistrationForm } from './form'
import { observedCall } from './observed-call'
import { pending, unanswered } from './pending'
import { hasQuestion } from './questions'
import { isOrdinary } from './refusals'
import { assertOffered, request } from './request'
import { assertState, captchaExpired, type RegistrationState } from './state'

/**
 * Client for in-band registration (XEP-0077) with captcha (XEP-0158): creates accounts, changes passwords and removes
 * accounts. Each call opens a BOSH session of its own, with the limits of a login.
 *
 * @example
 * ```ts
 * import { Registration } from 'passport-xmpp-bosh'
 *
 * const registration = new Registration({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
 *
 * // GET /register: show `fields` and `captcha`, keep `state` in the session on the server.
 * const { fields, captcha, state } = await registration.form()
 * // POST /register: submit the visitor's input.
 * const jid = await registration.submit(state, { username: 'bob', password: 'correct horse', ocr: '482913' })
 *
 * await registration.remove({ username: 'bob', password: 'correct horse' })
 * await registration.close() // when the app stops
 * ```
 */
export class Registration {
  readonly #settings: Settings
  readonly #captchaHosts: readonly string[]
  readonly #sessions: BoundedSessions
  readonly #authenticator: Authenticator

  /**
   * Creates a client. It connects at the first call.
   *
   * @param options `service` and `domain` are required; `bind` is always true
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import { Registration } from 'passport-xmpp-bosh'
   *
   * const registration = new Registration({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * const { fields, captcha, state } = await registration.form()
   * ```
   */
  constructor(options: RegistrationOptions)
  /** @internal */
  constructor(options: RegistrationOptions, internals: Internals)
  constructor(given: RegistrationOptions, internals: Internals = {}) {
    const { options, captchaHosts } = captchaHostsOf(given)
    // Only the bound JID proves which account may be changed.
    const bound = { ...options, bind: true }
    const settings = settingsOf(bound)
    // A new password is sent in clear text, as with PLAIN.
    if (settings.endpoints.some(({ safe, mechanisms }) => !safe && !mechanisms.includes('PLAIN'))) {
      throw new TypeError(
        'registration sends passwords in clear text: use https: in option `service`, or name PLAIN in `mechanisms`',
      )
    }
    this.#settings = settings
    this.#captchaHosts = captchaHosts
    this.#sessions = new BoundedSessions(settings, internals)
    this.#authenticator = new Authenticator(bound, this.#sessions)
  }

  /**
   * Requests the sign-up form, with the picture of its captcha (XEP-0077 §3.1). A form with a captcha expires after 115 s.
   *
   * @param context signal, IP address and key of the visitor
   * @throws {XmppBoshError} `registration-closed`, `rate-limited`, or `ERR_XMPP_*`
   * @example
   * ```ts
   * import { Registration } from 'passport-xmpp-bosh'
   *
   * const registration = new Registration({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * const { fields, captcha } = await registration.form({ clientIp: '192.0.2.7' })
   * for (const { name, label = name, required } of fields) console.log(name, label, required)
   * if (captcha?.image) console.log(`data:${captcha.type};base64,${captcha.image.toString('base64')}`)
   * ```
   */
  async form(context: LoginContext = {}): Promise<RegistrationForm> {
    const { domain, endpoints } = this.#settings
    const ask = async ({ endpoint, session, features }: Opened, signal: Signal) => {
      assertOffered(features)
      const get = newAccountIq('get', domain)
      const answer = await request(session, get, signal, pending({ request: 'form' }))
      const [service, now] = [endpoints.indexOf(endpoint), this.#sessions.clock.date()]
      return formOf(answer, { domain, service, now, captchaHosts: this.#captchaHosts })
    }
    return observedCall('form', this.#settings, () => this.#sessions.run(context, ask))
  }

  /**
   * Submits the sign-up form (XEP-0077 §3.1). A captcha accepts one answer, right or wrong: after any refusal by the
   * server, request a new form.
   *
   * @param state state from `form()`; `undefined` if the session lost it
   * @param values input of the visitor under the names of the form's fields; other properties are ignored
   * @param context signal, IP address and key of the visitor
   * @returns the bare JID of the new account
   * @throws {XmppBoshError} `missing-credentials`, `malformed-credentials`, `username-taken`, `weak-password`,
   * `captcha-wrong`, `captcha-expired`, `registration-closed`, `rate-limited`, or `ERR_XMPP_*`
   * @throws {TypeError} if `state` is not a state from `form()`, or belongs to another domain
   * @example
   * ```ts
   * import { Registration, XmppBoshError } from 'passport-xmpp-bosh'
   *
   * const registration = new Registration({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   * const { state } = await registration.form()
   * try {
   *   await registration.submit(state, { username: 'bob', password: 'correct horse', ocr: '482913' })
   * } catch (error) {
   *   if (!XmppBoshError.is(error)) throw error
   *   console.log(error.code, error.status) // username-taken 409: show a new form
   * }
   * ```
   */
  async submit(
    state: RegistrationState | undefined,
    values: Readonly<Record<string, unknown>>,
    context: LoginContext = {},
  ): Promise<string> {
    const { domain, endpoints } = this.#settings
    assertState(state, domain.ascii)
    const isExpired = () => state.expiresAt !== null && this.#sessions.clock.date() >= state.expiresAt
    if (isExpired()) throw captchaExpired()
    const { local, query, ordinary } = filledIn(state, values, this.#settings)
    const question = hasQuestion(state)
    const signUp = pending({ request: 'sign-up', question, ordinary })
    const submit = async ({ session, features }: Opened, signal: Signal) => {
      if (isExpired()) throw captchaExpired()
      assertOffered(features)
      await request(session, newAccountIq('set', domain, query), signal, signUp)
      return `${local}@${domain.ascii}`
    }
    // The question of a form is known only where the form was made.
    const only = question ? endpoints[state.service] : undefined
    const send = () =>
      this.#sessions.run(context, submit, only).catch((reason: unknown) => {
        throw unanswered(reason, signUp)
      })
    return observedCall('submit', this.#settings, send)
  }

  /**
   * Changes the password of an account (XEP-0077 §3.3). Its open sessions continue, on the server and in the app.
   *
   * @param credentials user name or bare JID, and current password
   * @param newPassword new password, as typed
   * @param context signal, IP address and key of the visitor
   * @throws {XmppBoshError} the errors of {@link Authenticator.authenticate}; `weak-password`; `rate-limited`;
   * `registration-closed` if the server does not allow it
   * @example
   * ```ts
   * import { Registration } from 'passport-xmpp-bosh'
   *
   * const registration = new Registration({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * await registration.changePassword({ username: 'alice', password: 'secret' }, 'correct horse')
   * ```
   */
  async changePassword(
    credentials: { username: string; password: string },
    newPassword: string,
    context: LoginContext = {},
  ): Promise<void> {
    const prepared = prepareNewPassword(newPassword) // XEP-0077 §3.3
    const asked = pending({ request: 'password', ordinary: isOrdinary('', prepared) })
    const change: Work<string> = async ({ jid, username }, session, signal) => {
      const children = [element('username', {}, username), element('password', {}, prepared)]
      await request(session, accountIq(this.#settings.domain, username, children), signal, asked)
      return jid
    }
    const login = () =>
      this.#authenticator.authenticated(credentials, context, change).catch((reason: unknown) => {
        throw unanswered(reason, asked)
      })
    await observedCall('changePassword', this.#settings, login)
  }

  /**
   * Removes an account (XEP-0077 §3.2). Afterwards another person can register its name: end the app's sessions of the
   * account first.
   *
   * @param credentials user name or bare JID, and password
   * @param context signal, IP address and key of the visitor
   * @throws {XmppBoshError} the errors of {@link Authenticator.authenticate}; `registration-closed` if the server does not
   * allow it
   * @example
   * ```ts
   * import { Registration } from 'passport-xmpp-bosh'
   *
   * const registration = new Registration({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * await registration.remove({ username: 'alice', password: 'secret' })
   * ```
   */
  async remove(credentials: { username: string; password: string }, context: LoginContext = {}): Promise<void> {
    const removal = pending({ request: 'removal' })
    let account = ''
    const remove: Work<string> = async ({ jid, username }, session, signal) => {
      account = jid
      const set = accountIq(this.#settings.domain, username, [element('remove')]) // XEP-0077 §3.2
      await request(session, set, signal, removal)
      return jid
    }
    // One deadline is for the removal and for the look that may follow it.
    const { clock } = this.#sessions
    const deadlineAt = clock.now() + this.#settings.timeout
    const look = { authenticator: this.#authenticator, credentials, context, clock, deadlineAt }
    const login = () =>
      this.#authenticator.authenticated(credentials, context, remove).catch(async (reason: unknown) => {
        await assertRemoved(reason, removal, look)
        return account
      })
    await observedCall('remove', this.#settings, login)
  }

  /**
   * Rejects the calls in flight and closes the library's own sockets; see {@link Authenticator.close}.
   *
   * @example
   * ```ts
   * import { Registration } from 'passport-xmpp-bosh'
   *
   * const registration = new Registration({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * process.once('SIGTERM', () => registration.close())
   * ```
   */
  close(): Promise<void> {
    return this.#sessions.close()
  }
}
