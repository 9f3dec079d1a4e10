import { setTimeout } from 'node:timers/promises'
import { type Element, read, XmlError } from '../xml/read'
import type { Node } from '../xml/write'
import type { Accounts } from './accounts'
import { Answers } from './answers'
import type { Users } from './clients/users'
import type { Fault } from './faults/fault'
import { Faults } from './faults/faults'
import type { StandingFault, StandingMoment, StandingReply } from './faults/standing'
import { type ResolvedOptions, type ResponderOptions, resolveOptions } from './options'
import type { HttpHabits } from './personalities/habits'
import { filled, type Terms, termsOf, valuesOf } from './protocol/creation'
import type { Connection } from './protocol/pending'
import { dressed, ok, type Reply, streamError, terminated } from './protocol/reply'
import { type RequestView, ridOf, viewOf } from './protocol/request'
import { Session } from './protocol/session'
import { newSid } from './protocol/sid'
import { inClientNamespace } from './protocol/stanza'
import { Stream } from './protocol/stream'
import { RequestLog } from './request-log'
import type { Rooms } from './rooms/rooms'
import type { CaptchaView } from './services/registration'
import { SharedServices } from './services/shared'
import type { VCards } from './services/vcards'
import type { SessionView, TestServer } from './test-server'

const MAX_SESSIONS = 1_000
const REPLACED = 'Replaced by new connection'

/** The server's side of the protocol, as real servers do it. It turns one request body into one reply, without HTTP. */
export class Responder implements TestServer {
  readonly accounts: Accounts
  readonly users: Users
  readonly rooms: Rooms
  readonly vcards: VCards
  readonly #options: ResolvedOptions
  readonly #services: SharedServices
  readonly #faults = new Faults()
  readonly #answers: Answers
  readonly #sessions = new Map<string, Session>()
  readonly #requests = new RequestLog()
  readonly #isRoom = (jid: string): boolean => this.rooms.isRoom(jid)

  constructor(options: ResponderOptions) {
    this.#options = resolveOptions(options)
    this.#services = new SharedServices(this.#options, () => this.#forgetAllIdle())
    this.accounts = this.#services.accounts
    this.users = this.#services.users
    this.rooms = this.#services.rooms
    this.vcards = this.#services.vcards
    this.#answers = new Answers(this.#options.personality, this.#faults, this.#isRoom, () => this.#isAsked)
  }

