import { randomUUID } from 'node:crypto'
import { prepareConfiguredDomain, prepareLocalpart } from '../jid'
import { decodeBase64 } from '../sasl'
import { BIND, CLIENT, HTTPBIND, SASL, STANZA_CONDITIONS, STREAM_CONDITIONS, STREAMS, XBOSH } from '../xml/names'
import { type Element, read, textOf, XmlError } from '../xml/read'
import { element, type Node, write } from '../xml/write'
import { Accounts } from './accounts'
import { type Fault, type FaultReply, Faults, type Step } from './faults'
import { type ServerExchange, type ServerStep, serverExchange, type TestMechanism } from './mechanisms'

/** What a test server serves. */
export interface ResponderOptions {
  /** the XMPP domain */
  domain: string
  /** user name (without the domain) -> password */
  accounts?: Readonly<Record<string, string>>
  /** offered, in this order; default all four */
  mechanisms?: readonly TestMechanism[]
}

/** A session the server holds. */
export interface SessionView {
  readonly sid: string
  /** who logged in on it, if somebody did */
  readonly username: string | undefined
  /** the full JID that was bound, if one was */
  readonly jid: string | undefined
}

/** A request as it came in. */
export interface RequestView {
  readonly step: Step
  readonly sid: string | undefined
  readonly body: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What every mount lets a test see and do. */
export interface TestServer {
  readonly accounts: Accounts
  /** the sessions held now */
  readonly sessions: readonly SessionView[]
  /** the requests so far, at most the last 1,000; their bodies hold what the client sent, passwords included */
  readonly requests: readonly RequestView[]
  /** Makes something go wrong. */
  fault(fault: Fault): void
  /** As after the start: the accounts it was made with, no sessions, no requests, no faults. */
  reset(): void
}

/** What the mount does: answer, keep silent, or cut the connection. */
export type Reply =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | 'hang'
  | 'reset'

interface Session {
  readonly sid: string
  rid: number
  lastReply: Reply
  exchange: ServerExchange | undefined
  username: string | undefined
  /** the stream was begun anew after success */
  restarted: boolean
  jid: string | undefined
  /** children due with the next reply */
  due: readonly Node[]
  lastSeen: number
}

const ALL_MECHANISMS: readonly TestMechanism[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']
const MAX_REQUESTS_KEPT = 1_000
const MAX_SESSIONS = 1_000
const INACTIVITY_S = 30
const STREAM_NAMESPACE = { 'xmlns:stream': STREAMS }

/** The server's side of BOSH, SASL and bind, as ejabberd does it: one request body in, one reply out. Knows no HTTP. */
export class Responder implements TestServer {
  readonly accounts: Accounts
  readonly #domain: string
  readonly #mechanisms: readonly TestMechanism[]
  readonly #initialAccounts: Readonly<Record<string, string>>
  readonly #faults = new Faults()
  readonly #sessions = new Map<string, Session>()
  #requests: RequestView[] = []

  constructor({ domain, accounts = {}, mechanisms = ALL_MECHANISMS }: ResponderOptions) {
    const prepared = prepareConfiguredDomain(domain)
    if (!prepared) throw new TypeError('option `domain` must be an XMPP domain')
    const unknown = mechanisms.find(name => !ALL_MECHANISMS.includes(name))
    if (unknown) throw new TypeError(`option \`mechanisms\` must hold some of ${ALL_MECHANISMS.join(', ')}`)
    this.#domain = prepared.wire
    this.#mechanisms = mechanisms
    this.#initialAccounts = { ...accounts }
    this.accounts = new Accounts(accounts)
  }

  get sessions(): readonly SessionView[] {
    return [...this.#sessions.values()].map(({ sid, username, jid }) => ({ sid, username, jid }))
  }

  get requests(): readonly RequestView[] {
    return [...this.#requests]
  }

  fault(fault: Fault): void {
    this.#faults.add(fault)
  }

  reset(): void {
    this.accounts.restore(this.#initialAccounts)
    this.#sessions.clear()
    this.#requests = []
    this.#faults.clear()
  }

  async respond(bytes: Uint8Array, headers: RequestView['headers'] = {}): Promise<Reply> {
    let body: Element
    try {
      body = read(bytes)
    } catch (error) {
      if (error instanceof XmlError) return page(400, '')
      throw error
    }
    const rid = Number(body.attributes.get('rid') ?? Number.NaN)
    if (body.namespace !== HTTPBIND || body.name !== 'body' || !Number.isSafeInteger(rid)) return page(400, '')
    const sid = body.attributes.get('sid')
    const step = stepOf(body)
    this.#record({ step, sid, body: Buffer.from(bytes).toString(), headers })
    if (sid === undefined) return this.#create(body, rid)

    const session = this.#sessions.get(sid)
    // XEP-0124 §14.2: the same rid again gets the same reply again; §11: one outside the window ends the session.
    if (session && rid === session.rid) return session.lastReply
    if (!session || rid !== session.rid + 1) {
      this.#sessions.delete(sid)
      return terminated('item-not-found')
    }
    session.rid = rid
    session.lastSeen = Date.now()
    session.lastReply = await this.#next(session, body, step)
    return session.lastReply
  }

  #record(request: RequestView): void {
    this.#requests.push(request)
    if (this.#requests.length > MAX_REQUESTS_KEPT) this.#requests.shift()
  }

  // XEP-0124 §7, XEP-0206 §3
  #create(body: Element, rid: number): Reply {
    this.#forgetIdle()
    const to = body.attributes.get('to')
    if (to === undefined) return terminated('improper-addressing')
    if (prepareConfiguredDomain(to)?.wire !== this.#domain) return terminated('internal-server-error')
    if (this.#sessions.size >= MAX_SESSIONS) return terminated('policy-violation')
    const session: Session = {
      sid: randomUUID(),
      rid,
      lastReply: 'hang',
      exchange: undefined,
      username: undefined,
      restarted: false,
      jid: undefined,
      due: [],
      lastSeen: Date.now(),
    }
    this.#sessions.set(session.sid, session)
    const attributes = {
      'xmlns:xmpp': XBOSH,
      'xmpp:version': '1.0',
      'xmpp:restartlogic': 'true',
      from: this.#domain,
      sid: session.sid,
      wait: body.attributes.get('wait') ?? '60',
      hold: '1',
      requests: '2',
      ver: '1.11',
      polling: '2',
      inactivity: String(INACTIVITY_S),
      secure: 'true',
    }
    const names = this.#mechanisms.map(name => element('mechanism', {}, name))
    const features = element('stream:features', {}, element('mechanisms', { xmlns: SASL }, ...names))
    session.lastReply = this.#faulty(session, 'create', [features], attributes) ?? ok([features], attributes)
    return session.lastReply
  }

  async #next(session: Session, body: Element, step: Step): Promise<Reply> {
    if (step === 'terminate') {
      this.#sessions.delete(session.sid)
      return this.#faulty(session, step, []) ?? terminated()
    }
    const answer = await this.#answer(session, body, step)
    if (answer === 'end') {
      this.#sessions.delete(session.sid)
      return streamError('not-authorized')
    }
    const children = [...session.due, ...answer]
    session.due = []
    return this.#faulty(session, step, children) ?? ok(children)
  }

  async #answer(session: Session, { children }: Element, step: Step): Promise<readonly Node[] | 'end'> {
    const [child] = children
    if (step === 'restart') {
      session.restarted = session.username !== undefined
      return [element('stream:features', {}, element('bind', { xmlns: BIND }))]
    }
    if (child === undefined) return []
    if (step === 'auth') return this.#auth(session, child)
    if (step === 'response') return session.exchange ? this.#advance(session, child, session.exchange) : 'end'
    if (step === 'bind') return session.restarted ? [this.#bind(session, child)] : 'end'
    return []
  }

  async #auth(session: Session, auth: Element): Promise<readonly Node[]> {
    const mechanism = this.#mechanisms.find(name => name === auth.attributes.get('mechanism'))
    if (!mechanism) return [failure('invalid-mechanism')]
    session.exchange = serverExchange(mechanism, this.accounts, this.#mechanisms)
    return this.#advance(session, auth, session.exchange)
  }

  async #advance(session: Session, message: Element, exchange: ServerExchange): Promise<readonly Node[]> {
    const text = textOf(message)
    const payload = text === '=' ? Buffer.alloc(0) : decodeBase64(text)
    if (payload === undefined) return [failure('malformed-request')]
    const step: ServerStep = await exchange(payload.toString())
    if ('challenge' in step) return [element('challenge', { xmlns: SASL }, encode(step.challenge))]
    session.exchange = undefined
    if ('failure' in step) return [failure(step.failure)]
    session.username = prepareLocalpart(step.username)
    return [element('success', { xmlns: SASL }, ...(step.success === '' ? [] : [encode(step.success)]))]
  }

  #bind(session: Session, iq: Element): Node {
    session.jid = `${session.username}@${this.#domain}/${randomUUID()}`
    return bound(iq.attributes.get('id') ?? '', session.jid)
  }

  #faulty(
    session: Session,
    step: Step,
    children: readonly Node[],
    attributes?: Readonly<Record<string, string>>,
  ): Reply | undefined {
    const fault = this.#faults.take(step)
    if (fault === undefined) return undefined
    if (fault === 'late') session.due = children
    const ends =
      fault === 'terminate' || (typeof fault === 'object' && ('terminate' in fault || 'streamError' in fault))
    if (ends) this.#sessions.delete(session.sid)
    if (typeof fault === 'object' && 'boundJid' in fault) session.jid = fault.boundJid
    return faultyReply(fault, children, attributes)
  }

  #forgetIdle(): void {
    const since = Date.now() - INACTIVITY_S * 1000
    for (const [sid, { lastSeen }] of this.#sessions) if (lastSeen < since) this.#sessions.delete(sid)
  }
}

function stepOf(body: Element): Step {
  const [child] = body.children
  if (!body.attributes.has('sid')) return 'create'
  if (body.attributes.get('type') === 'terminate') return 'terminate'
  if (body.attributes.get(`{${XBOSH}}restart`) === 'true') return 'restart'
  if (child?.namespace === SASL && (child.name === 'auth' || child.name === 'response')) return child.name
  if (child?.namespace === CLIENT && child.children.some(({ namespace }) => namespace === BIND)) return 'bind'
  return 'poll'
}

function faultyReply(
  fault: FaultReply,
  children: readonly Node[],
  attributes: Readonly<Record<string, string>> | undefined,
): Reply {
  if (fault === 'hang' || fault === 'reset') return fault
  if (fault === 'not-xml') return page(200, '<!DOCTYPE html><html><body><p>It works!</body></html>')
  if (fault === 'empty' || fault === 'late') return ok([], attributes)
  if (fault === 'terminate') return terminated()
  if (typeof fault === 'string') return ok([failure(fault)])
  if ('status' in fault) return page(fault.status, fault.body ?? '', fault.headers)
  if ('body' in fault) return page(200, fault.body, XML_TYPE)
  if ('payload' in fault) return page(200, bodyAround(fault.payload, attributes), XML_TYPE)
  if ('terminate' in fault) return terminated(fault.terminate)
  if ('streamError' in fault) return streamError(fault.streamError)
  const id = children[0]?.attributes['id'] ?? ''
  if ('boundJid' in fault) return ok([bound(id, fault.boundJid)])
  const error = element('error', { type: 'cancel' }, element(fault.bindError, { xmlns: STANZA_CONDITIONS }))
  return ok([element('iq', { xmlns: CLIENT, type: 'error', id }, error)])
}

const XML_TYPE = { 'Content-Type': 'text/xml; charset=utf-8' }

function page(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers }, body }
}

