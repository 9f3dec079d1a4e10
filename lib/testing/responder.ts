import { randomUUID } from 'node:crypto'
import { prepareConfiguredDomain } from '../jid'
import { decodeBase64 } from '../sasl'
import { BIND, SASL } from '../xml/names'
import { type Element, read, textOf, XmlError } from '../xml/read'
import { element, type Node } from '../xml/write'
import { Accounts } from './accounts'
import { type Fault, type FaultReply, Faults } from './faults'
import { endsSession, faultyReply, isSaslFault, type Right } from './faulty'
import { type CaptchaView, InBand, type RegistrationMode } from './in-band'
import { type ServerExchange, type ServerStep, serverExchange, type TestMechanism } from './mechanisms'
import { PERSONALITIES, type Personality, type PersonalityName } from './personality'
import { bound, failure, features, ok, type Reply, streamError, terminated } from './reply'
import { type RequestView, registrationQueryOf, ridOf, type Step, stepOf } from './request'

/** What a test server serves. */
export interface ResponderOptions {
  /** the XMPP domain */
  domain: string
  /** user name (without the domain) -> password */
  accounts?: Readonly<Record<string, string>>
  /** offered, in this order; default all four */
  mechanisms?: readonly TestMechanism[]
  /** whose habits it has, where real servers differ; default ejabberd */
  personality?: PersonalityName
  /** who may make an account: nobody (default), anybody, or who can read a picture */
  registration?: RegistrationMode
}

/** A session the server holds. */
export interface SessionView {
  readonly sid: string
  /** who logged in on it, if somebody did */
  readonly username: string | undefined
  /** the full JID that was bound, if one was */
  readonly jid: string | undefined
}

