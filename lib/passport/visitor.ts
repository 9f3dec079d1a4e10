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
  /** for `forwardClientIp`; the strategy itself does not read it */
  ip?: string | undefined
  /** socket of the visitor: its `close` event ends the login */
  socket?: object | undefined
}

interface SocketLike {
  readonly destroyed?: boolean
  on(event: 'close', listener: () => void): unknown
  removeListener(event: 'close', listener: () => void): unknown
}

/**
 * Returns a signal that is aborted when the visitor's connection closes. Call `release` when the login is over.
 *
 * Watches the socket, not the request: a request emits `close` as soon as its body is parsed.
 */
export function watchVisitor(socket: object | undefined): { signal: AbortSignalLike; release: () => void } {
  const visitor = new LightSignal()
  const leave = () => visitor.abort()
  const watched = socket as Partial<SocketLike> | undefined
  if (watched?.destroyed) leave()
  watched?.on?.('close', leave)
  return { signal: visitor, release: () => watched?.removeListener?.('close', leave) }
}