function bodyOf(attributes: Readonly<Record<string, string>>, children: readonly Node[]): string {
  return write(element('body', { xmlns: HTTPBIND, ...STREAM_NAMESPACE, ...attributes }, ...children))
}

function bodyAround(payload: string, attributes: Readonly<Record<string, string>> = {}): string {
  return bodyOf(attributes, []).replace('/>', () => `>${payload}</body>`)
}

function ok(children: readonly Node[], attributes: Readonly<Record<string, string>> = {}): Reply {
  return page(200, bodyOf(attributes, children), XML_TYPE)
}

// XEP-0124 §17.2
function terminated(condition?: string): Reply {
  return page(200, bodyOf({ type: 'terminate', ...(condition !== undefined && { condition }) }, []), XML_TYPE)
}

// XEP-0206 §6
function streamError(condition: string): Reply {
  const error = element('stream:error', {}, element(condition, { xmlns: STREAM_CONDITIONS }))
  return page(200, bodyOf({ type: 'terminate', condition: 'remote-stream-error' }, [error]), XML_TYPE)
}

function failure(condition: string): Node {
  return element('failure', { xmlns: SASL }, element(condition))
}

// RFC 6120 §7.6.1
function bound(id: string, jid: string): Node {
  return element('iq', { xmlns: CLIENT, type: 'result', id }, element('bind', { xmlns: BIND }, element('jid', {}, jid)))
}

function encode(payload: string): string {
  return Buffer.from(payload).toString('base64')
}
