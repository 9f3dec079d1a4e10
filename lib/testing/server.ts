/**
 * A BOSH server for tests, on a loopback port.
 *
 * @module passport-xmpp-bosh/testing
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { paced } from './faults/pace'
import type { ResponderOptions } from './options'
import { Responder, type TestServer } from './responder'

export type { AccountRefusal, Accounts } from './accounts'
export type { Fault, FaultReply, SaslCondition, SaslFault } from './faults/faults'
export type { ResponderOptions } from './options'
export type { PersonalityName } from './personality'
export type { RequestView, Step } from './protocol/request'
export type { TestMechanism } from './protocol/sasl'
export type { SessionView, TestServer } from './responder'
export type { CaptchaView, RegistrationMode } from './services/registration'

/** What a test server on a port is. */
export interface BoshServerOptions extends ResponderOptions {
  /** default: any that is free */
  port?: number
  /** the server speaks TLS with this key and certificate (PEM) */
  tls?: {
    /** the private key */
    readonly key: string
    /** the certificate, or the chain that begins with it */
    readonly cert: string
  }
}

/** A running test server. */
export interface BoshServer extends TestServer {
  /** for option `service`; the same after `close()`, when nobody listens there */
  readonly url: string
  /** TCP connections accepted since the start */
  readonly connections: number
  /** Ends its sessions and connections, and gives the port back. */
  close(): Promise<void>
}

const MAX_REQUEST_BYTES = 65_536
/** As real servers have it: scripts of any page may ask. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Content-Type',
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
}

/**
 * Starts a BOSH server on a loopback port: real SASL and bind on accounts you name, for tests and demonstrations. Not
 * for production: it keeps passwords in memory as they are.
 */
export async function startBoshServer({ port = 0, tls, ...served }: BoshServerOptions): Promise<BoshServer> {
  const mounted = new HttpMount(served, tls)
  await mounted.listen(port)
  return mounted
}

class HttpMount extends Responder implements BoshServer {
  readonly #server: Server
  readonly #scheme: 'http' | 'https'
  #port = 0
  #connections = 0

  constructor(options: ResponderOptions, tls: BoshServerOptions['tls']) {
    super(options)
    const listener: RequestListener = (request, response) => {
      this.#handle(request, response).catch(() => response.destroy())
    }
    this.#server = tls ? createSecureServer(tls, listener) : createServer(listener)
    this.#scheme = tls ? 'https' : 'http'
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
    if (request.url !== this.path) return void response.writeHead(404).end()
    if (request.method !== 'POST')
      return void response.writeHead(200, { ...CORS, 'Content-Type': 'text/plain' }).end('BOSH\n')
    const chunks: Buffer[] = []
    let received = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      received += chunk.length
      if (received > MAX_REQUEST_BYTES) return void response.writeHead(403, { Connection: 'close' }).end()
      chunks.push(chunk)
    }
    const reply = await this.respond(Buffer.concat(chunks), request.headers)
    if (reply === 'hang') return
    if (reply === 'reset') return void request.socket.resetAndDestroy()
    const { status, headers, body, pace } = reply
    response.writeHead(status, { ...CORS, ...headers, 'Content-Length': Buffer.byteLength(body) })
    if (pace === undefined) return void response.end(body)
    response.flushHeaders()
    const bytes = paced(body, pace)
    response.on('close', () => bytes.destroy())
    // In good order: what was written before still arrives.
    bytes.on('error', () => request.socket.end()).pipe(response)
  }
}
