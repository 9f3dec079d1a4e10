import { prepareCredentials } from '../login/credentials'
import { type ServiceAccountOptions, serviceAccountSettingsOf } from '../options/service-account-options'
import type { Internals } from '../sessions/bounded-sessions'
import type { AbortSignalLike } from '../time/light-signal'
import type { Element } from '../xml/read'
import type { Node } from '../xml/write'
import type { AccountIq, AccountLike, ServiceAccountState } from './account-like'

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
 *   password: process.env['XMPP_PASSWORD'] ?? '',
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

  /**
   * Creates the account and begins to connect. Attach nothing to it: an outage is waited out, and {@link ServiceAccount.ready}
   * tells why the server refuses the account.
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
   *   password: process.env['XMPP_PASSWORD'] ?? '',
   * })
   * ```
   */
  constructor(options: ServiceAccountOptions)
  /** @internal */
  constructor(options: ServiceAccountOptions, internals: Internals)
  constructor(options: ServiceAccountOptions, _internals: Internals = {}) {
    const { settings, username, password, nickname } = serviceAccountSettingsOf(options)
    const { local } = prepareCredentials(username, password, settings)
    this.jid = `${local}@${settings.domain.ascii}`
    this.nickname = nickname
  }

  /** State of the account. */
  get state(): ServiceAccountState {
    return 'connecting'
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
   *   password: process.env['XMPP_PASSWORD'] ?? '',
   * })
   * await account.ready(AbortSignal.timeout(10_000))
   * ```
   */
  async ready(_signal?: AbortSignalLike): Promise<void> {}

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
   *   password: process.env['XMPP_PASSWORD'] ?? '',
   * })
   * process.once('SIGTERM', () => account.close())
   * ```
   */
  async close(): Promise<void> {}

  /**
   * Sends a stanza and resolves when the server has it. While the account is not online, the stanza waits. After a loss of
   * the session, a stanza without a receipt is sent again: give it an id, so that the receiver can tell the repeat.
   *
   * @throws {XmppBoshError} ERR_XMPP_BUSY if too much waits; ERR_XMPP_UNAVAILABLE after `close()`, or if it waited too long
   * @internal
   */
  async send(_stanza: Node): Promise<void> {}

  /**
   * Calls `listener` for each message that arrives, in order. Returns a function that ends that.
   *
   * @internal
   */
  onMessage(_listener: (message: Element) => void): () => void {
    return () => {}
  }

  /**
   * Sends a request and returns its answer, of type result or error. The answer has the id of the request and comes from
   * the JID that was asked.
   *
   * @throws {XmppBoshError} ERR_XMPP_UNAVAILABLE if the session ends before, ERR_XMPP_TIMEOUT, ERR_XMPP_ABORTED
   * @internal
   */
  async ask(_iq: AccountIq, _signal?: AbortSignalLike): Promise<Element> {
    throw new Error('not yet')
  }
}
