import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Signal } from '../../time/light-signal'
import { afterThisBatch } from '../batch'
import { connectionError, headerFault, tooLarge } from './errors'
import { readOtherStatus } from './other-status'
import { isStaleSocket } from './stale-socket'
import { statusError } from './statuses'
import { isConnecting, isTls, untrustedTls, withoutTls } from './trusted-tls'

/** Bounds and callbacks of one exchange. */
export interface ExchangeOptions {
  readonly url: URL
  readonly maxResponseBytes: number
  /** the request belongs to a session that the server has created: decides the meaning of a status other than 200 */
  readonly isInSession: boolean
  /** the connection comes from an agent of the app */
  readonly isGivenAgent: boolean
  /** aborts the request; `reject` gets its reason */
  readonly signal: Signal
  /** aborts the request before it is sent: while it waits for a free socket or for the connection */
  readonly unsent?: Signal | undefined
  /** called with true when the request has a socket */
  readonly onSocket?: ((hasSocket: boolean) => void) | undefined
  /** called when the socket of the request is connected */
  readonly onSent?: (() => void) | undefined
  /** tells if `stale` may be called */
  readonly mayRepeat?: (() => boolean) | undefined
  readonly resolve: (reply: Buffer) => void
  readonly reject: (reason: unknown) => void
  /** called in place of `reject` if a reused connection ended before the first byte of the reply */
  readonly stale?: (() => void) | undefined
}

/** One request and its reply. Calls one of `resolve`, `reject` and `stale` once. Destroys a request that ends early. */
export class HttpExchange {
  readonly #request: ClientRequest
  readonly #options: ExchangeOptions
  /** bytes the connection had read before this request */
  #bytesReadBefore = 0
  #hasReply = false
  /** a status other than 200 has arrived: it stands, even if the connection fails from now on */
  #hasOtherStatus = false
  #isSettled = false
  readonly #chunks: Buffer[] = []
  #received = 0
  readonly #abort = () => this.#stop(this.#options.signal.reason)
  readonly #abortUnsent = () => this.#stop(this.#options.unsent?.reason)

  constructor(request: ClientRequest, options: ExchangeOptions) {
    this.#request = request
    this.#options = options
    options.signal.addEventListener('abort', this.#abort)
    options.unsent?.addEventListener('abort', this.#abortUnsent)
    request.on('socket', socket => this.#onSocket(socket))
    request.on('error', cause => this.#onError(cause))
    request.on('response', response => this.#onResponse(response))
    // Status 101, although the request did not ask for an upgrade.
    request.on('upgrade', (response, socket) => {
      socket.destroy()
      const { statusCode: status = 0 } = response
      this.#stop(statusError({ url: options.url, status, isInSession: options.isInSession }))
    })
  }

  /** Sends the request. */
  send(body: string): void {
    // A string, not a Buffer: Node writes a string together with the headers, a Buffer in a second write.
    this.#request.end(body)
  }

  #onSocket(socket: Socket): void {
    this.#bytesReadBefore = socket.bytesRead
    const { url, unsent, onSocket, isGivenAgent } = this.#options
    if (!this.#isSettled) onSocket?.(true)
    const isSecure = url.protocol === 'https:'
    if (isSecure && isGivenAgent && !isTls(socket)) {
      this.#stop(withoutTls(url))
      return
    }
    const onConnected = () => {
      unsent?.removeEventListener('abort', this.#abortUnsent)
      const fault = isSecure && isGivenAgent && untrustedTls(url, socket)
      if (fault) this.#stop(fault)
      else if (!this.#isSettled) this.#options.onSent?.()
    }
    if (isConnecting(socket)) socket.once(isSecure ? 'secureConnect' : 'connect', onConnected)
    else onConnected()
  }

  #onResponse(response: IncomingMessage): void {
    this.#hasReply = true
    const { url, maxResponseBytes } = this.#options
    if (response.statusCode !== 200) {
      this.#hasOtherStatus = true
      readOtherStatus(response, this.#options, outcome => {
        if (outcome instanceof Buffer) this.#resolve(outcome)
        else this.#stop(outcome)
      })
      return
    }
    const fault = headerFault(url, response.rawHeaders, maxResponseBytes)
    if (fault) {
      this.#stop(fault)
      return
    }
    response.on('data', (chunk: Buffer) => {
      this.#received += chunk.length
      if (this.#received > maxResponseBytes) this.#stop(tooLarge(url, maxResponseBytes))
      else this.#chunks.push(chunk)
    })
    response.on('error', cause => this.#onError(cause))
    response.on('end', () => this.#onEnd())
  }

  #onEnd(): void {
    const [first] = this.#chunks
    this.#resolve(first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks))
  }

  #resolve(reply: Buffer): void {
    if (this.#settle()) afterThisBatch(() => this.#options.resolve(reply))
  }

  #onError(cause: NodeJS.ErrnoException): void {
    if (this.#hasOtherStatus || !this.#settle()) return
    const { url, isInSession, stale, mayRepeat, reject } = this.#options
    const isStale = stale && !this.#hasReply && isStaleSocket(this.#request, this.#bytesReadBefore)
    if (isStale && mayRepeat?.() !== false) stale()
    else reject(connectionError(url, cause, isInSession))
  }

  #stop(reason: unknown): void {
    if (this.#settle()) this.#options.reject(reason)
    this.#request.destroy()
  }

  /** Returns false if the exchange is settled already: a destroyed request emits one more error. */
  #settle(): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    const { signal, unsent } = this.#options
    signal.removeEventListener('abort', this.#abort)
    unsent?.removeEventListener('abort', this.#abortUnsent)
    return true
  }
}
