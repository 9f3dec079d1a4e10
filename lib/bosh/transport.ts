import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { urlToHttpOptions } from 'node:url'
import type { Signal } from '../ending'
import { XmppBoshError } from '../errors'
import { IDLE_SOCKET_MS, MAX_SOCKETS } from '../limits'
import type { AgentLike, TlsOptions } from '../options'
import { atEndOfTurn } from './turn'

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

/** HTTP/1.1 with keep-alive, one bounded pool of sockets. Follows no redirect and reads no proxy from the environment. */
export function httpTransport({ maxResponseBytes, tls, agent }: TransportOptions): Transport {
  const tlsOptions = {
    ...tls,
    minVersion: tls?.minVersion ?? 'TLSv1.2',
    rejectUnauthorized: true,
  } as https.AgentOptions
  const pool = { keepAlive: true, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_SOCKETS, timeout: IDLE_SOCKET_MS }
  const own = agent
    ? undefined
    : { 'http:': new http.Agent(pool), 'https:': new https.Agent({ ...pool, ...tlsOptions }) }

  // Taken apart once: there are a few services, and many requests.
  const targets = new WeakMap<URL, Target>()
  function targetOf(url: URL): Target {
    const known = targets.get(url)
    if (known) return known
    const { protocol, hostname: host, port, path } = urlToHttpOptions(url)
    const target = { protocol, host, port, path }
    targets.set(url, target)
    return target
  }

  function requestOptions(url: URL, length: number, clientIp: string | undefined): https.RequestOptions {
    const { protocol, host, port, path } = targetOf(url)
    const headers: http.OutgoingHttpHeaders = {
      'Content-Type': 'text/xml; charset=utf-8', // XEP-0124 §6
      'Content-Length': length,
      'Accept-Encoding': 'identity',
    }
    if (clientIp !== undefined) headers['X-Forwarded-For'] = clientIp
    return {
      method: 'POST',
      protocol,
      host,
      port,
      path,
      agent: own ? own[url.protocol as 'http:' | 'https:'] : (agent as http.Agent),
      rejectUnauthorized: true,
      headers,
    }
  }

  function send(url: URL, body: string, options: PostOptions, isRepeat = false): Promise<Buffer> {
    const { signal, unsent, clientIp } = options
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (unsent?.aborted) return reject(unsent.reason)
      const { request: open } = url.protocol === 'https:' ? https : http
      const request = opened(url, () => open(requestOptions(url, Buffer.byteLength(body), clientIp)))
      const chunks: Buffer[] = []
      let received = 0
      let bytesBefore = 0
      let replying = false
      let isOver = false

      // What is destroyed fails once more.
      const end = (settle: () => void) => {
        if (isOver) return
        isOver = true
        signal.removeEventListener('abort', abort)
        unsent?.removeEventListener('abort', giveUp)
        settle()
      }
      const stop = (reason: unknown) => {
        end(() => reject(reason))
        request.destroy()
      }
      // The server had closed the idle connection. The same rid again is safe (XEP-0124 §14.3), and this is the only
      // thing ever sent twice. Its idle neighbours are as old: none of them is worth a second failure.
      const repeat = () => {
        if (own) for (const socket of idleSockets(own[url.protocol as 'http:' | 'https:'])) socket.destroy()
        resolve(send(url, body, options, true))
      }
      const abort = () => stop(signal.reason)
      const giveUp = () => stop(unsent?.reason)
      const sending = () => unsent?.removeEventListener('abort', giveUp)
      signal.addEventListener('abort', abort)
      unsent?.addEventListener('abort', giveUp)

      request.on('socket', (socket: Socket) => {
        bytesBefore = socket.bytesRead
        if (socket.connecting) socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', sending)
        else sending()
      })
      request.on('error', (cause: NodeJS.ErrnoException) => {
        const isStale = !replying && request.reusedSocket && request.socket?.bytesRead === bytesBefore
        end(isStale && !isRepeat ? repeat : () => reject(connectionError(url, cause)))
      })
      // 101, although nothing was asked to be upgraded.
      request.on('upgrade', (response, socket) => {
        socket.destroy()
        stop(headFault(url, response, maxResponseBytes))
      })
      request.on('response', response => {
        replying = true
        const fault = headFault(url, response, maxResponseBytes)
        if (fault) return stop(fault)
        response.on('data', (chunk: Buffer) => {
          received += chunk.length
          if (received > maxResponseBytes) stop(tooLarge(url, maxResponseBytes))
          else chunks.push(chunk)
        })
        response.on('error', cause => end(() => reject(connectionError(url, cause))))
        response.on('end', () =>
          end(() => {
            const reply = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
            atEndOfTurn(() => resolve(reply))
          }),
        )
      })
      // A string leaves with the head in one piece; of bytes, node makes two.
      request.end(body)
    })
  }

  return {
    post: (url, body, options) => send(url, body, options),
    close() {
      own?.['http:'].destroy()
      own?.['https:'].destroy()
    },
  }
}

