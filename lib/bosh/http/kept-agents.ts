import http from 'node:http'
import https from 'node:https'
import { CLOSED_WITH_SESSION_MS, IDLE_SOCKET_MS, MAX_IDLE_SOCKETS, NO_REUSE_MS, SOCKET_REST_MS } from '../../limits'
import type { TlsOptions } from '../../options/authenticator-options'
import type { Clock } from '../../time/clock'

const ONE_SOCKET = { keepAlive: true, maxSockets: 1, timeout: IDLE_SOCKET_MS }

interface Idle {
  readonly agent: http.Agent
  /** time at which the agent came back, in ms of the clock */
  readonly since: number
}

interface Kept {
  readonly origin: string
  /** the agent that came back last is lent first, so that few sockets stay in use */
  readonly idle: Idle[]
  /** a socket has outlasted the session that it served: the server does not close sockets with their sessions */
  outlasts: boolean
  /** time until which no agent is kept, in ms of the clock */
  noReuseUntil: number
}

/**
 * Agents with one socket each. A session borrows one, so that it has a socket of its own; the next session gets the agent
 * with its socket. Servers may close every connection that a session used when it ends (Tigase does): a socket that two
 * sessions share would be closed while the other one waits for a reply on it. Until one socket has outlasted its session, a
 * socket rests before the next session gets it: a creation that is sent on a closing socket is sent again, and leaves a
 * session on the server.
 */
export class KeptAgents {
  /** a request is sent again at most once: a replaced agent has no socket that the server may have closed */
  readonly maxRepeats: number = 1
  /** false: the library made them, with TLS settings of its own */
  readonly areGiven: boolean = false
  readonly #clock: Clock
  readonly #tls: https.AgentOptions
  /** makes the connections of all agents for https:, so that a new one resumes the TLS session of another */
  readonly #connector: https.Agent
  readonly #byOrigin = new Map<string, Kept>()
  /** lent agents, and for each the ms for which it was idle before; infinite if it is new */
  readonly #lent = new Map<http.Agent, number>()
  #isClosed = false

  constructor(tls: TlsOptions | undefined, clock: Clock) {
    this.#clock = clock
    this.#tls = { ...tls, minVersion: tls?.minVersion ?? 'TLSv1.2', rejectUnauthorized: true } as https.AgentOptions
    this.#connector = new https.Agent(this.#tls)
  }

  /** Lends an agent for requests to `url`. Its socket may have served an earlier session. */
  lend(url: URL): http.Agent {
    const kept = this.#keptFor(url)
    const idle = kept.outlasts ? kept.idle.pop() : this.#rested(kept)
    if (!idle) return this.#lendNew(url, kept)
    this.#lent.set(idle.agent, this.#clock.now() - idle.since)
    return idle.agent
  }

  /**
   * Takes back an agent whose kept socket the server had closed, and lends one without a socket. The other idle sockets
   * to `url` are older, and would fail in the same way. If the socket came back shortly before, the server closes sockets
   * with their sessions: for a while, agents to `url` are not lent a second time.
   */
  replace(url: URL, agent: http.Agent): http.Agent {
    const kept = this.#keptFor(url)
    const idleFor = this.#lent.get(agent)
    if (idleFor !== undefined && idleFor < CLOSED_WITH_SESSION_MS) this.#stopReuse(kept)
    for (const stale of kept.idle.splice(0)) stale.agent.destroy()
    this.#lent.delete(agent)
    agent.destroy()
    return this.#lendNew(url, kept)
  }

  /** Takes back an agent that no request uses any more. */
  takeBack(url: URL, agent: http.Agent): void {
    this.#lent.delete(agent)
    const { idle, noReuseUntil } = this.#keptFor(url)
    const now = this.#clock.now()
    const isKept = !this.#isClosed && idle.length < MAX_IDLE_SOCKETS && now >= noReuseUntil
    if (isKept) idle.push({ agent, since: now })
    else agent.destroy()
  }

  /** Closes all sockets, those of lent agents as well. */
  close(): void {
    this.#isClosed = true
    for (const agent of this.#lent.keys()) agent.destroy()
    for (const { idle } of this.#byOrigin.values()) for (const { agent } of idle.splice(0)) agent.destroy()
  }

  /** Returns the agent that has rested longest, if its time is up, and learns from it about the server. */
  #rested(kept: Kept): Idle | undefined {
    const [oldest] = kept.idle
    const restedFor = oldest ? this.#clock.now() - oldest.since : 0
    if (!oldest || restedFor < SOCKET_REST_MS) return undefined
    kept.idle.shift()
    kept.outlasts = (oldest.agent.freeSockets[kept.origin]?.length ?? 0) > 0
    // A socket that idled for long may have been closed for that.
    if (!kept.outlasts && restedFor < CLOSED_WITH_SESSION_MS) this.#stopReuse(kept)
    return oldest
  }

  #stopReuse(kept: Kept): void {
    kept.noReuseUntil = this.#clock.now() + NO_REUSE_MS
    kept.outlasts = false
  }

  #newAgent({ protocol }: URL, { origin }: Kept): http.Agent {
    if (protocol !== 'https:') return named(new http.Agent(ONE_SOCKET), origin)
    const agent = new https.Agent({ ...ONE_SOCKET, ...this.#tls })
    agent.createConnection = (options, callback) => this.#connector.createConnection(options, callback)
    return named(agent, origin)
  }

  #lendNew(url: URL, kept: Kept): http.Agent {
    const agent = this.#newAgent(url, kept)
    this.#lent.set(agent, Number.POSITIVE_INFINITY)
    return agent
  }

  // As many entries as there are services.
  #keptFor({ origin }: URL): Kept {
    let kept = this.#byOrigin.get(origin)
    if (!kept) {
      kept = { origin, idle: [], outlasts: false, noReuseUntil: 0 }
      this.#byOrigin.set(origin, kept)
    }
    return kept
  }
}

/** Names the sockets of `agent` by the one origin that it serves. Composing the name anew is a third of its cost. */
function named(agent: http.Agent, origin: string): http.Agent {
  agent.getName = () => origin
  return agent
}
