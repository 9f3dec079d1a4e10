import { randomUUID } from 'node:crypto'
import { Outbox } from '../bosh/standing/outbox'
import { SERVICE_ACCOUNT } from '../diagnostics/channels'
import type { ServiceAccountMessage } from '../diagnostics/messages'
import { XmppBoshError } from '../errors/error'
import { MAX_UNSENT_ANSWERS, STANDING_WAIT_S } from '../limits'
import { Authenticator } from '../login/authenticator'
import { prepareCredentials } from '../login/credentials'
import { type ServiceAccountOptions, serviceAccountSettingsOf } from '../options/service-account-options'
import type { Internals } from '../sessions/bounded-sessions'
import { isStanzaNamespace } from '../stanzas/iq'
import { addAbortListener, removeAbortListener } from '../time/abort-listeners'
import { type Clock, systemClock } from '../time/clock'
import type { AbortSignalLike } from '../time/light-signal'
import { CLIENT } from '../xml/namespaces'
import type { Element } from '../xml/read'
import { element, type Node, write } from '../xml/write'
import type { AccountIq, AccountLike, ServiceAccountState } from './account-like'
import { Asked } from './asked'
import { Connector } from './connector'
import { aborted, closed, sessionLost, unanswered } from './errors'
import { answerTo } from './own-answers'

/**
 * Account of the app on the XMPP server, which stays online: it sends and receives messages over one standing BOSH session.
 * Create one for each process, and share it among all that need it. It connects at once, and again after each loss of the
 * session.
 *
 * @example
 * ```ts
 * import { ServiceAccount } from 'passport-xmpp-bosh'
 *
 * const account = new ServiceAccount({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   username: 'login',
 *   password: 'secret',
 * })
 * await account.ready()
 * console.log(`${account.jid} is online`)
 *
 * await account.close() // when the app stops
 * ```
 */
export class ServiceAccount implements AccountLike {
  /** Bare JID of the account: prepared localpart, `@`, domain as A-labels. */
  readonly jid: string
  /** Option `nickname`. */
  readonly nickname: string | undefined

  readonly #domain: string
  readonly #clock: Clock
  readonly #timeout: number
  readonly #outbox: Outbox
  readonly #asked: Asked
  readonly #connector: Connector
  readonly #listeners = new Set<(message: Element) => void>()

