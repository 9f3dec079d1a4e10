import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Signal } from '../time/light-signal'
import { afterThisBatch } from './batch'
import { connectionError, headFault, tooLarge } from './http-errors'

/** What an exchange needs to know, and whom to tell. */
export interface Terms {
  readonly url: URL
  readonly maxResponseBytes: number
  /** ends the request; its reason is what is rejected with */
  readonly signal: Signal
  /** the same as long as nothing was sent: while it waits for a connection, or for one to be made */
  readonly unsent?: Signal | undefined
  readonly resolve: (reply: Buffer) => void
  readonly reject: (reason: unknown) => void
  /** called in place of `reject` when a kept connection ended before the first byte of a reply */
  readonly stale?: (() => void) | undefined
}

/** One request and its reply. Calls `resolve`, `reject` or `stale`, once; a request that ended early is destroyed. */
export class HttpExchange {
  readonly #request: ClientRequest
  readonly #terms: Terms
  /** what the connection had read when this request got it */
  #bytesBefore = 0
  #hasReply = false
  #isOver = false
  readonly #chunks: Buffer[] = []
  #received = 0
  readonly #abort = () => this.#stop(this.#terms.signal.reason)
  readonly #giveUp = () => this.#stop(this.#terms.unsent?.reason)

  constructor(request: ClientRequest, terms: Terms) {
    this.#request = request
    this.#terms = terms
    terms.signal.addEventListener('abort', this.#abort)
    terms.unsent?.addEventListener('abort', this.#giveUp)
    request.on('socket', socket => this.#assigned(socket))
    request.on('error', cause => this.#failed(cause))
    request.on('response', response => this.#replied(response))
    // 101, although nothing was asked to be upgraded.
    request.on('upgrade', (response, socket) => {
      socket.destroy()
      this.#stop(headFault(terms.url, response, terms.maxResponseBytes))
    })
  }

  send(body: string): void {
    // A string leaves with the head in one piece; of bytes, node makes two.
    this.#request.end(body)
  }

  #assigned(socket: Socket): void {
    this.#bytesBefore = socket.bytesRead
    const sending = () => this.#terms.unsent?.removeEventListener('abort', this.#giveUp)
    if (socket.connecting) socket.once(this.#terms.url.protocol === 'https:' ? 'secureConnect' : 'connect', sending)
    else sending()
  }

  #replied(response: IncomingMessage): void {
    this.#hasReply = true
    const { url, maxResponseBytes } = this.#terms
    const fault = headFault(url, response, maxResponseBytes)
    if (fault) {
      this.#stop(fault)
      return
    }
    response.on('data', (chunk: Buffer) => {
      this.#received += chunk.length
      if (this.#received > maxResponseBytes) this.#stop(tooLarge(url, maxResponseBytes))
      else this.#chunks.push(chunk)
    })
    response.on('error', cause => this.#failed(cause))
    response.on('end', () => this.#complete())
  }

  #complete(): void {
    if (!this.#end()) return
    const [first] = this.#chunks
    const reply = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
    afterThisBatch(() => this.#terms.resolve(reply))
  }

  #failed(cause: NodeJS.ErrnoException): void {
    if (!this.#end()) return
    const { url, stale, reject } = this.#terms
    const { reusedSocket, socket } = this.#request
    const isStale = !this.#hasReply && reusedSocket && socket?.bytesRead === this.#bytesBefore
    if (isStale && stale) stale()
    else reject(connectionError(url, cause))
  }

  #stop(reason: unknown): void {
    if (this.#end()) this.#terms.reject(reason)
    this.#request.destroy()
  }

  /** False when it has ended already: what is destroyed fails once more. */
  #end(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    const { signal, unsent } = this.#terms
    signal.removeEventListener('abort', this.#abort)
    unsent?.removeEventListener('abort', this.#giveUp)
    return true
  }
}
