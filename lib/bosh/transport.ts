import http from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { MAX_REPEATS } from '../limits'
import type { AgentLike, TlsOptions } from '../options/authenticator-options'
import { systemClock } from '../time/clock'
import type { Signal } from '../time/light-signal'
import { FORWARDED_FOR } from './forwarded-for'
import { connectionError } from './http/errors'
import { HttpExchange } from './http/exchange'
import { KeptAgents } from './http/kept-agents'

/** Bounds of one POST and the visitor's address. */
export interface PostOptions {
  /** aborts the request; the POST rejects with its reason */
  readonly signal: Signal
  /** aborts the request before it is sent: while the connection is being made */
  readonly unsent?: Signal | undefined
  /**
   * called with true when the request gets a socket, which can be long after the POST if an agent is given; with false
   * when it loses the socket, because the server had closed it, and waits for another one
   */
  readonly onSocket?: ((hasSocket: boolean) => void) | undefined
  /** called when the request is on its way: its socket is connected. After {@link onSocket} with false, it comes again */
  readonly onSent?: (() => void) | undefined
  /** tells if the request may be sent again when the server had closed the kept socket; without it, it may */
  readonly mayRepeat?: (() => boolean) | undefined
  /** the visitor's IP address, sent as `X-Forwarded-For` */
  readonly clientIp?: string | undefined
  /** the body belongs to a session that the server has created: decides the meaning of a status other than 200 */
  readonly isInSession?: boolean
  /** size of the reply that is read, in bytes, in place of that of the transport */
  readonly maxResponseBytes?: number | undefined
}

/** Connection of one session to its service. Requests follow one another. */
export interface Connection {
  /** number of requests that were sent again, because the server had closed the kept socket */
  readonly repeats: number
  /**
   * Sends `body` and resolves to the body of the reply: of status 200, or one that ends the session (XEP-0124 §17.1). Makes
   * a new socket if the last one was closed.
   *
   * @throws {XmppBoshError} if the connection fails or the reply is not acceptable
   */
  post(body: string, options: PostOptions): Promise<Buffer>
  /** Gives the connection back. Call it once, after the last reply. */
  release(): void
}

/** Way to reach a service. */
export interface Transport {
  /** Returns a connection to `url` for one session. It connects at its first POST. */
  connect(url: URL): Connection
  /** Closes the library's own sockets, and none of a given agent. */
  close(): void
}

/** Options of an {@link HttpTransport}. */
export interface TransportOptions {
  readonly maxResponseBytes: number
  readonly tls?: TlsOptions | undefined
  readonly agent?: AgentLike | undefined
}

/**
 * Transport over HTTP/1.1 with keep-alive. Each connection has a socket of its own, unless an agent is given, which
 * chooses a socket for each request. It follows no redirects and ignores proxies of the environment.
 */
export class HttpTransport implements Transport {
  readonly #maxResponseBytes: number
  readonly #agents: Agents
  // Parts of each URL, kept because services are few and requests are many.
  readonly #targets = new WeakMap<URL, Target>()

  constructor({ maxResponseBytes, tls, agent }: TransportOptions, clock = systemClock) {
    this.#maxResponseBytes = maxResponseBytes
    this.#agents = agent ? givenAgent(agent as http.Agent) : new KeptAgents(tls, clock)
  }

  connect(url: URL): Connection {
    return new HttpConnection(url, this.#targetOf(url), this.#maxResponseBytes, this.#agents)
  }

  close(): void {
    this.#agents.close()
  }

  #targetOf(url: URL): Target {
    const cached = this.#targets.get(url)
    if (cached) return cached
    const { protocol, hostname: host, port, path } = urlToHttpOptions(url)
    const target = { protocol, host, port, path }
    this.#targets.set(url, target)
    return target
  }
}

type Target = Pick<https.RequestOptions, 'protocol' | 'host' | 'port' | 'path'>

/** Agents that are lent to connections; see {@link KeptAgents}. */
type Agents = Pick<KeptAgents, keyof KeptAgents>

/** Returns agents that are always the given one. Each repeat removes one closed socket from its pool. */
function givenAgent(agent: http.Agent): Agents {
  return { areGiven: true, maxRepeats: MAX_REPEATS, lend: () => agent, replace: () => agent, takeBack() {}, close() {} }
}

class HttpConnection implements Connection {
  repeats = 0
  readonly #url: URL
  readonly #target: Target
  readonly #maxResponseBytes: number
  readonly #agents: Agents
  #agent: http.Agent

  constructor(url: URL, target: Target, maxResponseBytes: number, agents: Agents) {
    this.#url = url
    this.#target = target
    this.#maxResponseBytes = maxResponseBytes
    this.#agents = agents
    this.#agent = agents.lend(url)
  }

  post(body: string, options: PostOptions): Promise<Buffer> {
    return this.#post(body, options, this.#agents.maxRepeats)
  }

  release(): void {
    this.#agents.takeBack(this.#url, this.#agent)
  }

  #post(body: string, options: PostOptions, repeatsLeft: number): Promise<Buffer> {
    const { signal, unsent, onSocket, onSent, mayRepeat, clientIp, isInSession = false } = options
    const maxResponseBytes = options.maxResponseBytes ?? this.#maxResponseBytes
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (unsent?.aborted) return reject(unsent.reason)
      const repeat = () => {
        this.repeats++
        onSocket?.(false)
        this.#agent = this.#agents.replace(this.#url, this.#agent)
        resolve(this.#post(body, options, repeatsLeft - 1))
      }
      const request = openRequest(this.#url, this.#requestOptions(Buffer.byteLength(body), clientIp))
      const stale = repeatsLeft > 0 ? repeat : undefined
      new HttpExchange(request, {
        url: this.#url,
        maxResponseBytes,
        isInSession,
        isGivenAgent: this.#agents.areGiven,
        signal,
        unsent,
        onSocket,
        onSent,
        mayRepeat,
        resolve,
        reject,
        stale,
      }).send(body)
    })
  }

  #requestOptions(length: number, clientIp: string | undefined): https.RequestOptions {
    const { protocol, host, port, path } = this.#target
    const headers: http.OutgoingHttpHeaders = {
      'Content-Type': 'text/xml; charset=utf-8', // XEP-0124 §6
      'Content-Length': length,
      'Accept-Encoding': 'identity',
    }
    if (clientIp !== undefined) headers[FORWARDED_FOR] = clientIp
    return { method: 'POST', protocol, host, port, path, agent: this.#agent, rejectUnauthorized: true, headers }
  }
}

/**
 * Opens a request.
 *
 * @throws {XmppBoshError} ERR_XMPP_CONNECT if the agent is for a protocol other than that of the URL
 */
function openRequest(url: URL, options: https.RequestOptions): http.ClientRequest {
  try {
    return (url.protocol === 'https:' ? https : http).request(options)
  } catch (cause) {
    throw connectionError(url, cause as NodeJS.ErrnoException)
  }
}
