/**
 * A BOSH server for tests, on a loopback port.
 *
 * @module passport-xmpp-bosh/testing
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { paced } from './faults/pace'
import type { ResponderOptions } from './options'
import type { Connection } from './protocol/pending'
import { type Attributes, dressed, type Reply } from './protocol/reply'
import { Responder } from './responder'
import type { TestServer } from './test-server'

export type { AccountRefusal, Accounts } from './accounts'
export type { ClientName } from './clients/chat-clients'
export type { Question } from './clients/question'
export type { Users } from './clients/users'
export type { Fault, FaultReply, SaslCondition, SaslFault } from './faults/fault'
export type { StandingFault, StandingReply } from './faults/standing'
export type { ResponderOptions } from './options'
export { PERSONALITY_NAMES, type PersonalityName } from './personalities'
export type { RequestView, Step } from './protocol/request'
export type { TestMechanism } from './protocol/sasl'
export type { Affiliation } from './rooms/room'
export type { RoomOptions, Rooms } from './rooms/rooms'
export type { CaptchaView, RegistrationMode } from './services/registration'
export type { VCards } from './services/vcards'
export type { SessionView, TestServer } from './test-server'

/**
 * Options of {@link startBoshServer}.
 *
 * @example
 * ```ts
 * import { type BoshServerOptions, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const options: BoshServerOptions = { domain: 'localhost', accounts: { alice: 'secret' }, port: 0 }
 * const xmpp = await startBoshServer(options)
 * await xmpp.close()
 * ```
 */
export interface BoshServerOptions extends ResponderOptions {
  /**
   * loopback port to listen on; 0 selects a free one
   *
   * @default 0
   */
  port?: number
  /**
   * key and certificate (PEM) for TLS; without them the server speaks plain HTTP
   *
   * @default undefined
   */
  tls?: {
    /** private key */
    readonly key: string
    /** certificate, or the chain that begins with it */
    readonly cert: string
  }
}

/**
 * A test server that listens on a port.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { Authenticator } from 'passport-xmpp-bosh'
 * import { type BoshServer, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp: BoshServer = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * const authenticator = new Authenticator({ service: xmpp.url, domain: 'localhost' })
 * await authenticator.authenticate({ username: 'alice', password: 'secret' })
 *
 * assert.equal(xmpp.connections, 1)
 * await authenticator.close()
 * await xmpp.close()
 * ```
 */
export interface BoshServer extends TestServer {
  /** URL for option `service`; it stays the same after `close()`, when the port is closed */
  readonly url: string
  /** number of TCP connections accepted since the start */
  readonly connections: number
  /** Ends all sessions and connections, and closes the port. */
  close(): Promise<void>
}

const MAX_REQUEST_BYTES = 65_536
/**
 * Starts a BOSH server on a loopback port, for tests and demonstrations. It performs real SASL and bind with the accounts
 * you name. Do not use it in production: it keeps passwords in memory in clear text.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { Authenticator } from 'passport-xmpp-bosh'
 * import { startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * const authenticator = new Authenticator({ service: xmpp.url, domain: 'localhost' })
 * const { jid } = await authenticator.authenticate({ username: 'alice', password: 'secret' })
 *
 * assert.equal(jid, 'alice@localhost')
 * await authenticator.close()
 * await xmpp.close()
 * ```
 *
 * @throws {TypeError} an option is invalid; the message names it
 */
export async function startBoshServer({ port = 0, tls, ...served }: BoshServerOptions): Promise<BoshServer> {
  const server = new HttpTestServer(served, tls)
  await server.listen(port)
  return server
}

class HttpTestServer extends Responder implements BoshServer {
  readonly #server: Server
  readonly #scheme: 'http' | 'https'
  #port = 0
  #connections = 0
  readonly #carriers = new WeakMap<Socket, Connection>()

  constructor(options: ResponderOptions, tls: BoshServerOptions['tls']) {
    super(options)
    const listener: RequestListener = (request, response) => {
      this.#handle(request, response).catch(() => response.destroy())
    }
    this.#server = tls ? createSecureServer(tls, listener) : createServer(listener)
    this.#scheme = tls ? 'https' : 'http'
    if (this.http.idleMs !== undefined) this.#server.keepAliveTimeout = this.http.idleMs
    this.#server.on('connection', () => this.#connections++)
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}${this.path}`
  }

  get connections(): number {
    return this.#connections
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', () => {
        this.#port = (this.#server.address() as AddressInfo).port
        resolve()
      })
    })
  }

  close(): Promise<void> {
    this.endSessions()
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { cors, namesOrigin, anyPath, sharesOtherMethod } = this.http
    if (request.url !== this.path && !anyPath) return void response.writeHead(404).end()
    const origin = namesOrigin ? request.headers.origin : undefined
    const headers = { 'Access-Control-Allow-Origin': origin ?? '*', ...cors }
    if (request.method !== 'POST') {
      const reply = dressed(this.#withoutBosh(request.method), this.http)
      const isShared = sharesOtherMethod || ['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '')
      return this.#send(reply, request, response, isShared ? headers : {})
    }
    const chunks: Buffer[] = []
    let received = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      received += chunk.length
      if (received > MAX_REQUEST_BYTES) return void response.writeHead(403, { Connection: 'close' }).end()
      chunks.push(chunk)
    }
    const carrier = this.#carrierOf(request.socket)
    this.#send(await this.respond(Buffer.concat(chunks), request.headers, carrier), request, response, headers)
  }

  #send(reply: Reply, request: IncomingMessage, response: ServerResponse, shared: Attributes): void {
    if (reply === 'hang') return
    if (reply === 'reset') return void request.socket.resetAndDestroy()
    const { status, headers, body, pace } = reply
    response.writeHead(status, { ...shared, ...headers, 'Content-Length': Buffer.byteLength(body) })
    if (pace === undefined) return void response.end(body)
    response.flushHeaders()
    const bytes = paced(body, pace)
    response.on('close', () => bytes.destroy())
    // end() rather than destroy(): the bytes written before still arrive.
    bytes.on('error', () => request.socket.end()).pipe(response)
  }

  #withoutBosh(method: string | undefined): Reply {
    const { preflight, page, head, otherMethod } = this.http
    if (method === 'OPTIONS') return { status: 200, headers: preflight, body: '' }
    if (method === 'GET') return page
    return method === 'HEAD' ? (head ?? page) : otherMethod
  }

  #carrierOf(socket: Socket): Connection {
    const known = this.#carriers.get(socket)
    if (known) return known
    // The reply of this turn leaves before the end.
    const carrier = { close: () => void setImmediate(() => socket.end()) }
    this.#carriers.set(socket, carrier)
    return carrier
  }
}
