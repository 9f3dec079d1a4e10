import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Nginx, startNginx } from './servers/nginx'
import { stablePorts } from './servers/ports'
import { ask, type Door, newVisitor } from './visitor'

/** A process behind nginx that records its requests and answers as the test says. */
interface Process {
  requests: IncomingMessage[]
  act: (req: IncomingMessage, res: ServerResponse) => void
  readonly port: number
  listen(): Promise<void>
  close(): Promise<void>
}

function processAt(port: number): Process {
  let server: Server | undefined
  const process: Process = {
    requests: [],
    act: answer,
    port,
    listen() {
      server = createServer((req, res) => {
        process.requests.push(req)
        req.resume().on('end', () => process.act(req, res))
      })
      return new Promise(resolve => server?.listen(port, '127.0.0.1', resolve))
    },
    close() {
      const closed = new Promise<void>(resolve => (server ? server.close(() => resolve()) : resolve()))
      server?.closeAllConnections()
      server = undefined
      return closed
    },
  }
  return process
}

const answer = (_req: IncomingMessage, res: ServerResponse) => void res.end('answered')
const breakOff = (req: IncomingMessage) => void req.socket.destroy()

let nginx: Nginx
let door: Door
let processes: readonly [Process, Process]

beforeEach(async () => {
  const [first = 0, second = 0] = await stablePorts(2)
  processes = [processAt(first), processAt(second)]
  for (const process of processes) await process.listen()
  nginx = await startNginx([first, second])
  door = nginx
})
afterEach(async () => {
  await nginx?.stop()
  for (const process of processes) await process.close()
})

const asked = () => processes.flatMap(({ requests }) => requests)

test('nginx overwrites the forwarded headers of a visitor', async () => {
  const headers = {
    'X-Forwarded-For': '192.0.2.1, 127.0.0.1',
    'X-Forwarded-Proto': 'gopher',
    'X-Forwarded-Host': 'evil.example',
  }
  await ask(door, '/', { address: '127.9.9.9', headers, form: undefined })
  expect(asked()).toHaveLength(1)
  const seen = asked()[0]?.headers
  expect(seen).toMatchObject({ 'x-forwarded-for': '127.9.9.9', 'x-forwarded-proto': 'https', host: '127.0.0.1' })
  expect(seen).not.toHaveProperty('x-forwarded-host')
})

test('nginx sends requests to both processes on kept connections', async () => {
  const visitor = newVisitor()
  for (let n = 0; n < 8; n++) await visitor.get(door, '/')
  for (const { requests } of processes) {
    expect(requests).toHaveLength(4)
    expect(new Set(requests.map(({ socket }) => socket)).size).toBe(1)
  }
})

test('nginx redirects http to https', async () => {
  const { status, location } = await newVisitor().get({ url: nginx.plainUrl }, '/login?returnTo=%2F')
  expect(status).toBe(301)
  expect(location).toBe('https://127.0.0.1/login?returnTo=%2F')
  expect(asked()).toEqual([])
})

test.each([
  '/healthz',
  '/readyz',
  '/HEALTHZ',
  '/Readyz',
  '/readyz/',
  '/readyz//',
  '/login//healthz',
  '/%68ealthz',
  '/healthz%2F',
  '/./healthz',
  '/login/../readyz',
  '/healthz?x=1',
  '/login-page/readyz',
])('%s gets 404 from nginx', async path => {
  expect((await newVisitor().get(door, path)).status).toBe(404)
  expect(asked()).toEqual([])
})

test('nginx does not compress pages', async () => {
  for (const process of processes) {
    process.act = (_req, res) => void res.setHeader('Content-Type', 'text/html').end('token '.repeat(1_000))
  }
  const { headers } = await ask(door, '/', {
    address: '127.0.0.1',
    headers: { 'Accept-Encoding': 'gzip' },
    form: undefined,
  })
  expect(headers).not.toHaveProperty('content-encoding')
})

test('nginx refuses a body that is too large', async () => {
  const { status } = await newVisitor().post(door, '/login', { username: 'a'.repeat(70_000) })
  expect(status).toBe(413)
  expect(asked()).toEqual([])
})

describe('when both processes close their connections', () => {
  beforeEach(() => {
    for (const process of processes) process.act = breakOff
  })

  test('a form is sent once, and the visitor gets the error page, when both processes close their connections', async () => {
    const { status, text, headers } = await newVisitor().post(door, '/login', { username: 'alice' })
    expect(asked()).toHaveLength(1)
    expect(status).toBe(502)
    expect(text).toContain('check whether it took effect')
    expect(headers).toMatchObject({ 'content-type': 'text/html', 'cache-control': 'no-store', 'retry-after': '5' })
  })

  test('a program gets a problem when both processes close their connections', async () => {
    const { status, text, headers } = await newVisitor().post(door, '/api/login', { username: 'alice' })
    expect(asked()).toHaveLength(1)
    expect(status).toBe(502)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(text)).toMatchObject({ title: 'Bad Gateway', status: 502, code: 'unavailable' })
  })

  test('a page is requested once from each process when both close their connections', async () => {
    expect((await newVisitor().get(door, '/login')).status).toBe(502)
    expect(processes.map(({ requests }) => requests.length)).toEqual([1, 1])
  })
})

describe('when one process closes its connections', () => {
  beforeEach(() => {
    processes[0].act = breakOff
  })

  test('every page arrives, and only the first is requested twice, when one process closes its connections', async () => {
    const visitor = newVisitor()
    for (let n = 0; n < 6; n++) expect((await visitor.get(door, '/login')).text).toBe('answered')
    expect(processes.map(({ requests }) => requests.length)).toEqual([1, 6])
  })

  test('one form at most is lost when one process closes its connections', async () => {
    const visitor = newVisitor()
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) statuses.push((await visitor.post(door, '/login', { username: 'alice' })).status)
    expect(statuses.toSorted()).toEqual([200, 200, 200, 200, 200, 502])
    expect(processes.map(({ requests }) => requests.length)).toEqual([1, 5])
  })
})

test('forms go to the other process when one does not listen', async () => {
  await processes[0].close()
  const visitor = newVisitor()
  for (let n = 0; n < 6; n++) expect((await visitor.post(door, '/login', { username: 'alice' })).text).toBe('answered')
  expect(processes[1].requests).toHaveLength(6)
})

test.each([403, 429, 500, 502, 503, 504])('an error page of the app with %i passes unchanged', async status => {
  for (const process of processes) process.act = (_req, res) => void res.writeHead(status).end('a page of the app')
  const answer = await newVisitor().post(door, '/login', { username: 'alice' })
  expect(answer).toMatchObject({ status, text: 'a page of the app' })
  expect(asked()).toHaveLength(1)
})