/** An agent for another protocol than that of the URL throws right away. */
function opened(url: URL, open: () => http.ClientRequest): http.ClientRequest {
  try {
    return open()
  } catch (cause) {
    throw connectionError(url, cause as NodeJS.ErrnoException)
  }
}

function idleSockets(agent: http.Agent): Socket[] {
  return Object.values(agent.freeSockets).flatMap(sockets => sockets ?? [])
}

function headFault(url: URL, response: http.IncomingMessage, maxResponseBytes: number): XmppBoshError | undefined {
  const { statusCode = 0 } = response
  if (statusCode !== 200) {
    const hint = statusCode === 404 ? '; is option `service` the URL of BOSH?' : ''
    return new XmppBoshError('ERR_XMPP_HTTP', `${url.origin} answered with HTTP status ${statusCode}${hint}`)
  }
  // As they came: node makes an object of all headers only for those who ask for it.
  const { rawHeaders } = response
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const fault = headerFault(url, (rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '', maxResponseBytes)
    if (fault) return fault
  }
  return undefined
}

function headerFault(url: URL, name: string, value: string, maxResponseBytes: number): XmppBoshError | undefined {
  // XEP-0124 §6 lets us ignore the Content-Type, but bytes in another encoding would be read wrongly.
  if (name === 'content-type') {
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(value)?.[1]
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
      return new XmppBoshError('ERR_XMPP_PROTOCOL', `${url.origin} answered in an encoding other than UTF-8`)
    }
  }
  if (name === 'content-encoding' && value.toLowerCase() !== 'identity') {
    return new XmppBoshError('ERR_XMPP_PROTOCOL', `${url.origin} answered compressed, which was not asked for`)
  }
  if (name === 'content-length' && Number(value) > maxResponseBytes) return tooLarge(url, maxResponseBytes)
  return undefined
}

function tooLarge(url: URL, bytes: number): XmppBoshError {
  return new XmppBoshError(
    'ERR_XMPP_TOO_LARGE',
    `${url.origin} answered with more than ${bytes} bytes; see \`maxResponseBytes\``,
  )
}

const TLS_ERROR =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|PATH_LENGTH_|HOSTNAME_MISMATCH|INVALID_PURPOSE|EPROTO$)/

function connectionError(url: URL, cause: NodeJS.ErrnoException): XmppBoshError {
  const { code = '', message } = cause
  // Copied: some of node's errors carry the bytes they choked on.
  const shown = Object.assign(new Error(message), code && { code })
  if (TLS_ERROR.test(code)) {
    return new XmppBoshError(
      'ERR_XMPP_TLS',
      `no trusted TLS connection to ${url.origin} (${code}); see option \`tls\``,
      {
        cause: shown,
      },
    )
  }
  if (code.startsWith('HPE_')) {
    return new XmppBoshError('ERR_XMPP_HTTP', `${url.origin} does not answer in HTTP (${code})`, { cause: shown })
  }
  return new XmppBoshError('ERR_XMPP_CONNECT', `no connection to ${url.origin} (${code || 'closed'})`, { cause: shown })
}
