import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import { MemoryStore } from 'express-session'
import { createLog, requestLog } from '../../login-site/operation/log'
import { sessionCookie, sessionMiddleware } from '../../login-site/sessions/session-cookie'
import type { LogEntry } from './visitor'

declare module 'express-session' {
  interface SessionData {
    begun?: boolean
  }
}

/** A store that finishes a `touch` when the test says so. */
class PatientStore extends MemoryStore {
  touched: Promise<(reason?: unknown) => void>
  #asked: (done: (reason?: unknown) => void) => void = () => {}

  constructor() {
    super()
    this.touched = new Promise(resolve => {
      this.#asked = resolve
    })
  }

  override touch(_sid: string, _session: unknown, done: (reason?: unknown) => void = () => {}): void {
    this.#asked(done)
  }
}

let server: Server
let store: PatientStore
let logged: LogEntry[]
let cookie: string

beforeEach(async () => {
  store = new PatientStore()
  logged = []
  const app = express()
  app.get('/outside', (_req, res) => void res.send('outside'))
  app.use(requestLog(createLog({ write: line => void logged.push(JSON.parse(line)) })))
  app.use(sessionMiddleware(sessionCookie(false), 'a secret of the specs, long enough', store))
  app.get('/begin', (req, res) => {
    req.session.begun = true
    res.send('begun')
  })
  app.get('/page', (_req, res) => void res.send('the whole page'))
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cookie = /^[^;]+/.exec((await fetch(urlOf('/begin'))).headers.get('set-cookie') ?? '')?.[0] ?? ''
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

function urlOf(path: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
}

/** Requests a page. Returns the part that has arrived, and a promise of the whole. */
function visit(): { arrived: () => string; all: Promise<string> } {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  socket.write(`GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ${cookie}\r\n\r\n`)
  return { arrived: () => text, all: once(socket, 'close').then(() => text) }
}

test('a page is not sent before its session is saved', async () => {
  const { arrived, all } = visit()
  const kept = await store.touched
  // A part that had been sent earlier would have arrived by now.
  for (let n = 0; n < 3; n++) await (await fetch(urlOf('/outside'))).text()
  expect(arrived()).toBe('')
  kept()
  expect(await all).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nthe whole page$/s)
})

test('a page is sent and the failure logged when its session cannot be saved', async () => {
  const { all } = visit()
  const kept = await store.touched
  kept(new Error('the store is away'))
  expect(await all).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nthe whole page$/s)
  expect(logged).toContainEqual(expect.objectContaining({ level: 'error', status: 503, message: 'the store is away' }))
})
