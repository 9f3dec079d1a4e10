import type { Outbox } from '../bosh/standing/outbox'
import { StandingSession } from '../bosh/standing/standing-session'
import { SERVICE_ACCOUNT, serviceName } from '../diagnostics/channels'
import type { ServiceAccountMessage } from '../diagnostics/messages'
import { XmppBoshError } from '../errors/error'
import type { Authenticator } from '../login/authenticator'
import { addAbortListener, removeAbortListener } from '../time/abort-listeners'
import type { Clock } from '../time/clock'
import { type AbortSignalLike, throwIfAborted } from '../time/light-signal'
import { CLIENT } from '../xml/namespaces'
import type { Element } from '../xml/read'
import { element, write } from '../xml/write'
import type { ServiceAccountState } from './account-like'
import { Backoff } from './backoff'
import { aborted, closed } from './errors'
import { Refusals } from './refusals'

/** Account that is kept online, and its server. */
export interface ConnectorOptions {
  readonly jid: string
  readonly domain: string
  readonly credentials: { readonly username: string; readonly password: string }
  readonly authenticator: Authenticator
  readonly clock: Clock
  readonly outbox: Outbox
  /** gets each element that arrives; it must not throw */
  readonly received: (stanza: Element) => void
  /** called when a session is over: answers to what was asked on it will not come */
  readonly lost: (reason: XmppBoshError) => void
}

// RFC 6121 §4.2. The first presence has a priority that is not negative: only then Prosody gives out what it kept.
const PRESENCE = write(element('presence', { xmlns: CLIENT }, element('priority', {}, '0')))
// An error of another kind is a fault of the library.
const asOwn = (reason: unknown) =>
  XmppBoshError.is(reason) ? reason : new XmppBoshError('ERR_XMPP_PROTOCOL', 'an unexpected error', { cause: reason })

/** Keeps a service account online: logs in, and again after each end of its session. */
export class Connector {
  readonly #options: ConnectorOptions
  readonly #backoff = new Backoff()
  readonly #refusals: Refusals
  readonly #waiters = new Set<{ resolve: () => void; reject: (reason: unknown) => void }>()
  #state: ServiceAccountState = 'connecting'
  /** why the server does not let the account in; `undefined` while that is not known to last */
  #refusal: XmppBoshError | undefined
  #session: StandingSession | undefined
  #closing: Promise<void> | undefined
  #onlineSince = 0
  #cancelRetry = () => {}

  constructor(options: ConnectorOptions) {
    this.#options = options
    this.#refusals = new Refusals(options.jid)
    this.#publish({})
    void this.#logIn()
  }

  get state(): ServiceAccountState {
    return this.#state
  }

  /** Sends what is in the outbox by now. */
  wake(): void {
    this.#session?.wake()
  }

  /** Resolves when the account is online. Rejects while it is refused, and when it is closed or `signal` aborts. */
  ready(signal?: AbortSignalLike): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#state === 'closed') return reject(closed())
      if (signal?.aborted) return reject(aborted())
      if (this.#state === 'online') return resolve()
      if (this.#refusal) return reject(this.#refusal)
      const abort = () => waiter.reject(aborted())
      const settled = () => {
        this.#waiters.delete(waiter)
        if (signal) removeAbortListener(signal, abort)
      }
      const waiter = {
        resolve: () => {
          settled()
          resolve()
        },
        reject: (reason: unknown) => {
          settled()
          reject(reason)
        },
      }
      this.#waiters.add(waiter)
      if (signal) addAbortListener(signal, abort)
    })
  }

  /** Ends the session and the logins. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#state = 'closed'
    this.#cancelRetry()
    this.#publish({})
    for (const waiter of [...this.#waiters]) waiter.reject(closed())
    await this.#session?.close()
    await this.#options.authenticator.close()
  }

  async #logIn(): Promise<void> {
    const { authenticator, credentials, outbox, received } = this.#options
    let session: StandingSession | undefined
    try {
      await authenticator.authenticated(credentials, {}, async (_account, loggedIn, signal) => {
        throwIfAborted(signal)
        // close() ends the session that it knows first, and aborts the logins then.
        if (this.#state === 'closed') throw closed()
        const handedOver = loggedIn.handOver()
        const service = serviceName(handedOver.context.url)
        session = new StandingSession(handedOver, PRESENCE, outbox, {
          received,
          opened: () => this.#online(service),
          ended: reason => this.#ended(reason),
        })
        this.#session = session
      })
    } catch (reason) {
      // The session goes on, if the login was given up just when it was complete.
      if (!session && this.#state !== 'closed') this.#failed(asOwn(reason))
    }
  }

  #online(service: string): void {
    this.#onlineSince = this.#options.clock.now()
    this.#refusals.loggedIn()
    this.#refusal = undefined
    if (this.#state === 'closed') return
    this.#state = 'online'
    this.#publish({ service })
    for (const waiter of [...this.#waiters]) waiter.resolve()
  }

  #ended(reason: XmppBoshError): void {
    const wasOnline = this.#state === 'online'
    this.#session = undefined
    this.#options.lost(reason)
    if (this.#state === 'closed') return
    this.#state = 'connecting'
    const now = this.#options.clock.now()
    this.#refuse(this.#refusals.inSession(reason, now))
    this.#retry(reason, wasOnline ? this.#backoff.afterSession(now - this.#onlineSince) : this.#backoff.afterFailure())
  }

  #failed(reason: XmppBoshError): void {
    this.#refuse(this.#refusals.inLogin(reason))
    this.#retry(reason, this.#backoff.afterFailure())
  }

  #refuse(refusal: XmppBoshError | undefined): void {
    this.#refusal = refusal
    if (refusal) for (const waiter of [...this.#waiters]) waiter.reject(refusal)
  }

  #retry(reason: XmppBoshError, delay: number): void {
    const isRefused = this.#refusal?.code === 'ERR_XMPP_ACCOUNT'
    const retryIn = isRefused ? this.#backoff.afterRefusal() : delay
    const error = this.#refusal ?? reason
    this.#cancelRetry = this.#options.clock.after(retryIn, () => void this.#logIn())
    this.#publish({ code: error.code, error, retryIn })
  }

  #publish(more: Partial<ServiceAccountMessage>): void {
    if (!SERVICE_ACCOUNT.hasSubscribers) return
    const { jid, domain } = this.#options
    SERVICE_ACCOUNT.publish({ jid, domain, state: this.#state, ...more } satisfies ServiceAccountMessage)
  }
}
