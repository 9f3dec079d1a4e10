import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Exchange, Headers, Reply } from '../fixtures/dialogues/dialogue'
import { useNonce } from './nonce'
import { differences, headerDifferences, type Read, readRequest, typedIn } from './requests'

/** A request that a player received. */
export interface Received {
  readonly body: string
  readonly read: Read
  /** index of the recorded exchange whose reply was due; `undefined` if none was recorded */
  readonly exchange: number | undefined
  /** differences from the recorded request */
  readonly differences: readonly string[]
  /** the reply as it was sent */
  reply: string | undefined
}

/** Changes what a player replies to exchange `index`. Returns replies: the first one now, the others to empty requests. */
export type Spoil = (index: number, reply: Reply) => readonly Reply[]

/**
 * A server that gives recorded replies. A request gets the reply to the next recorded request of its kind in the same
 * session. Ids of stanzas and `ack` are those of the request; all else is as it was recorded. A request that has no
 * counterpart gets no reply: the connection is closed. A terminate without a counterpart is answered, because some
 * recorded clients did not end their session.
 */
export class Player {
  readonly url: string
  readonly received: Received[] = []
  readonly #server: Server
  readonly #exchanges: readonly Exchange[]
  readonly #reads: readonly Read[]
  readonly #spoil: Spoil
  readonly #ids = new Map<string, string>()
  #next = 0
  #late: Reply[] = []

  static async start(exchanges: readonly Exchange[], spoil: Spoil = (_, reply) => [reply]): Promise<Player> {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return new Player(server, exchanges, spoil)
  }

  private constructor(server: Server, exchanges: readonly Exchange[], spoil: Spoil) {
    this.#server = server
    this.#exchanges = exchanges
    this.#reads = exchanges.map(({ request }) => readRequest(request.body))
    this.#spoil = spoil
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${exchanges[0]?.request.path}`
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response))
  }

  async close(): Promise<void> {
    useNonce(undefined)
    const closed = new Promise(resolve => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const read = readRequest(body)
    const late = read.kind === 'empty' ? this.#late.shift() : undefined
    const index = late ? undefined : this.#find(read)
    const recorded = index === undefined ? undefined : this.#reads[index]
    const received: Received = {
      body,
      read,
      exchange: index,
      differences: this.#differences(index, request, read),
      reply: undefined,
    }
    this.received.push(received)
    if (recorded) this.#learn(recorded, read)
    const exchange = index === undefined ? undefined : this.#exchanges[index]
    let reply: Reply | undefined = late
    if (index !== undefined && exchange) [reply, ...this.#late] = this.#spoil(index, exchange.reply)
    if (!reply && late === undefined && read.kind === 'terminate') reply = TERMINATED
    received.reply = send(response, reply && this.#adapted(reply, read))
    if (exchange?.closes) response.on('finish', () => response.socket?.end())
  }

  #differences(index: number | undefined, { method, rawHeaders }: IncomingMessage, { tree }: Read): string[] {
    const [exchange, recorded] = index === undefined ? [] : [this.#exchanges[index], this.#reads[index]]
    if (!exchange || !recorded) return []
    const { request } = exchange
    const headers: Headers = rawHeaders.flatMap((name, n) => (n % 2 === 0 ? [[name, rawHeaders[n + 1] ?? '']] : []))
    return [
      ...(method === request.method ? [] : [`${request.method} was recorded, ${method} was sent`]),
      ...headerDifferences(request.headers, headers),
      ...differences(recorded.tree, tree),
    ]
  }

  /** Finds the recorded exchange for a request and goes behind it. */
  #find({ kind }: Read): number | undefined {
    for (let index = this.#next; index < this.#reads.length; index++) {
      const other = this.#reads[index]?.kind
      if (other === kind) {
        this.#next = index + 1
        if (kind === 'creation') this.#begin(index)
        return index
      }
      if (other === 'creation' && kind !== 'creation' && index > 0) return undefined
    }
    return undefined
  }

  #begin(index: number): void {
    this.#ids.clear()
    this.#late = []
    const end = this.#reads.findIndex(({ kind }, other) => other > index && kind === 'creation')
    const session = this.#exchanges.slice(index, end < 0 ? undefined : end)
    useNonce(typedIn(session.map(({ request }) => request.body)).nonce)
  }

  #learn(recorded: Read, sent: Read): void {
    const [theirs, ours] = [recorded, sent].map(({ tree }) => tree.children[0]?.attributes['id'])
    if (theirs !== undefined && ours !== undefined) this.#ids.set(theirs, ours)
  }

  #adapted(reply: Reply, { tree }: Read): Reply {
    if (reply.kind !== 'reply') return reply
    const body = reply.body
      .replace(/(\sid=)(["'])(.*?)\2/g, (whole, name, quote, id) =>
        this.#ids.has(id) ? `${name}${quote}${this.#ids.get(id)}${quote}` : whole,
      )
      .replace(/(\sack=)(["'])[0-9]+\2/, `$1$2${tree.attributes['rid']}$2`)
    return { ...reply, body }
  }
}

const TERMINATED: Reply = {
  kind: 'reply',
  status: 200,
  reason: 'OK',
  headers: [['Content-Type', 'text/xml; charset=utf-8']],
  body: "<body xmlns='http://jabber.org/protocol/httpbind' type='terminate'/>",
  ms: undefined,
}

/** Headers that belong to one connection, or to the bytes of one body. */
const OF_THE_CONNECTION = ['connection', 'content-length', 'keep-alive', 'transfer-encoding']

/** Sends a reply and returns its body. Without a reply the connection is closed, or waits as long as the client does. */
function send(response: ServerResponse, reply: Reply | undefined): string | undefined {
  if (reply?.kind === 'none') return undefined
  if (reply?.kind !== 'reply') {
    response.socket?.destroy()
    return undefined
  }
  const { status, reason, headers, body } = reply
  response.sendDate = false
  const kept = headers.filter(([name]) => !OF_THE_CONNECTION.includes(name.toLowerCase())).flat()
  response.writeHead(status, reason, [...kept, 'Content-Length', String(Buffer.byteLength(body))])
  response.end(body)
  return body
}
