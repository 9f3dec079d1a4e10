import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { urlToHttpOptions } from 'node:url'
import { IDLE_SOCKET_MS, MAX_SOCKETS } from '../limits'
import type { AgentLike, TlsOptions } from '../options/authenticator-options'
import type { Signal } from '../time/light-signal'
import { FORWARDED_FOR } from './forwarded-for'
import { connectionError } from './http-errors'
import { HttpExchange } from './http-exchange'

/** What one POST may take and send along. */
export interface PostOptions {
  /** ends the request; its reason is what the POST rejects with */
  readonly signal: Signal
  /** the same as long as nothing was sent: while it waits for a connection, or for one to be made */
  readonly unsent?: Signal
  /** one IP address, sent as `X-Forwarded-For` */
  readonly clientIp?: string | undefined
}

/** Sends one body and gets one body. */
export interface Transport {
  post(url: URL, body: string, options: PostOptions): Promise<Buffer>
  /** Ends the sockets that are ours. */
  close(): void
}

export interface TransportOptions {
  readonly maxResponseBytes: number
  readonly tls?: TlsOptions | undefined
  readonly agent?: AgentLike | undefined
}

type Target = Pick<https.RequestOptions, 'protocol' | 'host' | 'port' | 'path'>

/**
 * Transport over HTTP/1.1 with keep-alive and one bounded pool of sockets. Follows no redirect and reads no proxy from
 * the environment.
 */
export class HttpTransport implements Transport {
  readonly #maxResponseBytes: number
  readonly #foreign: AgentLike | undefined
  readonly #own: { readonly 'http:': http.Agent; readonly 'https:': https.Agent } | undefined
  // Taken apart once: there are a few services, and many requests.
  readonly #targets = new WeakMap<URL, Target>()

  constructor({ maxResponseBytes, tls, agent }: TransportOptions) {
    const tlsOptions = {
      ...tls,
      minVersion: tls?.minVersion ?? 'TLSv1.2',
      rejectUnauthorized: true,
    } as https.AgentOptions
    const pool = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_SOCKETS, timeout: IDLE_SOCKET_MS }
    this.#maxResponseBytes = maxResponseBytes
    this.#foreign = agent
    this.#own = agent
      ? undefined
      : { 'http:': new http.Agent(pool), 'https:': new https.Agent({ ...pool, ...tlsOptions }) }
  }

  post(url: URL, body: string, options: PostOptions): Promise<Buffer> {
    return this.#post(url, body, options, false)
  }

  close(): void {
    this.#own?.['http:'].destroy()
    this.#own?.['https:'].destroy()
  }

  #post(url: URL, body: string, options: PostOptions, isRepeat: boolean): Promise<Buffer> {
    const { signal, unsent, clientIp } = options
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (unsent?.aborted) return reject(unsent.reason)
      // The server had closed the idle connection. The same rid again is safe (XEP-0124 §14.3), and this is the only
      // thing ever sent twice. Its idle neighbours are as old: none of them is worth a second failure.
      const repeat = () => {
        if (this.#own) for (const socket of idleSockets(this.#own[schemeOf(url)])) socket.destroy()
        resolve(this.#post(url, body, options, true))
      }
      const request = open(url, this.#requestOptions(url, Buffer.byteLength(body), clientIp))
      const stale = isRepeat ? undefined : repeat
      const maxResponseBytes = this.#maxResponseBytes
      new HttpExchange(request, { url, maxResponseBytes, signal, unsent, resolve, reject, stale }).send(body)
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
      agent: this.#own ? this.#own[schemeOf(url)] : (this.#foreign as http.Agent),
      rejectUnauthorized: true,
      headers,
    }
  }

  #targetOf(url: URL): Target {
    const known = this.#targets.get(url)
    if (known) return known
    const { protocol, hostname: host, port, path } = urlToHttpOptions(url)
    const target = { protocol, host, port, path }
    this.#targets.set(url, target)
    return target
  }
}

function schemeOf(url: URL): 'http:' | 'https:' {
  return url.protocol as 'http:' | 'https:'
}

/** @throws {XmppBoshError} right away, for an agent that is for another protocol than that of the URL */
function open(url: URL, options: https.RequestOptions): http.ClientRequest {
  try {
    return (url.protocol === 'https:' ? https : http).request(options)
  } catch (cause) {
    throw connectionError(url, cause as NodeJS.ErrnoException)
  }
}

function idleSockets(agent: http.Agent): Socket[] {
  return Object.values(agent.freeSockets).flatMap(sockets => sockets ?? [])
}
