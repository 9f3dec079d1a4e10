import http from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { IDLE_SOCKET_MS, MAX_SOCKETS } from '../limits'
import type { AgentLike, TlsOptions } from '../options/authenticator-options'
import type { Signal } from '../time/light-signal'
import { FORWARDED_FOR } from './forwarded-for'
import { connectionError } from './http-errors'
import { HttpExchange } from './http-exchange'
import { closeIdleSockets } from './stale-socket'

/** Bounds of one POST and the visitor's address. */
export interface PostOptions {
  /** aborts the request; the POST rejects with its reason */
  readonly signal: Signal
  /** aborts the request before it is sent: while it waits for a free socket or for the connection */
  readonly unsent?: Signal
  /** the visitor's IP address, sent as `X-Forwarded-For` */
  readonly clientIp?: string | undefined
  /** the body belongs to a session that the server has created: decides the meaning of a status other than 200 */
  readonly isInSession?: boolean
}

/** Way to send one body and receive one body. */
export interface Transport {
  /**
   * Sends `body` to `url` and resolves to the body of the reply: of status 200, or one that ends the session
   * (XEP-0124 §17.1).
   *
   * @throws {XmppBoshError} if the connection fails or the reply is not acceptable
   */
  post(url: URL, body: string, options: PostOptions): Promise<Buffer>
  /** Closes the library's own sockets, and none of a given agent. */
  close(): void
}

/** Options of an {@link HttpTransport}. */
export interface TransportOptions {
  readonly maxResponseBytes: number
  readonly tls?: TlsOptions | undefined
  readonly agent?: AgentLike | undefined
}

type Target = Pick<https.RequestOptions, 'protocol' | 'host' | 'port' | 'path'>

/**
 * Transport over HTTP/1.1 with keep-alive and one bounded pool of sockets. It follows no redirects and ignores proxies
 * of the environment.
 */
export class HttpTransport implements Transport {
  readonly #maxResponseBytes: number
  readonly #givenAgent: AgentLike | undefined
  readonly #ownAgents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent } | undefined
  // Parts of each URL, kept because services are few and requests are many.
  readonly #targets = new WeakMap<URL, Target>()

  constructor({ maxResponseBytes, tls, agent }: TransportOptions) {
    const tlsOptions = {
      ...tls,
      minVersion: tls?.minVersion ?? 'TLSv1.2',
      rejectUnauthorized: true,
    } as https.AgentOptions
    const pool = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_SOCKETS, timeout: IDLE_SOCKET_MS }
    this.#maxResponseBytes = maxResponseBytes
    this.#givenAgent = agent
    this.#ownAgents = agent
      ? undefined
      : { 'http:': new http.Agent(pool), 'https:': new https.Agent({ ...pool, ...tlsOptions }) }
  }

  post(url: URL, body: string, options: PostOptions): Promise<Buffer> {
    return this.#post(url, body, options, false)
  }

  close(): void {
    this.#ownAgents?.['http:'].destroy()
    this.#ownAgents?.['https:'].destroy()
  }

  #post(url: URL, body: string, options: PostOptions, isRepeat: boolean): Promise<Buffer> {
    const { signal, unsent, clientIp, isInSession = false } = options
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (unsent?.aborted) return reject(unsent.reason)
      // The one case in which a request is sent twice.
      const repeat = () => {
        if (this.#ownAgents) closeIdleSockets(this.#ownAgents[protocolOf(url)])
        resolve(this.#post(url, body, options, true))
      }
      const request = openRequest(url, this.#requestOptions(url, Buffer.byteLength(body), clientIp))
      const stale = isRepeat ? undefined : repeat
      const maxResponseBytes = this.#maxResponseBytes
      const isGivenAgent = this.#givenAgent !== undefined
      const kind = { url, maxResponseBytes, isInSession, isGivenAgent }
      new HttpExchange(request, { ...kind, signal, unsent, resolve, reject, stale }).send(body)
    })
  }

  #requestOptions(url: URL, length: number, clientIp: string | undefined): https.RequestOptions {
    const { protocol, host, port, path } = this.#targetOf(url)
    const headers: http.OutgoingHttpHeaders = {
      'Content-Type': 'text/xml; charset=utf-8', // XEP-0124 §6
      'Content-Length': length,
      'Accept-Encoding': 'identity',
    }
    if (clientIp !== undefined) headers[FORWARDED_FOR] = clientIp
    return {
      method: 'POST',
      protocol,
      host,
      port,
      path,
      agent: this.#ownAgents ? this.#ownAgents[protocolOf(url)] : (this.#givenAgent as http.Agent),
      rejectUnauthorized: true,
      headers,
    }
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

function protocolOf(url: URL): 'http:' | 'https:' {
  return url.protocol as 'http:' | 'https:'
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
