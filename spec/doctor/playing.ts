import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Recorded } from './recorded-servers'

/** The effect of the end of a session on others. */
export type Habit =
  /** none */
  | 'leaves others alone'
  /** Tigase: every connection that the session used is closed */
  | 'closes its connections'
  /** a proxy that shares its connections to such a server: requests of others get status 502 */
  | 'fails requests of others'
  /** requests of others lose their connection */
  | 'cuts requests of others'
  /** the others end as well */
  | 'ends others'
  /** none, but no request ever waits */
  | 'lets none wait'
  /** a second session at the same time is refused */
  | 'has one session at a time'
  /** Openfire with a limit of new connections: every session after the first gets a page with status 403 */
  | 'limits new sessions'

interface Session {
  readonly sockets: Set<Socket>
  hasFeatures: boolean
  held: ServerResponse | undefined
}

const EMPTY = "<body xmlns='http://jabber.org/protocol/httpbind'/>"
const ENDED = EMPTY.replace('/>', " type='terminate'/>")

/** Plays the recorded replies of a server, in as many sessions as there are. Requests without an answer wait. */
export async function playing(recorded: Recorded, habit: Habit = 'leaves others alone') {
  const player = new Player(recorded, habit)
  const server = http.createServer((request, response) => void player.handle(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/bosh`,
    /** the sessions that are open */
    sessions: player.sessions,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

class Player {
  readonly sessions = new Map<string, Session>()
  readonly #recorded: Recorded
  readonly #habit: Habit
  #count = 0

  constructor(recorded: Recorded, habit: Habit) {
    this.#recorded = recorded
    this.#habit = habit
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts).toString()
    const [, sid] = / sid='([^']+)'/.exec(body) ?? []
    if (sid === undefined) return this.#create(request, response)
    const session = this.sessions.get(sid)
    if (session === undefined) return this.#send(response, ENDED.replace(' type', " condition='item-not-found' type"))
    session.sockets.add(request.socket)
    if (body.includes("type='terminate'")) this.#end(sid, session, response)
    else this.#answer(body, session, response)
  }

  #create({ socket }: IncomingMessage, response: ServerResponse): void {
    if (this.#habit === 'has one session at a time' && this.sessions.size > 0) {
      this.#send(response, ENDED.replace(' type', " condition='policy-violation' type"))
      return
    }
    if (this.#habit === 'limits new sessions' && this.#count > 0) {
      response.writeHead(403, { 'content-type': 'text/html' }).end('<html><body>Forbidden</body></html>')
      return
    }
    const { first } = this.#recorded
    const [, recorded = ''] = / sid=['"]([^'"]+)/.exec(first) ?? []
    const sid = recorded.slice(0, -4) + (++this.#count).toString(16).padStart(4, '0')
    this.sessions.set(sid, { sockets: new Set([socket]), hasFeatures: first.includes('<mechanism'), held: undefined })
    this.#send(response, first.replaceAll(recorded, sid))
  }

  #answer(body: string, session: Session, response: ServerResponse): void {
    const { second, form } = this.#recorded
    const [, id] = /<iq [^>]*id='([^']+)'/.exec(body) ?? []
    if (id !== undefined) this.#send(response, EMPTY.replace('/>', `>${form?.replace('ID', id) ?? ''}</body>`))
    else if (!session.hasFeatures) this.#send(response, second ?? EMPTY)
    else if (this.#habit === 'lets none wait') this.#send(response, EMPTY)
    else session.held = response
    session.hasFeatures ||= id === undefined
  }

  #end(sid: string, session: Session, response: ServerResponse): void {
    this.sessions.delete(sid)
    this.#send(response, ENDED)
    if (session.held && !session.held.writableEnded) this.#send(session.held, ENDED)
    if (this.#habit === 'closes its connections') {
      response.once('finish', () => setImmediate(() => session.sockets.forEach(socket => void socket.destroy())))
    }
    for (const [other, { held }] of this.sessions) {
      if (this.#habit === 'ends others') this.sessions.delete(other)
      if (held === undefined || held.writableEnded) continue
      if (this.#habit === 'ends others') this.#send(held, ENDED)
      if (this.#habit === 'fails requests of others') held.writeHead(502).end()
      if (this.#habit === 'cuts requests of others') held.destroy()
    }
  }

  #send(response: ServerResponse, body: string): void {
    response.writeHead(200, { ...this.#recorded.headers, 'content-length': Buffer.byteLength(body) }).end(body)
  }
}
