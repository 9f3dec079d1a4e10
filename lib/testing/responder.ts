import { setTimeout } from 'node:timers/promises'
import { type Element, read, XmlError } from '../xml/read'
import type { Node } from '../xml/write'
import { Accounts } from './accounts'
import { type Fault, type FaultReply, Faults } from './faults/faults'
import { endsSession, faultyReply, isSaslFault } from './faults/faulty-reply'
import { type ResolvedOptions, type ResponderOptions, resolveOptions } from './options'
import { type HttpHabits, VERSION } from './personality'
import { createdAttributes, termsOf } from './protocol/creation'
import { type CorrectReply, endOfStream, ok, type Reply, type StreamReply, terminated } from './protocol/reply'
import { type RequestView, ridOf, viewOf } from './protocol/request'
import { Session } from './protocol/session'
import { inClientNamespace } from './protocol/stanza'
import { Stream } from './protocol/stream'
import { AccountStore } from './services/account-data'
import { type CaptchaView, RegistrationService } from './services/registration'
import type { SessionView, TestServer } from './test-server'

const MAX_REQUESTS_KEPT = 1_000
const MAX_SESSIONS = 1_000

/** The server's side of the protocol, as real servers do it. It turns one request body into one reply, without HTTP. */
export class Responder implements TestServer {
  readonly accounts: Accounts
  readonly #options: ResolvedOptions
  readonly #registration: RegistrationService
  readonly #data = new AccountStore()
  readonly #faults = new Faults()
  readonly #sessions = new Map<string, Session>()
  #requests: RequestView[] = []

  constructor(options: ResponderOptions) {
    this.#options = resolveOptions(options)
    const { accounts, domain, registration } = this.#options
    this.accounts = new Accounts(accounts)
    this.#registration = new RegistrationService(this.accounts, domain, registration)
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
    return this.#registration.captchas
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
    this.#registration.reset()
    this.#data.clear()
    this.#requests = []
    this.#faults.clear()
  }

  /** @internal path of the BOSH URL that this personality has */
  get path(): string {
    return this.#options.personality.path
  }

  /** @internal */
  get http(): HttpHabits {
    return this.#options.personality.http
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
      body = inClientNamespace(read(bytes))
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
    if (session?.isOveractive) return this.#end(request.sid, terminated('policy-violation'))
    const reply = session?.take(rid, () => this.#answer(session, body, request))
    return reply ?? this.#end(request.sid, terminated('item-not-found'))
  }

  #record(request: RequestView): void {
    this.#requests.push(request)
    if (this.#requests.length > MAX_REQUESTS_KEPT) this.#requests.shift()
  }

  // XEP-0124 §7, XEP-0206 §3
  async #create(body: Element, rid: number, request: RequestView): Promise<Reply> {
    this.#forgetIdle()
    const { domain, accounts: _, ...rest } = this.#options
    const { personality } = rest
    const terms = termsOf(body, domain, personality)
    if ('refusal' in terms) return terms.refusal
    if (this.#sessions.size >= MAX_SESSIONS) return terminated('policy-violation')
    const { accounts } = this
    const stream = new Stream({ ...rest, domain, accounts, data: this.#data, registration: this.#registration })
    const session = new Session(stream, rid, terms, personality.sessions.answersNewest, sid =>
      ok([], personality.repeatsSid ? { sid } : {}),
    )
    this.#sessions.set(session.sid, session)
    const children = terms.isVersioned ? [stream.features] : []
    const correct = { children, attributes: createdAttributes(terms, personality, domain, session.sid) }
    const reply = this.#reply(session, correct, this.#faults.take('create'), request)
    session.created(reply)
    // The request is held like any other for which there is nothing to send. A test that has ended does not wait for it.
    if (!terms.isVersioned) await setTimeout(terms.wait * 1000, undefined, { ref: false })
    return reply
  }

  async #answer(session: Session, { children }: Element, request: RequestView): Promise<Reply | undefined> {
    const { step } = request
    const { sid, stream } = session
    const { repeatsSid, sessions } = this.#options.personality
    const fault = this.#faults.take(step)
    const same = repeatsSid ? { sid } : {}
    const attributes = step === 'restart' && sessions.namesRestart ? { ...same, ...VERSION, authid: sid } : same
    if (step === 'terminate') return this.#terminate(session, children, fault, request)
    const begun = step === 'restart' ? stream.restart() : []
    const isPayload = step !== 'restart' || sessions.answersPayload
    const answers = 'end' in begun || !isPayload ? begun : joined(begun, await stream.answer(children, fault))
    if ('end' in answers) return this.#end(sid, this.#reply(session, endOfStream(answers.end), fault, request))
    if (session.begins()) {
      session.due = answers
      return this.#reply(session, { children: [], attributes: { ...attributes, authid: sid } }, fault, request)
    }
    const due = [...session.due, ...answers]
    session.due = []
    // XEP-0124 §9: hold the request if there is nothing to send.
    if (due.length === 0 && fault === undefined) return undefined
    return this.#reply(session, { children: due, attributes }, fault, request)
  }

  async #terminate(
    session: Session,
    children: readonly Element[],
    fault: FaultReply | undefined,
    request: RequestView,
  ): Promise<Reply> {
    const { sid, stream } = session
    const { repeatsSid, sessions } = this.#options.personality
    const answers = sessions.answersPayload ? await stream.answer(children, undefined) : []
    const attributes = { ...(repeatsSid && { sid }), type: 'terminate' }
    const correct = { children: 'end' in answers ? [] : answers, attributes }
    const isHeldAnswered = session.isHolding && sessions.otherRequest === undefined
    if (sessions.otherRequest !== undefined) session.end(terminated(sessions.otherRequest))
    const reply = this.#end(sid, this.#reply(session, correct, fault, request))
    return isHeldAnswered ? terminated() : reply
  }

  #reply(session: Session, correct: CorrectReply, fault: FaultReply | undefined, request: RequestView): Reply {
    if (fault === undefined || isSaslFault(fault)) return ok(correct.children, correct.attributes)
    // After a fault, a client that waits for a lost reply gets an empty one at once, so that its test ends soon.
    session.holdNothing()
    if (fault === 'late') session.due = correct.children
    if (typeof fault === 'object' && 'boundJid' in fault) session.stream.overrideJid(fault.boundJid)
    const reply = faultyReply(fault, correct, request)
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

function joined(first: readonly Node[], then: StreamReply): StreamReply {
  return 'end' in then ? then : [...first, ...then]
}