/** What every mount lets a test see and do. */
export interface TestServer {
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

interface Session {
  readonly sid: string
  rid: number
  /** being made, perhaps: the same request may come again meanwhile */
  lastReply: Reply | Promise<Reply>
  exchange: ServerExchange | undefined
  username: string | undefined
  /** the stream was begun anew after success */
  restarted: boolean
  jid: string | undefined
  /** condition the stream is ended with at the next request */
  ending: string | undefined
  /** children due with the next reply */
  due: readonly Node[]
  lastSeen: number
}

const ALL_MECHANISMS: readonly TestMechanism[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']
const REGISTRATION_MODES: readonly RegistrationMode[] = ['closed', 'open', 'captcha']
const MAX_REQUESTS_KEPT = 1_000
const MAX_SESSIONS = 1_000

/** The server's side of BOSH, SASL and bind, as real servers do it: one request body in, one reply out. Knows no HTTP. */
export class Responder implements TestServer {
  readonly accounts: Accounts
  readonly #domain: string
  readonly #mechanisms: readonly TestMechanism[]
  readonly #personality: Personality
  readonly #initialAccounts: Readonly<Record<string, string>>
  readonly #inBand: InBand
  readonly #faults = new Faults()
  readonly #sessions = new Map<string, Session>()
  #requests: RequestView[] = []

  constructor({
    domain,
    accounts = {},
    mechanisms = ALL_MECHANISMS,
    personality = 'ejabberd',
    registration = 'closed',
  }: ResponderOptions) {
    const prepared = prepareConfiguredDomain(domain)
    if (!prepared) throw new TypeError('option `domain` must be an XMPP domain')
    const unknown = mechanisms.find(name => !ALL_MECHANISMS.includes(name))
    if (unknown) throw new TypeError(`option \`mechanisms\` must hold some of ${ALL_MECHANISMS.join(', ')}`)
    if (!Object.hasOwn(PERSONALITIES, personality)) {
      throw new TypeError(`option \`personality\` must be one of ${Object.keys(PERSONALITIES).join(', ')}`)
    }
    if (!REGISTRATION_MODES.includes(registration)) {
      throw new TypeError(`option \`registration\` must be one of ${REGISTRATION_MODES.join(', ')}`)
    }
    this.#domain = prepared.wire
    this.#mechanisms = mechanisms
    this.#personality = PERSONALITIES[personality]
    this.#initialAccounts = { ...accounts }
    this.accounts = new Accounts(accounts)
    this.#inBand = new InBand(this.accounts, this.#domain, registration)
  }

  get sessions(): readonly SessionView[] {
    return [...this.#sessions.values()].map(({ sid, username, jid }) => ({ sid, username, jid }))
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
    this.accounts.restore(this.#initialAccounts)
    this.#inBand.reset()
    this.#sessions.clear()
    this.#requests = []
    this.#faults.clear()
  }

  /** @internal the path of the URL that such a server has */
  get path(): string {
    return this.#personality.path
  }

  /** @internal */
  async respond(bytes: Uint8Array, headers: RequestView['headers'] = {}): Promise<Reply> {
    let body: Element
    try {
      body = read(bytes)
    } catch (error) {
      if (error instanceof XmlError) return this.#personality.malformed
      throw error
    }
    const rid = ridOf(body)
    if (rid === undefined) return this.#personality.malformed
    const sid = body.attributes.get('sid')
    const request = { step: stepOf(body), sid, body: Buffer.from(bytes).toString(), headers }
    this.#record(request)
    if (sid === undefined) return this.#create(body, rid, request)

    const session = this.#sessions.get(sid)
    // XEP-0124 §14.2: the same rid again gets the same reply again; §11: one outside the window ends the session.
    if (session && rid === session.rid) return session.lastReply
    if (!session || rid !== session.rid + 1) {
      this.#sessions.delete(sid)
      return terminated('item-not-found')
    }
    session.rid = rid
    session.lastSeen = Date.now()
    session.lastReply = this.#next(session, body, request)
    return session.lastReply
  }

  #record(request: RequestView): void {
    this.#requests.push(request)
    if (this.#requests.length > MAX_REQUESTS_KEPT) this.#requests.shift()
  }

  // XEP-0124 §7, XEP-0206 §3
  #create(body: Element, rid: number, request: RequestView): Reply {
    this.#forgetIdle()
    const { created, inactivity, needsWait, unknownDomain } = this.#personality
    const wait = body.attributes.get('wait')
    const to = body.attributes.get('to')
    if (needsWait && (wait === undefined || !body.attributes.has('hold'))) return terminated('bad-request')
    if (to === undefined) return terminated('improper-addressing')
    if (prepareConfiguredDomain(to)?.wire !== this.#domain) return terminated(unknownDomain)
    if (this.#sessions.size >= MAX_SESSIONS) return terminated('policy-violation')
    const session: Session = {
      sid: randomUUID(),
      rid,
      lastReply: 'hang',
      exchange: undefined,
      username: undefined,
      restarted: false,
      jid: undefined,
      ending: undefined,
      due: [],
      lastSeen: Date.now(),
    }
    this.#sessions.set(session.sid, session)
    const attributes = {
      ...created,
      from: this.#domain,
      sid: session.sid,
      wait: wait ?? '60',
      inactivity: String(inactivity),
    }
    const right = { children: [features(this.#mechanisms, this.#inBand.isOpen)], attributes }
    const reply = this.#reply(session, right, this.#faults.take('create'), request)
    session.lastReply = reply
    return reply
  }

  async #next(session: Session, body: Element, request: RequestView): Promise<Reply> {
    const { step } = request
    const fault = this.#faults.take(step)
    const attributes = this.#personality.repeatsSid ? { sid: session.sid } : {}
    if (step === 'terminate') {
      this.#sessions.delete(session.sid)
      return this.#reply(session, { children: [], attributes: { ...attributes, type: 'terminate' } }, fault, request)
    }
    const answer = session.ending === undefined ? await this.#answer(session, body, request, fault) : 'end'
    if (answer === 'end') {
      this.#sessions.delete(session.sid)
      return streamError(session.ending ?? 'not-authorized')
    }
    const children = [...session.due, ...answer]
    session.due = []
    return this.#reply(session, { children, attributes }, fault, request)
  }

  async #answer(
    session: Session,
    { children }: Element,
    { step }: RequestView,
    fault: FaultReply | undefined,
  ): Promise<readonly Node[] | 'end'> {
    const [child] = children
    if (step === 'restart') {
      session.restarted = session.username !== undefined
      return [element('stream:features', {}, element('bind', { xmlns: BIND }))]
    }
    if (child === undefined) return []
    if (step === 'auth') return this.#auth(session, child, fault)
    if (step === 'response') return session.exchange ? this.#advance(session, child, session.exchange, fault) : 'end'
    if (step === 'bind') return session.restarted ? [this.#bind(session, child)] : 'end'
    const query = registrationQueryOf(child)
    return query ? this.#register(session, child.attributes.get('id') ?? '', query, step) : []
  }

  #register(session: Session, id: string, query: Element, step: Step): readonly Node[] | 'end' {
    if (step === 'form') return [this.#inBand.form(id)]
    if (session.username === undefined) return step === 'register' ? [this.#inBand.register(id, query)] : 'end'
    const answer = this.#inBand.change(id, query, session.username)
    if (step !== 'remove') return [answer]
    const { answers, condition } = this.#personality.removal
    session.ending = condition
    return answers ? [answer] : 'end'
  }

  async #auth(session: Session, auth: Element, fault: FaultReply | undefined): Promise<readonly Node[]> {
    const mechanism = this.#mechanisms.find(name => name === auth.attributes.get('mechanism'))
    if (!mechanism) return [failure('invalid-mechanism')]
    session.exchange = serverExchange(mechanism, {
      accounts: this.accounts,
      offered: this.#mechanisms,
      personality: this.#personality,
    })
    return this.#advance(session, auth, session.exchange, fault)
  }

  async #advance(
    session: Session,
    message: Element,
    exchange: ServerExchange,
    fault: FaultReply | undefined,
  ): Promise<readonly Node[]> {
    const text = textOf(message)
    const payload = text === '=' ? Buffer.alloc(0) : decodeBase64(text)
    if (payload === undefined) return [failure('malformed-request')]
    const rewrite = typeof fault === 'object' && 'sasl' in fault ? fault.sasl : undefined
    const step: ServerStep = await exchange(payload.toString(), rewrite)
    if ('challenge' in step) return [element('challenge', { xmlns: SASL }, encode(step.challenge))]
    if ('success' in step && fault === 'signature-in-challenge') {
      session.exchange = async () => ({ ...step, success: '' })
      return [element('challenge', { xmlns: SASL }, encode(step.success))]
    }
    session.exchange = undefined
    if ('failure' in step) return [failure(step.failure)]
    session.username = this.#personality.boundLocalpart(step.username)
    return [element('success', { xmlns: SASL }, ...(step.success === '' ? [] : [encode(step.success)]))]
  }

  #bind(session: Session, iq: Element): Node {
    session.jid = `${session.username}@${this.#domain}/${randomUUID()}`
    return bound(iq.attributes.get('id') ?? '', session.jid)
  }

  #reply(session: Session, right: Right, fault: FaultReply | undefined, request: RequestView): Reply {
    if (fault === undefined || isSaslFault(fault)) return ok(right.children, right.attributes)
    if (fault === 'late') session.due = right.children
    if (endsSession(fault)) this.#sessions.delete(session.sid)
    if (typeof fault === 'object' && 'boundJid' in fault) session.jid = fault.boundJid
    return faultyReply(fault, right, request)
  }

  #forgetIdle(): void {
    const since = Date.now() - this.#personality.inactivity * 1000
    for (const [sid, { lastSeen }] of this.#sessions) if (lastSeen < since) this.#sessions.delete(sid)
  }
}

function encode(payload: string): string {
  return Buffer.from(payload).toString('base64')
}
