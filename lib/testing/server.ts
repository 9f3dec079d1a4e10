import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Responder, type ResponderOptions, type TestServer } from './responder'

export type { Accounts } from './accounts'
export type { Fault, FaultReply, SaslCondition, Step } from './faults'
export type { TestMechanism } from './mechanisms'
export type { RequestView, ResponderOptions, SessionView, TestServer } from './responder'

/** A running test server. */
export interface BoshServer extends TestServer {
  /** for option `service` */
  readonly url: string
  /** TCP connections accepted since the start */
  readonly connections: number
  close(): Promise<void>
}

const PATH = '/bosh'
const MAX_REQUEST_BYTES = 65_536

/**
 * Starts a BOSH server on a loopback port: real SASL and bind on accounts you name, for tests and demonstrations. Not
 * for production: it keeps passwords in memory as they are.
 */
export async function startBoshServer(options: ResponderOptions & { port?: number }): Promise<BoshServer> {
  const { port, ...served } = options
  const mounted = new HttpMount(served)
  await mounted.listen(port ?? 0)
  return mounted
}

class HttpMount extends Responder implements BoshServer {
  readonly #server: Server
  #connections = 0

  constructor(options: ResponderOptions) {
    super(options)
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy())
    })
    this.#server.on('connection', () => this.#connections++)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${PATH}`
  }

  get connections(): number {
    return this.#connections
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', resolve)
    })
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== PATH) return void response.writeHead(404).end()
    if (request.method !== 'POST') return void response.writeHead(200, { 'Content-Type': 'text/plain' }).end('BOSH\n')
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
    const { status, headers, body } = reply
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
  }
}
