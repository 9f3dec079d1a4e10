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
