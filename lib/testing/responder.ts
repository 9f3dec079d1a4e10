import { prepareConfiguredDomain } from '../jid'
import { type Element, read, XmlError } from '../xml/read'
import { Accounts } from './accounts'
import { type Fault, type FaultReply, Faults } from './faults/faults'
import { endsSession, faultyReply, isSaslFault } from './faults/faulty-reply'
import { type ResolvedOptions, type ResponderOptions, resolveOptions } from './options'
import { endOfStream, ok, type Reply, type Right, terminated } from './protocol/reply'
import { type RequestView, ridOf, viewOf } from './protocol/request'
import type { TestMechanism } from './protocol/sasl'
import { REQUESTS, Session } from './protocol/session'
import { Stream } from './protocol/stream'
import { type CaptchaView, RegistrationService } from './services/registration'

/** A session the server holds. */
export interface SessionView {
  /** its id (XEP-0124 §7.2) */
  readonly sid: string
  /** who logged in on it, if somebody did */
  readonly username: string | undefined
  /** what they logged in with */
  readonly mechanism: TestMechanism | undefined
  /** the full JID that was bound, if one was */
  readonly jid: string | undefined
}

/** What every mount lets a test see and do. */
export interface TestServer {
  /** who may log in; may change at any time */
  readonly accounts: Accounts
  /** the sessions held now */
  readonly sessions: readonly SessionView[]
  /** the captchas that wait for an answer, the newest last */
  readonly captchas: readonly CaptchaView[]
  /** the requests so far, at most the last 1,000; their bodies hold what the client sent, passwords included */
  readonly requests: readonly RequestView[]
  /** Makes something go wrong. */
  fault(fault: Fault): void
  /** As after the start: the accounts it was made with, no sessions, no requests, no faults. */
  reset(): void
}

const MAX_REQUESTS_KEPT = 1_000
const MAX_SESSIONS = 1_000
/** s, of a request that does not say */
const WAIT_S = 60

/** The server's side of the protocol, as real servers do it: one request body in, one reply out. Knows no HTTP. */
export class Responder implements TestServer {
  readonly accounts: Accounts
  readonly #options: ResolvedOptions
  readonly #inBand: RegistrationService
  readonly #faults = new Faults()
  readonly #sessions = new Map<string, Session>()
  #requests: RequestView[] = []

  constructor(options: ResponderOptions) {
    this.#options = resolveOptions(options)
    const { accounts, domain, registration } = this.#options
    this.accounts = new Accounts(accounts)
    this.#inBand = new RegistrationService(this.accounts, domain, registration)
  }

