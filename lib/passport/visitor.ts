import { type AbortSignalLike, LightSignal } from '../time/light-signal'

/**
 * Part of a request that the strategy uses. If your functions need more, pass your framework's own type to
 * {@link Strategy} as the type argument.
 *
 * @example
 * ```ts
 * import { Strategy, type StrategyRequest } from 'passport-xmpp-bosh'
 *
 * interface AppRequest extends StrategyRequest {
 *   id?: string
 * }
 *
 * const strategy = new Strategy<AppRequest>(
 *   { service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com', passReqToCallback: true },
 *   async (req, profile) => ({ ...profile, loginRequest: req.id }),
 * )
 * ```
 */
export interface StrategyRequest {
  /** parsed form or JSON with the credentials; the query string is never read */
  body?: unknown
  /** for `credentialsLookup` and `verify`; the strategy itself does not read it */
  headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** IP address of the visitor, as the framework's settings for proxies have it: the key that shares `maxConcurrent` */
  ip?: string | undefined
  /** socket of the visitor: its `close` event ends the login; its address is the key if `ip` is missing */
  socket?: object | undefined
}

interface SocketLike {
  readonly destroyed?: boolean
  readonly remoteAddress?: unknown
  on(event: 'close', listener: () => void): unknown
  removeListener(event: 'close', listener: () => void): unknown
}

/** Returns the visitor's IP address, or `undefined` if the request does not tell it. */
export function visitorAddress({ ip, socket }: StrategyRequest): string | undefined {
  const address: unknown = ip ?? (socket as Partial<SocketLike> | undefined)?.remoteAddress
  return typeof address === 'string' ? address : undefined
}

/** Logins under way on a socket. HTTP/1.1 pipelining allows several (RFC 9112 §9.3.2). */
interface Watch {
  readonly visitors: Set<LightSignal>
  readonly onClose: () => void
}

const watches = new WeakMap<object, Watch>()

/**
 * Returns a signal that is aborted when the visitor's connection closes. Call `release` when the login is over.
 *
 * Watches the socket, not the request: a request emits `close` as soon as its body is parsed. A socket has one listener,
 * however many logins are under way on it: Node.js warns of a leak at eleven.
 */
export function watchVisitor(socket: object | undefined): { signal: AbortSignalLike; release: () => void } {
  const visitor = new LightSignal()
  if (!socket) return { signal: visitor, release() {} }
  const watched = socket as Partial<SocketLike>
  if (watched.destroyed) visitor.abort()
  const watch = watches.get(socket) ?? startWatch(watched)
  watch.visitors.add(visitor)
  const release = () => {
    watch.visitors.delete(visitor)
    if (watch.visitors.size > 0) return
    watches.delete(socket)
    watched.removeListener?.('close', watch.onClose)
  }
  return { signal: visitor, release }
}

function startWatch(socket: Partial<SocketLike>): Watch {
  const visitors = new Set<LightSignal>()
  const watch = {
    visitors,
    onClose: () => {
      for (const visitor of visitors) visitor.abort()
    },
  }
  watches.set(socket, watch)
  socket.on?.('close', watch.onClose)
  return watch
}

/** Part of a response that tells if an answer to this request has begun. */
export interface Answer {
  readonly headersSent?: unknown
  readonly req?: unknown
}

/** Stream of one request on a connection of HTTP/2. */
interface StreamOfHttp2 {
  readonly headersSent: boolean
  readonly writableEnded: boolean
  close(code: number): void
}

/** Properties that the server or the framework adds to a request. */
export interface RequestOfServer extends StrategyRequest {
  /** set by Express and by koa-passport */
  readonly res?: Answer
  /** set by the HTTP/2 server of Node.js */
  readonly stream?: Partial<StreamOfHttp2>
}

/** Returns the response to a request, or its stream. Without a framework, the socket holds it while it is unfinished. */
export function answerTo(req: RequestOfServer): Answer | undefined {
  if (isHttp2(req.stream)) return req.stream
  if (req.res) return req.res
  const answer = (req.socket as { readonly _httpMessage?: Answer | null } | undefined)?._httpMessage
  return answer?.req === req ? answer : undefined
}

// RFC 9113 §7
const INTERNAL_ERROR = 2

/** Closes the visitor's connection, or the stream of HTTP/2: its connection has other requests. */
export function closeConnection({ stream, socket }: RequestOfServer): void {
  // An answer that is complete is still sent.
  if (isHttp2(stream)) {
    if (!stream.writableEnded) stream.close(INTERNAL_ERROR)
    return
  }
  const { destroySoon, destroy } = (socket ?? {}) as { destroySoon?: () => void; destroy?: () => void }
  try {
    if (destroySoon) destroySoon.call(socket)
    else destroy?.call(socket)
  } catch {
    destroy?.call(socket)
  }
}

function isHttp2(stream: Partial<StreamOfHttp2> | undefined): stream is StreamOfHttp2 {
  return typeof stream?.close === 'function' && 'rstCode' in stream
}
