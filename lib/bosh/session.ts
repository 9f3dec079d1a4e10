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
import type { Node } from '../xml/write'
import { type Body, readBody, writeBody } from './body'
import type { Reply, Select } from './reply'
import type { Transport } from './transport'

/** How a session reaches its server. */
export interface Wire {
  readonly transport: Transport
  readonly clock: Clock
  readonly url: URL
  readonly domain: Domain
  readonly clientIp?: string | undefined
}

const NUMBER = /^[0-9]{1,16}$/
const RID_LEAST = 2 ** 31
const RID_MOST = 2 ** 47

/** One BOSH session (XEP-0124, XEP-0206) with one request in flight at a time. Knows no SASL. */
export class BoshSession {
  readonly #wire: Wire
  readonly #sid: string
  /** s between empty requests, when the server made this a polling session (XEP-0124 §12) */
  #polling = 0
  #rid: number
  #requests = 1
  #ended = false

  private constructor(wire: Wire, rid: number, sid: string) {
    this.#wire = wire
    this.#rid = rid
    this.#sid = sid
  }

  /**
   * Creates a session. From here on it can be terminated; whether it is good for anything says {@link accept}.
   *
   * @param unsent gives it up as long as the server knows nothing of it
   * @throws {XmppBoshError} ERR_XMPP_DOMAIN when the server does not serve the domain, and whatever can be wrong with a
   * reply
   */
  static async create(wire: Wire, signal: Signal, unsent?: Signal): Promise<{ session: BoshSession; body: Body }> {
    // XEP-0124 §14.1: large and random; 2^47 leaves room below 2^53.
    const rid = randomInt(RID_LEAST, RID_MOST)
    // XEP-0124 §7.1, XEP-0206 §3. The prefix "xmpp" is literal: ejabberd looks for nothing else.
    const request = writeBody({
      'xmlns:xmpp': XBOSH,
      content: 'text/xml; charset=utf-8',
      hold: String(HOLD),
      rid: String(rid),
      to: wire.domain.wire,
      ver: '1.6',
      wait: String(WAIT_S),
      'xml:lang': 'en',
      'xmpp:version': '1.0',
    })
    const options = { signal, ...(unsent && { unsent }), clientIp: wire.clientIp }
    const body = readBody(await wire.transport.post(wire.url, request, options))
    const sid = body.attributes.get('sid')
    if (sid && sid.length <= MAX_SID_LENGTH) return { session: new BoshSession(wire, rid, sid), body }
    assertAlive(body, wire.domain, CREATION_TERMINATIONS)
    throw protocolError('the server made no session')
  }

  /** Checks the answer to the creation; returns what came with it, usually the features (XEP-0124 §7.2). */
  accept(body: Body): Reply {
    this.#ended = body.type === 'terminate'
    const { domain } = this.#wire
    assertAlive(body, domain, CREATION_TERMINATIONS)
    const from = body.attributes.get('from')
    const isOurs = from === undefined || from === domain.wire || prepareConfiguredDomain(from)?.ascii === domain.ascii
    if (!isOurs) {
      throw protocolError('the server answered for another domain')
    }
    const isPolling = ['wait', 'hold'].some(name => numberOf(body, name) === 0) || numberOf(body, 'requests') === 1
    if (isPolling) this.#polling = Math.min(numberOf(body, 'polling') ?? 0, MAX_POLLING_S)
    return body.children
  }

  /**
   * Sends `payload` and waits for its answer.
   *
   * @throws {XmppBoshError} ERR_XMPP_PROTOCOL when there is none within the bounds, and what `select` throws
   */
  ask<T>(payload: readonly Node[], select: Select<T>, signal: Signal): Promise<T> {
    return this.answer(this.#request(payload, {}, signal), select, signal)
  }

  /** XEP-0206 §5: begins a new stream on the session after SASL. */
  restart<T>(select: Select<T>, signal: Signal): Promise<T> {
    const restart = { 'xmlns:xmpp': XBOSH, to: this.#wire.domain.wire, 'xml:lang': 'en', 'xmpp:restart': 'true' }
    return this.answer(this.#request([], restart, signal), select, signal)
  }

  /**
   * Finds the answer in `reply`, which may be on its way, or in one that comes later: empty requests fetch what is still due (XEP-0124 §9,
   * XEP-0206 §4).
   */
  async answer<T>(reply: Reply | Promise<Reply>, select: Select<T>, signal: Signal): Promise<T> {
    const { clock } = this.#wire
    let latest = await reply
    let atOnce = false
    for (let polls = 0; ; polls++) {
      const answer = asProtocolError(() => select(latest))
      if (answer !== undefined) return answer
      if (polls === MAX_EMPTY_POLLS) throw protocolError('the server sent no answer')
      const ms = this.#polling * 1000 || (atOnce ? POLL_PAUSE_MS : 0)
      if (ms > 0) await pause(clock, ms, signal)
      throwIfAborted(signal)
      const askedAt = clock.now()
      latest = await this.#request([], {}, signal)
      atOnce = clock.now() - askedAt < AT_ONCE_MS
    }
  }

  /** XEP-0124 §13: tells the server that the session is over. Does nothing when the server ended it. */
  async terminate(signal: Signal): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    const { transport, url, clientIp } = this.#wire
    await transport.post(url, this.#body({ type: 'terminate' }), { signal, clientIp })
  }

  async #request(
    payload: readonly Node[],
    attributes: Readonly<Record<string, string>>,
    signal: Signal,
  ): Promise<Reply> {
    if (++this.#requests > MAX_EXCHANGES) throw protocolError('the server needs too many requests')
    const { transport, url, clientIp, domain } = this.#wire
    const body = readBody(await transport.post(url, this.#body(attributes, payload), { signal, clientIp }))
    this.#ended = body.type === 'terminate'
    assertAlive(body, domain, TERMINATIONS)
    return body.children
  }

  // XEP-0124 §7.3: rid grows by one with every request
  #body(attributes: Readonly<Record<string, string>>, payload?: readonly Node[]): string {
    return writeBody({ rid: String(++this.#rid), sid: this.#sid, ...attributes }, payload)
  }
}

function numberOf(body: Body, name: string): number | undefined {
  const value = body.attributes.get(name)
  if (value === undefined) return undefined
  if (!NUMBER.test(value)) throw protocolError(`the server sent a malformed "${name}"`)
  return Number(value)
}

function assertAlive(body: Body, domain: Domain, terminations: Conditions): void {
  const streamErrors = body.children.filter(child => child.namespace === STREAMS && child.name === 'error')
  // RFC 6120 §4.9.2: one defined condition, and possibly a text
  const [streamError] = streamErrors
  if (streamError) {
    const condition = conditionIn(streamError.children, STREAM_CONDITIONS)
    throw ended(STREAM_ERRORS, condition, domain)
  }
  if (body.type === 'terminate') {
    // XEP-0124 §17.2; without a condition the server closed in good order, but too early for us
    throw body.condition === undefined
      ? new XmppBoshError('ERR_XMPP_TERMINATED', 'the server ended the session')
      : ended(terminations, body.condition, domain)
  }
  if (body.type === 'error') throw protocolError('the server reports a failed request')
  if (body.type !== undefined) throw protocolError('the server sent a body of unknown type')
}

function ended(table: Conditions, condition: string, domain: Domain): XmppBoshError {
  const isDomain = table.get(condition) === 'ERR_XMPP_DOMAIN'
  return conditionError(
    table,
    'ERR_XMPP_TERMINATED',
    condition,
    isDomain
      ? `\`domain\` '${domain.wire}' is not served by this server; set option \`domain\``
      : 'the server ended the session',
  )
}
