import { randomInt } from 'node:crypto'
import {
  type Conditions,
  CREATION_TERMINATIONS,
  conditionError,
  STREAM_ERRORS,
  TERMINATIONS,
} from '../errors/conditions'
import { protocolError, XmppBoshError } from '../errors/error'
import { type Domain, prepareConfiguredDomain } from '../jid'
import {
  AT_ONCE_MS,
  HOLD,
  MAX_EMPTY_POLLS,
  MAX_EXCHANGES,
  MAX_POLLING_S,
  MAX_SID_LENGTH,
  POLL_PAUSE_MS,
  WAIT_S,
} from '../limits'
import type { Clock } from '../time/clock'
import { type Signal, throwIfAborted } from '../time/light-signal'
import { pause } from '../time/wait'
import { conditionIn } from '../xml/condition'
import { STREAM_CONDITIONS, STREAMS, XBOSH } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import type { Element } from '../xml/read'
import type { Node } from '../xml/write'
import { type Body, readBody, writeBody } from './body'
import type { Reply, Select } from './reply'
import type { Connection, Transport } from './transport'

/** Server of a session and the means to reach it. */
export interface SessionContext {
  readonly transport: Transport
  readonly clock: Clock
  readonly url: URL
  readonly domain: Domain
  readonly clientIp?: string | undefined
}