  get sessions(): readonly SessionView[] {
    return Array.from(this.#sessions.values(), ({ sid, stream: { username, mechanism, jid } }) => ({
      sid,
      username,
      mechanism,
      jid,
    }))
  }

  get captchas(): readonly CaptchaView[] {
    return this.#inBand.captchas
  }

  get requests(): readonly RequestView[] {
    return [...this.#requests]
  }

  fault(fault: Fault): void {
    this.#faults.add(fault)
  }

  reset(): void {
    this.endSessions()
    this.accounts.restore(this.#options.accounts)
    this.#inBand.reset()
    this.#requests = []
    this.#faults.clear()
  }

  /** @internal the path of the URL that such a server has */
  get path(): string {
    return this.#options.personality.path
  }

  /** @internal */
  endSessions(): void {
    for (const sid of this.#sessions.keys()) this.#end(sid, terminated('item-not-found'))
  }

  /** @internal */
  async respond(bytes: Uint8Array, headers: RequestView['headers'] = {}): Promise<Reply> {
    const { malformed } = this.#options.personality
    let body: Element
    try {
      body = read(bytes)
    } catch (error) {
      if (error instanceof XmlError) return malformed
      throw error
    }
    const rid = ridOf(body)
    if (rid === undefined) return malformed
    const request = viewOf(body, Buffer.from(bytes).toString(), headers)
    this.#record(request)
    if (request.sid === undefined) return this.#create(body, rid, request)
    const session = this.#sessions.get(request.sid)
    const reply = session?.take(rid, () => this.#answer(session, body, request))
    return reply ?? this.#end(request.sid, terminated('item-not-found'))
  }

  #record(request: RequestView): void {
    this.#requests.push(request)
    if (this.#requests.length > MAX_REQUESTS_KEPT) this.#requests.shift()
  }

  // XEP-0124 §7, XEP-0206 §3
  #create(body: Element, rid: number, request: RequestView): Reply {
    this.#forgetIdle()
    const { domain, accounts: _, ...served } = this.#options
    const { created, inactivity, maxWait, needsWait, repeatsSid, malformed, unknownDomain } = served.personality
    const asked = body.attributes.get('wait')
    const to = body.attributes.get('to')
    if (needsWait && (asked === undefined || !body.attributes.has('hold'))) return terminated('bad-request')
    if (asked !== undefined && !/^[0-9]{1,9}$/.test(asked)) return malformed
    if (to === undefined) return terminated('improper-addressing')
    if (prepareConfiguredDomain(to)?.wire !== domain) return terminated(unknownDomain)
    if (this.#sessions.size >= MAX_SESSIONS) return terminated('policy-violation')
    const wait = Math.min(Number(asked ?? WAIT_S), maxWait)
    const stream = new Stream({ ...served, domain, accounts: this.accounts, inBand: this.#inBand })
    const session = new Session(stream, rid, wait, sid => ok([], repeatsSid ? { sid } : {}))
    this.#sessions.set(session.sid, session)
    const attributes = {
      ...created,
      from: domain,
      sid: session.sid,
      wait: String(wait),
      hold: '1',
      requests: String(REQUESTS),
      inactivity: String(inactivity),
    }
    const right = { children: [stream.features], attributes }
    const reply = this.#reply(session, right, this.#faults.take('create'), request)
    session.created(reply)
    return reply
  }

  async #answer(session: Session, { children }: Element, request: RequestView): Promise<Reply | undefined> {
    const { step } = request
    const { sid, stream } = session
    const fault = this.#faults.take(step)
    const attributes = this.#options.personality.repeatsSid ? { sid } : {}
    if (step === 'terminate') {
      const right = { children: [], attributes: { ...attributes, type: 'terminate' } }
      return this.#end(sid, this.#reply(session, right, fault, request))
    }
    const said = step === 'restart' ? stream.restart() : await stream.answer(children, fault)
    if ('end' in said) return this.#end(sid, this.#reply(session, endOfStream(said.end), fault, request))
    const due = [...session.due, ...said]
    session.due = []
    // XEP-0124 §9: with nothing to say the request is held.
    if (due.length === 0 && fault === undefined) return undefined
    return this.#reply(session, { children: due, attributes }, fault, request)
  }

  #reply(session: Session, right: Right, fault: FaultReply | undefined, request: RequestView): Reply {
    if (fault === undefined || isSaslFault(fault)) return ok(right.children, right.attributes)
    // A client that now waits for more shall hear at once that there is no more.
    session.holdNothing()
    if (fault === 'late') session.due = right.children
    if (typeof fault === 'object' && 'boundJid' in fault) session.stream.saysBound(fault.boundJid)
    const reply = faultyReply(fault, right, request)
    return endsSession(fault) ? this.#end(session.sid, reply) : reply
  }

  #end(sid: string, reply: Reply): Reply {
    this.#sessions.get(sid)?.end(reply)
    this.#sessions.delete(sid)
    return reply
  }

  #forgetIdle(): void {
    const since = Date.now() - this.#options.personality.inactivity * 1000
    for (const [sid, { idleSince }] of this.#sessions) {
      if (idleSince < since) this.#end(sid, terminated('item-not-found'))
    }
  }
}