  get sessions(): readonly SessionView[] {
    return Array.from(this.#sessions.values(), ({ sid, stream: { authentication, jid } }) => ({
      sid,
      username: authentication.username,
      mechanism: authentication.mechanism,
      jid,
    }))
  }

  get captchas(): readonly CaptchaView[] {
    return this.#services.registration.captchas
  }

  get requests(): readonly RequestView[] {
    return this.#requests.all
  }

  fault(fault: Fault | StandingFault): void {
    this.#faults.add(fault)
    for (const session of this.#sessions.values()) this.#strike(session)
  }

  reset(): void {
    this.endSessions()
    this.#services.reset()
    this.#requests.clear()
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
    for (const sid of this.#sessions.keys()) this.#end(sid, this.#unknown)
  }

  /**
   * Answers a request. `connection` is the one that carries it, if there is one.
   *
   * @internal
   */
  async respond(bytes: Uint8Array, headers: RequestView['headers'] = {}, connection?: Connection): Promise<Reply> {
    return dressed(await this.#respond(bytes, headers, connection), this.http)
  }

  async #respond(
    bytes: Uint8Array,
    headers: RequestView['headers'],
    connection: Connection | undefined,
  ): Promise<Reply> {
    const { malformed, withoutRid } = this.#options.personality.replies
    let body: Element
    try {
      body = inClientNamespace(read(bytes))
    } catch (error) {
      if (error instanceof XmlError) return malformed
      throw error
    }
    const rid = ridOf(body)
    if (rid === undefined) return withoutRid
    const request = viewOf(body, Buffer.from(bytes).toString(), headers, this.#isRoom)
    this.#requests.add(request)
    if (request.sid === undefined) return this.#create(body, rid, request, connection)
    this.#forgetIdle(request.sid)
    const session = this.#sessions.get(request.sid)
    if (!session) return this.#unknown
    if (connection) session.connections.add(connection)
    if (session.isOveractive) return this.#end(request.sid, terminated('policy-violation'))
    if (session.isStuck(rid)) return this.#end(request.sid, terminated('internal-server-error'))
    const reply = session.take(rid, () => this.#answer(session, body, rid, request), {
      isRestart: request.step === 'restart',
      parks: session.isHolding && request.step !== 'terminate' && this.#faultOf(session, 'request') === 'park',
    })
    return reply ?? this.#end(request.sid, terminated('item-not-found'))
  }

  // XEP-0124 §7, XEP-0206 §3
  async #create(body: Element, rid: number, request: RequestView, connection: Connection | undefined): Promise<Reply> {
    this.#forgetAllIdle()
    const { domain, personality } = this.#options
    const terms = termsOf(body, domain, personality)
    if ('refusal' in terms) return terms.refusal
    if (this.#sessions.size >= MAX_SESSIONS) return personality.replies.full
    const session = this.#session(rid, terms)
    if (connection) session.connections.add(connection)
    const { reply, isEnd } = this.#answers.created(session, terms, rid, request)
    session.created(reply)
    if (isEnd) return this.#end(session.sid, reply)
    // The request is held like any other for which there is nothing to send. A test that has ended does not wait for it.
    if (!terms.isVersioned) await setTimeout(terms.wait * 1000, undefined, { ref: false })
    return reply
  }

  #session(rid: number, terms: Terms): Session {
    const { domain, mechanisms, personality } = this.#options
    const { sessions, replies } = personality
    const sid = newSid(sessions.sid)
    const values = valuesOf(terms, sessions.inactivity, domain, sid)
    const stream = new Stream({
      domain,
      services: this.#services,
      mechanisms,
      personality,
      push: stanza => this.#give(session, stanza),
      replace: () => void this.#end(sid, streamError('conflict', REPLACED)),
    })
    const session: Session = new Session(values, stream, rid, terms, sessions, {
      carry: (asked, children) => ok(children, filled(replies.every, values, asked)),
      unknown: this.#unknown,
      held: () => this.#strike(session),
    })
    this.#sessions.set(sid, session)
    return session
  }

  #give(session: Session, stanza: Node): void {
    const fault = stanza.name === 'message' ? this.#faultOf(session, 'message') : undefined
    if (fault === 'lose-next') return
    session.push(stanza)
    if (fault === 'give-twice') session.push(stanza)
  }

  /** Lets a fault happen to a session that stands. */
  #strike(session: Session): void {
    const fault = session.isHolding ? this.#faultOf(session, 'held') : undefined
    if (fault === 'reset') session.reset()
    else if (fault === 'item-not-found') this.#end(session.sid, this.#unknown)
    else if (fault === 'conflict') this.#end(session.sid, streamError(fault, REPLACED))
    else if (fault !== undefined) this.#end(session.sid, streamError(fault))
  }

  #faultOf({ stream }: Session, moment: StandingMoment): StandingReply | undefined {
    const { username } = stream.authentication
    return stream.jid === undefined || username === undefined ? undefined : this.#faults.takeStanding(moment, username)
  }

  async #answer(session: Session, body: Element, rid: number, request: RequestView): Promise<Reply | undefined> {
    const { reply, isEnd } = await this.#answers.answer(session, body, rid, request)
    if (!isEnd || reply === undefined) return reply
    this.#end(session.sid, reply)
    if (request.step === 'terminate') this.#reroute(session)
    return reply
  }

  /** Delivers anew the messages that a session has not taken. */
  #reroute(session: Session): void {
    const { due } = session
    session.due = []
    for (const stanza of due) if (stanza.name === 'message') this.#services.router.message(stanza)
  }

  #end(sid: string, reply: Reply): Reply {
    const session = this.#sessions.get(sid)
    this.#sessions.delete(sid)
    session?.end(reply)
    session?.stream.close()
    if (session && this.http.closesWithSession) for (const connection of session.connections) connection.close()
    return reply
  }

  #forgetAllIdle(): void {
    for (const sid of this.#sessions.keys()) this.#forgetIdle(sid)
  }

  #forgetIdle(sid: string): void {
    const { sessions } = this.#options.personality
    const { inactivity } = sessions
    const session = this.#sessions.get(sid)
    if (!session || session.idleSince >= Date.now() - inactivity * 1000) return
    this.#end(sid, this.#unknown)
    if (sessions.reroutes) this.#reroute(session)
  }

  /** true if there is anything that a question about roles or a vCard could find */
  get #isAsked(): boolean {
    return this.rooms.services.length > 0 || this.vcards.isUsed
  }

  get #unknown(): Reply {
    return this.#options.personality.replies.unknownSession
  }
}