const NUMBER = /^[0-9]{1,16}$/
const RID_LEAST = 2 ** 31
const RID_MOST = 2 ** 47

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

  private constructor(context: SessionContext, connection: Connection, rid: number, sid: string) {
    this.#context = context
    this.#connection = connection
    this.#rid = rid
    this.#sid = sid
  }

  /**
   * Creates a session on the server (XEP-0124 §7). The session can be terminated from now on. Call {@link accept} to
   * check it before use.
   *
   * @param unsent aborts the creation before the request is sent, while the server knows nothing of the session
   * @throws {XmppBoshError} ERR_XMPP_DOMAIN if the server does not serve the domain, and the errors of every request
   */
  static async create(
    context: SessionContext,
    signal: Signal,
    unsent?: Signal,
  ): Promise<{ session: BoshSession; body: Body }> {
    // XEP-0124 §14.1: the first rid is large and random. Below 2^47, it can grow without reaching 2^53.
    const rid = randomInt(RID_LEAST, RID_MOST)
    // XEP-0124 §7.1, XEP-0206 §3. The prefix must be "xmpp": ejabberd recognizes no other.
    const request = writeBody({
      'xmlns:xmpp': XBOSH,
      content: 'text/xml; charset=utf-8',
      hold: String(HOLD),
      rid: String(rid),
      to: context.domain.wire,
      ver: '1.6',
      wait: String(WAIT_S),
      'xml:lang': 'en',
      'xmpp:version': '1.0',
    })
    const options = { signal, ...(unsent && { unsent }), clientIp: context.clientIp }
    const connection = context.transport.connect(context.url)
    try {
      const body = readBody(await connection.post(request, options))
      const sid = body.attributes.get('sid')
      if (sid && sid.length <= MAX_SID_LENGTH) return { session: new BoshSession(context, connection, rid, sid), body }
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
   * @throws {XmppBoshError} if the reply ends the session, is malformed, or comes from another domain
   */
  accept(body: Body): Reply {
    this.#ended = body.type === 'terminate'
    const { domain } = this.#context
    assertAlive(body, domain, CREATION_TERMINATIONS)
    const from = body.attributes.get('from')
    const isSameDomain =
      from === undefined || from === domain.wire || prepareConfiguredDomain(from)?.ascii === domain.ascii
    if (!isSameDomain) throw protocolError('the server answered for another domain')
    const isPolling = ['wait', 'hold'].some(name => numberOf(body, name) === 0) || numberOf(body, 'requests') === 1
    if (isPolling) this.#pollingSeconds = Math.min(numberOf(body, 'polling') ?? 0, MAX_POLLING_S)
    return body.children
  }

  /**
   * Sends `payload` and waits for its answer.
   *
   * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if no answer arrives within the bounds, and the errors of `select`
   */
  ask<T>(payload: readonly Node[], select: Select<T>, signal: Signal): Promise<T> {
    // Tigase carries out a restart that was sent again a second time, and its features come again with a later reply.
    const selectAfterRepeat: Select<T> = reply => select(reply.filter(child => !isFeatures(child)))
    const isRepeated = this.#connection.repeats > 0
    return this.answer(this.#request(payload, {}, signal), isRepeated ? selectAfterRepeat : select, signal)
  }

  /** Restarts the stream after SASL (XEP-0206 §5) and waits for the answer. */
  restart<T>(select: Select<T>, signal: Signal): Promise<T> {
    const restart = { 'xmlns:xmpp': XBOSH, to: this.#context.domain.wire, 'xml:lang': 'en', 'xmpp:restart': 'true' }
    return this.answer(this.#request([], restart, signal), select, signal)
  }

  /**
   * Waits for the answer in `reply` or in a later reply, which empty requests fetch (XEP-0124 §9, XEP-0206 §4).
   *
   * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if no answer arrives within the bounds, and the errors of `select`
   */
  async answer<T>(reply: Reply | Promise<Reply>, select: Select<T>, signal: Signal): Promise<T> {
    const { clock } = this.#context
    let latest = await reply
    let wasAnsweredAtOnce = false
    for (let polls = 0; ; polls++) {
      const answer = asProtocolError(() => select(latest))
      if (answer !== undefined) return answer
      if (polls === MAX_EMPTY_POLLS) throw protocolError(`the server sent no answer${this.history}`)
      const ms = this.#pollingSeconds * 1000 || (wasAnsweredAtOnce ? POLL_PAUSE_MS : 0)
      if (ms > 0) await pause(clock, ms, signal)
      throwIfAborted(signal)
      const askedAt = clock.now()
      latest = await this.#request([], {}, signal)
      wasAnsweredAtOnce = clock.now() - askedAt < AT_ONCE_MS
    }
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
   */
  async terminate(signal: Signal): Promise<void> {
    try {
      if (this.#ended) return
      this.#ended = true
      await this.#connection.post(this.#body({ type: 'terminate' }), { signal, clientIp: this.#context.clientIp })
    } finally {
      if (!this.#released) this.#connection.release()
      this.#released = true
    }
  }

  async #request(
    payload: readonly Node[],
    attributes: Readonly<Record<string, string>>,
    signal: Signal,
  ): Promise<Reply> {
    if (++this.#requests > MAX_EXCHANGES)
      throw protocolError(`the server did not finish within ${MAX_EXCHANGES} requests`)
    const { clientIp, domain } = this.#context
    const body = readBody(await this.#connection.post(this.#body(attributes, payload), { signal, clientIp }))
    this.#ended = body.type === 'terminate'
    assertAlive(body, domain, TERMINATIONS)
    return body.children
  }

  // XEP-0124 §7.3: every request increments the rid by one.
  #body(attributes: Readonly<Record<string, string>>, payload?: readonly Node[]): string {
    return writeBody({ rid: String(++this.#rid), sid: this.#sid, ...attributes }, payload)
  }
}

// RFC 6120 §4.3.2
function isFeatures({ namespace, name }: Element): boolean {
  return namespace === STREAMS && name === 'features'
}

function numberOf(body: Body, name: string): number | undefined {
  const value = body.attributes.get(name)
  if (value === undefined) return undefined
  if (!NUMBER.test(value)) throw protocolError(`the server sent a malformed "${name}"`)
  return Number(value)
}

function assertAlive(body: Body, domain: Domain, terminations: Conditions): void {
  const streamErrors = body.children.filter(child => child.namespace === STREAMS && child.name === 'error')
  const [streamError] = streamErrors
  if (streamError) {
    const condition = conditionIn(streamError.children, STREAM_CONDITIONS)
    throw endError(STREAM_ERRORS, condition, domain)
  }
  if (body.type === 'terminate') {
    // XEP-0124 §17.2: without a condition the server closed the session normally, but before the work was done.
    throw body.condition === undefined
      ? new XmppBoshError('ERR_XMPP_TERMINATED', 'the server ended the session')
      : endError(terminations, body.condition, domain)
  }
  if (body.type === 'error') throw protocolError('the server reported a failed request')
  if (body.type !== undefined) throw protocolError('the server sent a body of an unknown type')
}

function endError(table: Conditions, condition: string, domain: Domain): XmppBoshError {
  const isUnknownDomain = table.get(condition) === 'ERR_XMPP_DOMAIN'
  return conditionError(
    table,
    'ERR_XMPP_TERMINATED',
    condition,
    isUnknownDomain
      ? `\`domain\` '${domain.wire}' is not served by this server; set option \`domain\``
      : 'the server ended the session',
  )
}
