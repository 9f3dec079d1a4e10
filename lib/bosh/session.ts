import { CREATION_TERMINATIONS, TERMINATIONS } from '../errors/conditions'
import { protocolError, type XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { AT_ONCE_MS, MAX_EMPTY_POLLS, MAX_EXCHANGES, MAX_POLLING_S, MAX_SID_LENGTH, POLL_PAUSE_MS } from '../limits'
import type { Clock } from '../time/clock'
import { type Signal, throwIfAborted } from '../time/light-signal'
import { pause } from '../time/wait'
import { XBOSH } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import type { Element } from '../xml/read'
import type { Node } from '../xml/write'
import { type Body, numberOf, writeBody } from './body'
import { assertAlive, assertKnownType } from './checks/alive'
import { answersIn, endOf } from './checks/end'
import { withoutRepeats } from './checks/given-again'
import { assertSameDomain } from './checks/same-domain'
import { requestSession } from './creation'
import { isFeatures, type Reply, type Select } from './reply'
import { type ReplyBounds, readReply } from './reply-bounds'
import { grantedWait } from './standing/granted'
import type { Connection, PostOptions, Transport } from './transport'

/** Server of a session and the means to reach it. */
export interface SessionContext {
  readonly transport: Transport
  readonly clock: Clock
  readonly url: URL
  readonly domain: Domain
  readonly clientIp?: string | undefined
  /** s for which the server may hold a request */
  readonly wait?: number | undefined
}

/** Parts of a session that another class goes on with. */
export interface HandedOver {
  readonly context: SessionContext
  readonly connection: Connection
  readonly sid: string
  /** rid of the last request */
  readonly rid: number
  /** ms for which the server may hold a request */
  readonly waitMs: number
}

/** BOSH session (XEP-0124, XEP-0206) with one request in flight at a time, independent of SASL. */
export class BoshSession {
  readonly #context: SessionContext
  readonly #connection: Connection
  readonly #sid: string
  /** s between empty requests if the server made this a polling session (XEP-0124 §12), else 0 */
  #pollingSeconds = 0
  #rid: number
  #requests = 1
  #ended = false
  #released = false
  /** the error of a reply that has ended the session, and carried the answer that was due as well */
  #end: XmppBoshError | undefined
  /** answers that are passed over if the server gives them again */
  readonly #taken: Element[] = []
  readonly #created: Body

  private constructor(context: SessionContext, connection: Connection, rid: number, sid: string, created: Body) {
    this.#context = context
    this.#connection = connection
    this.#rid = rid
    this.#sid = sid
    this.#created = created
  }

  /**
   * Creates a session on the server (XEP-0124 §7). The session can be terminated from now on. Call {@link accept} to
   * check it before use.
   *
   * @param unsent aborts the creation before the request is sent, while the server knows nothing of the session
   * @throws {XmppBoshError} ERR_XMPP_DOMAIN if the server does not serve the domain, ERR_XMPP_POLICY for a ban, and the
   * errors of every request
   */
  static async create(
    context: SessionContext,
    signal: Signal,
    unsent?: Signal,
  ): Promise<{ session: BoshSession; body: Body }> {
    const connection = context.transport.connect(context.url)
    try {
      const { rid, body } = await requestSession(connection, context, signal, unsent)
      const sid = body.attributes.get('sid')
      if (sid && sid.length <= MAX_SID_LENGTH) {
        return { session: new BoshSession(context, connection, rid, sid, body), body }
      }
      assertAlive(body, context.domain, CREATION_TERMINATIONS)
      throw protocolError('the server did not create a session')
    } catch (reason) {
      connection.release()
      throw reason
    }
  }

  /**
   * Checks the server's reply to the creation (XEP-0124 §7.2) and returns its children, usually the features.
   *
   * @throws {XmppBoshError} if the reply ends the session or is malformed; ERR_XMPP_DOMAIN if it is from another domain
   */
  accept(body: Body): Reply {
    this.#ended = body.type === 'terminate'
    const { domain } = this.#context
    assertAlive(body, domain, CREATION_TERMINATIONS)
    assertSameDomain(body.attributes.get('from'), domain)
    const isPolling = ['wait', 'hold'].some(name => numberOf(body, name) === 0) || numberOf(body, 'requests') === 1
    if (isPolling) this.#pollingSeconds = Math.min(numberOf(body, 'polling') ?? 0, MAX_POLLING_S)
    return body.children
  }

  /**
   * Sends `payload` and waits for its answer.
   *
   * @param bounds of each reply, in place of the usual ones
   * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if no answer arrives within the bounds, and the errors of `select`
   */
  ask<T>(payload: readonly Node[], select: Select<T>, signal: Signal, bounds?: ReplyBounds): Promise<T> {
    // Tigase carries out a restart that was sent again a second time, and its features come again with a later reply.
    const selectAfterRepeat: Select<T> = reply => select(reply.filter(child => !isFeatures(child)))
    const isRepeated = this.#connection.repeats > 0
    const reply = this.#request(payload, {}, signal, bounds)
    return this.answer(reply, isRepeated ? selectAfterRepeat : select, signal, bounds)
  }

  /** Restarts the stream after SASL (XEP-0206 §5) and waits for the answer. */
  restart<T>(select: Select<T>, signal: Signal): Promise<T> {
    // The new stream may offer the same, and its features are the answer.
    const features = this.#taken.findIndex(isFeatures)
    if (features >= 0) this.#taken.splice(features, 1)
    const restart = { 'xmlns:xmpp': XBOSH, to: this.#context.domain.wire, 'xml:lang': 'en', 'xmpp:restart': 'true' }
    return this.answer(this.#request([], restart, signal), select, signal)
  }

  /** Notes an answer that was used. If the server gives it again, to the letter, it is passed over once. */
  took(answer: Element): void {
    this.#taken.push(answer)
  }

  /** Error with which the server ended the session; `undefined` while it lasts. */
  get end(): XmppBoshError | undefined {
    return this.#end
  }

  /**
   * Waits for the answer in `reply` or in a later reply, which empty requests fetch (XEP-0124 §9, XEP-0206 §4). A reply
   * that ends the session is looked into first: the answer may have come with the end.
   *
   * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if no answer arrives within the bounds, the errors of `select`, and the
   * error of the server's end if the answer did not come with it
   */
  async answer<T>(reply: Reply | Promise<Reply>, select: Select<T>, signal: Signal, bounds?: ReplyBounds): Promise<T> {
    const { clock } = this.#context
    let latest = await reply
    let wasAnsweredAtOnce = false
    for (let empties = 0; ; ) {
      const answer = this.#answerIn(latest, select)
      if (answer !== undefined) return answer
      // Replies that hold other stanzas are bounded by MAX_EXCHANGES.
      if (latest.length === 0 && ++empties > MAX_EMPTY_POLLS) {
        const isNew = this.#requests === empties // nothing but the session was asked for
        throw protocolError(`the server sent no ${isNew ? 'features; it may be starting' : 'answer'}${this.history}`)
      }
      const isPart = bounds !== undefined && latest.length > 0
      const ms = this.#pollingSeconds * 1000 || (wasAnsweredAtOnce && !isPart ? POLL_PAUSE_MS : (bounds?.pauseMs ?? 0))
      if (ms > 0) await pause(clock, ms, signal)
      throwIfAborted(signal)
      const askedAt = clock.now()
      latest = await this.#request([], {}, signal, bounds)
      wasAnsweredAtOnce = clock.now() - askedAt < AT_ONCE_MS
    }
  }

  #answerIn<T>(reply: Reply, select: Select<T>): T | undefined {
    try {
      const answer = asProtocolError(() => select(reply))
      if (answer !== undefined || !this.#end) return answer
    } catch (reason) {
      // The server's own reason tells more than an element that stands beside it.
      throw this.#end ?? reason
    }
    throw this.#end
  }

  /** Text for an error message that says if a request was sent again, which some servers do not answer. */
  get history(): string {
    return this.#connection.repeats === 0
      ? ''
      : ' (it had closed a connection without an answer, so a request was sent again)'
  }

  /**
   * Terminates the session (XEP-0124 §13), unless it has ended already, and gives its connection back. Call it once for
   * each session.
   *
   * @param onSocket see {@link PostOptions.onSocket}
   */
  async terminate(signal: Signal, onSocket?: PostOptions['onSocket']): Promise<void> {
    try {
      if (this.#ended) return
      this.#ended = true
      const options = { signal, onSocket, clientIp: this.#context.clientIp, isInSession: true }
      await this.#connection.post(this.#body({ type: 'terminate' }), options)
    } finally {
      if (!this.#released) this.#connection.release()
      this.#released = true
    }
  }

  /**
   * Gives the session away: its requests and its end are those of the caller from now on, who has to release the
   * connection. {@link terminate} does nothing any more.
   *
   * @throws {XmppBoshError} ERR_XMPP_ACCOUNT for a polling session; the error with which the server ended the session
   */
  handOver(): HandedOver {
    if (this.#end) throw this.#end
    const waitMs = grantedWait(this.#created)
    this.#ended = true
    this.#released = true
    return { context: this.#context, connection: this.#connection, sid: this.#sid, rid: this.#rid, waitMs }
  }

  async #request(
    payload: readonly Node[],
    attributes: Readonly<Record<string, string>>,
    signal: Signal,
    bounds?: ReplyBounds,
  ): Promise<Reply> {
    if (this.#end) throw this.#end
    if (++this.#requests > MAX_EXCHANGES)
      throw protocolError(`the server did not finish within ${MAX_EXCHANGES} requests`)
    const { clientIp, domain } = this.#context
    const options = { signal, clientIp, isInSession: true, maxResponseBytes: bounds?.maxBytes }
    const body = readReply(await this.#connection.post(this.#body(attributes, payload), options), bounds)
    this.#ended = body.type === 'terminate'
    this.#end = endOf(body, domain, TERMINATIONS)
    assertKnownType(body)
    return withoutRepeats(answersIn(body), this.#taken)
  }

  // XEP-0124 §7.3: every request increments the rid by one.
  #body(attributes: Readonly<Record<string, string>>, payload?: readonly Node[]): string {
    return writeBody({ rid: String(++this.#rid), sid: this.#sid, ...attributes }, payload)
  }
}
