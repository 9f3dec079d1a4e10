import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { resolve } from 'node:path'
import { ADDRESS_HEADER, type Nginx, startNginx } from './servers/nginx'
import { stablePorts } from './servers/ports'
import { type Answer, ask } from './visitor'

/* The limits of nginx.conf for one visitor. Their rates are slowed down, so the bursts alone decide. */

const conf = readFileSync(resolve(__dirname, '../../example-app/deploy/nginx.conf'), 'utf8')
const burstOf = (zone: string) => Number(new RegExp(`limit_req zone=${zone} burst=(\\d+) nodelay;`).exec(conf)?.[1])
const PAGES = burstOf('pages') + 1
const FORMS = burstOf('forms') + 1

let nginx: Nginx
let app: Server
let requests = 0
beforeEach(async () => {
  const [first = 0, second = 0] = await stablePorts(2)
  requests = 0
  app = createServer((req, res) => {
    requests++
    req.resume().on('end', () => res.end('answered'))
  })
  await new Promise<void>(done => app.listen(first, '127.0.0.1', done))
  nginx = await startNginx([first, second], 'bursts')
})
afterEach(async () => {
  await nginx?.stop()
  app.closeAllConnections()
  await new Promise(done => app.close(done))
})

const from = (address: string, path: string, form?: string) =>
  ask(nginx, path, { address: '127.0.0.1', headers: { [ADDRESS_HEADER]: address }, form })

/** Sends requests one after another, and returns the answers. */
async function flood(count: number, request: (n: number) => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = []
  for (let n = 0; n < count; n++) statuses.push((await request(n)).status)
  return statuses
}
const times = (count: number, status: number): number[] => Array(count).fill(status)

test('the numbers of the limits are in nginx.conf', () => {
  expect(PAGES).toBeGreaterThan(100)
  expect(FORMS).toBeGreaterThan(20)
  expect(FORMS).toBeLessThan(PAGES)
})

test.each([
  ['/login', 'text/html', 'had no effect'],
  ['/id/login', 'text/html', 'had no effect'],
])(
  'nginx answers 429 with a page when a visitor opened too many pages, the last of them %s',
  async (path, type, words) => {
    expect(await flood(PAGES, () => from('203.0.113.7', '/login'))).toEqual(times(PAGES, 200))

    const { status, text, headers } = await from('203.0.113.7', path)
    expect({ status, type: headers['content-type'] }).toEqual({ status: 429, type })
    expect(text).toContain(words)
    expect(headers).toMatchObject({ 'retry-after': '10', 'cache-control': 'no-store' })
    expect(requests).toBe(PAGES)
    expect((await from('203.0.113.8', path)).status).toBe(200)
  },
)

test('nginx counts forms apart from pages, and answers 429 when a visitor sent too many', async () => {
  expect(await flood(FORMS, () => from('203.0.113.7', '/login', 'username=a'))).toEqual(times(FORMS, 200))

  expect((await from('203.0.113.7', '/login', 'username=a')).status).toBe(429)
  expect((await from('203.0.113.7', '/login')).status).toBe(200)
  expect((await from('203.0.113.8', '/login', 'username=a')).status).toBe(200)
})

test.each(['/api/login', '/id/api/login'])(
  'nginx answers 429 with a problem when a program sent too much to %s',
  async path => {
    await flood(FORMS, () => from('203.0.113.7', path, '{}'))

    const { status, text, headers } = await from('203.0.113.7', path, '{}')
    expect(status).toBe(429)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(headers['retry-after']).toBe('10')
    expect(JSON.parse(text)).toMatchObject({ title: 'Too Many Requests', status: 429, code: 'too-many-requests' })
  },
)

test('all addresses of one IPv6 network count as one visitor, and those of the next network do not', async () => {
  const form = (address: string) => from(address, '/login', 'username=a')
  // Bytes of every kind are in the address: zero, line feed and those beyond ASCII.
  expect(await flood(FORMS, n => form(`2001:db8:a00:fe0a:${n.toString(16)}:a0a:ff00:a`))).toEqual(times(FORMS, 200))

  expect((await form('2001:db8:a00:fe0a::1')).status).toBe(429)
  expect((await form('2001:db8:a00:fe0b::1')).status).toBe(200)
})

test('style and icon are not limited', async () => {
  const count = PAGES + 10
  expect(await flood(count, n => from('203.0.113.7', n % 2 ? '/style.css' : '/id/icon.svg'))).toEqual(times(count, 200))
})

describe.each(['unavailable.html', 'too-many.html'])('%s', name => {
  const href =
    /href="([^"]+)"/.exec(readFileSync(resolve(__dirname, '../../example-app/deploy', name), 'utf8'))?.[1] ?? ''

  test.each([
    ['/login', '/'],
    ['/id/login', '/id/'],
    ['/id/account/password', '/id/account/'],
  ])('leads from %s back to %s', (path, back) => {
    expect(new URL(href, `https://app.example.com${path}`).pathname).toBe(back)
  })
})
