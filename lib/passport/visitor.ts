import { type AbortSignalLike, LightSignal } from '../time/light-signal'

interface SocketLike {
  readonly destroyed?: boolean
  on(event: 'close', listener: () => void): unknown
  removeListener(event: 'close', listener: () => void): unknown
}

// The socket, not the request: a request "closes" as soon as its body is parsed.
export function presenceOf(socket: object | undefined): { signal: AbortSignalLike; release: () => void } {
  const visitor = new LightSignal()
  const leave = () => visitor.abort()
  const watched = socket as Partial<SocketLike> | undefined
  if (watched?.destroyed) leave()
  watched?.on?.('close', leave)
  return { signal: visitor, release: () => watched?.removeListener?.('close', leave) }
}