  /**
   * Creates the account and begins to connect. It waits out an outage, and {@link ServiceAccount.ready} tells why the server
   * refuses the account.
   *
   * @param options `service`, `domain`, `username` and `password` are required
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import { ServiceAccount } from 'passport-xmpp-bosh'
   *
   * const account = new ServiceAccount({
   *   service: 'https://xmpp.example.com:5443/bosh',
   *   domain: 'example.com',
   *   username: 'login',
   *   password: 'secret',
   * })
   * ```
   */
  constructor(options: ServiceAccountOptions)
  /** @internal */
  constructor(options: ServiceAccountOptions, internals: Internals)
  constructor(options: ServiceAccountOptions, internals: Internals = {}) {
    const { settings, login, username, password, nickname } = serviceAccountSettingsOf(options)
    const local = localpartOf(() => prepareCredentials(username, password, settings).local)
    const { clock = systemClock } = internals
    this.jid = `${local}@${settings.domain.ascii}`
    this.nickname = nickname
    this.#domain = settings.domain.ascii
    this.#clock = clock
    this.#timeout = settings.timeout
    this.#outbox = new Outbox(clock)
    this.#asked = new Asked(settings.domain, local)
    this.#connector = new Connector({
      jid: this.jid,
      domain: this.#domain,
      credentials: { username, password },
      authenticator: new Authenticator(login, { ...internals, wait: STANDING_WAIT_S }),
      clock,
      outbox: this.#outbox,
      received: stanza => this.#received(stanza),
      lost: reason => this.#asked.giveUpAll(sessionLost(reason)),
    })
  }

  /** State of the account. */
  get state(): ServiceAccountState {
    return this.#connector.state
  }

  /**
   * Resolves when the account is online, at once if it is. Waits out an outage.
   *
   * @param signal ends the wait
   * @throws {XmppBoshError} ERR_XMPP_ACCOUNT while the server refuses the account, ERR_XMPP_ABORTED if `signal` aborts,
   * ERR_XMPP_UNAVAILABLE after `close()`
   * @example
   * ```ts
   * import { ServiceAccount } from 'passport-xmpp-bosh'
   *
   * const account = new ServiceAccount({
   *   service: 'https://xmpp.example.com:5443/bosh',
   *   domain: 'example.com',
   *   username: 'login',
   *   password: 'secret',
   * })
   * await account.ready(AbortSignal.timeout(10_000))
   * ```
   */
  ready(signal?: AbortSignalLike): Promise<void> {
    return this.#connector.ready(signal)
  }

  /**
   * Sends what waits, ends the session and closes the sockets. It loses nothing: the server keeps what arrives from now on
   * until the account is back.
   *
   * @example
   * ```ts
   * import { ServiceAccount } from 'passport-xmpp-bosh'
   *
   * const account = new ServiceAccount({
   *   service: 'https://xmpp.example.com:5443/bosh',
   *   domain: 'example.com',
   *   username: 'login',
   *   password: 'secret',
   * })
   * process.once('SIGTERM', () => account.close())
   * ```
   */
  async close(): Promise<void> {
    await this.#connector.close()
    this.#outbox.close(closed())
    this.#asked.giveUpAll(closed())
  }

  /**
   * Sends a stanza and resolves when the server has it. While the account is not online, the stanza waits. After a loss of
   * the session, a stanza without a receipt is sent again: give it an id, so that the receiver can tell the repeat.
   *
   * @throws {XmppBoshError} ERR_XMPP_BUSY if too much waits; ERR_XMPP_UNAVAILABLE after `close()`, or if it waited too long
   * @internal
   */
  async send(stanza: Node): Promise<void> {
    if (this.state === 'closed') throw closed()
    const { name, attributes, children } = stanza
    const text = write(
      'xmlns' in attributes ? stanza : { name, attributes: { xmlns: CLIENT, ...attributes }, children },
    )
    const sent = this.#outbox.add(text)
    this.#connector.wake()
    return sent
  }

  /**
   * Calls `listener` for each message that arrives, in order. Returns a function that ends that.
   *
   * @internal
   */
  onMessage(listener: (message: Element) => void): () => void {
    // One function that is added twice is called twice.
    const called = (message: Element) => listener(message)
    this.#listeners.add(called)
    return () => void this.#listeners.delete(called)
  }

  /**
   * Sends a request and returns its answer, of type result or error. The answer has the id of the request and comes from
   * the JID that was asked.
   *
   * @throws {XmppBoshError} ERR_XMPP_UNAVAILABLE if the session ends before, ERR_XMPP_TIMEOUT, ERR_XMPP_ABORTED,
   * ERR_XMPP_BUSY
   * @internal
   */
  async ask({ type, to, payload }: AccountIq, signal?: AbortSignalLike): Promise<Element> {
    if (this.state === 'closed') throw closed()
    if (signal?.aborted) throw aborted()
    const id = randomUUID()
    const { answer, giveUp } = this.#asked.answerOf(id, to)
    const abort = () => giveUp(aborted())
    const cancelTimeout = this.#clock.after(this.#timeout, () => giveUp(unanswered(this.#timeout)))
    if (signal) addAbortListener(signal, abort)
    try {
      this.send(element('iq', { type, id, ...(to !== undefined && { to }) }, payload)).catch(giveUp)
      return await answer
    } finally {
      cancelTimeout()
      if (signal) removeAbortListener(signal, abort)
    }
  }

  #received(stanza: Element): void {
    if (!isStanzaNamespace(stanza)) return
    if (stanza.name === 'message') this.#hand(stanza)
    if (stanza.name !== 'iq') return
    this.#asked.take(stanza)
    const answer = answerTo(stanza, this.nickname)
    // Strangers ask as well: their answers must not take the place of messages.
    if (answer && this.#outbox.size < MAX_UNSENT_ANSWERS) this.send(answer).catch(() => {})
  }

  #hand(message: Element): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(message)
      } catch (error) {
        const { jid, state } = this
        const failed: ServiceAccountMessage = { jid, domain: this.#domain, state, code: 'unexpected', error }
        SERVICE_ACCOUNT.publish(failed)
      }
    }
  }
}

/** Returns the localpart of the account, or throws a `TypeError` that names the option. */
function localpartOf(prepared: () => string): string {
  try {
    return prepared()
  } catch (reason) {
    if (!XmppBoshError.is(reason)) throw reason
    throw new TypeError(`option \`username\` or \`password\` names no account: ${reason.message}`)
  }
}
