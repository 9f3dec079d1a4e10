import { createServer as createHttpServer, type Server } from 'node:http'
import { type AddressInfo, createServer, type Server as TcpServer } from 'node:net'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { createLog } from '../../login-site/operation/log'
import { createReachability } from '../../login-site/operation/reachability'
import { selfSigned } from '../fixtures/vectors/certificate'
import { appOn, type LogEntry, visitorOf } from './visitor'

const KEPT_MS = 10_000

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function xmppServer(options = {}): Promise<BoshServer> {
  const server = await startBoshServer({ domain: 'localhost', ...options })
  closing.push(() => server.close())
  return server
}

/** Starts a server that is no BOSH server. Returns its URL. */
async function other(server: Server | TcpServer): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise(resolve => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/bosh`
}

/** Creates a check of services with a clock that is moved by hand. */
function checkOf(service: string | readonly string[], domain = 'localhost') {
  const logged: LogEntry[] = []
  const clock = { now: 0 }
  const log = createLog({ write: line => void logged.push(JSON.parse(line)) })
  const { check, close } = createReachability({ service, domain, log, now: () => clock.now })
  closing.unshift(close)
  return { check, logged, clock }
}

describe.each(['/healthz', '/readyz'])('%s', path => {
  test(`${path} answers GET and HEAD without a session, a header of Express or a line in the log`, async () => {
    const { app, logged } = appOn(await xmppServer())
    closing.unshift(() => app.close())
    const { status, text, headers } = await visitorOf(app).get(path)
    expect([status, text]).toEqual([200, 'ok\n'])
    expect(headers).not.toHaveProperty('set-cookie')
    expect(headers).not.toHaveProperty('x-powered-by')
    expect((await visitorOf(app).head(path)).status).toBe(200)
    expect(logged).toEqual([])
  })
})

test('/readyz answers 503 with the missing part, and /healthz 200, when the XMPP server is gone', async () => {
  const xmpp = await startBoshServer({ domain: 'localhost' })
  await xmpp.close()
  const { app } = appOn(xmpp)
  closing.unshift(() => app.close())
  const { status, text } = await visitorOf(app).get('/readyz')
  expect([status, text]).toEqual([503, 'the XMPP server cannot be reached\n'])
  expect((await visitorOf(app).head('/readyz')).status).toBe(503)
  expect((await visitorOf(app).get('/healthz')).status).toBe(200)
})

test('/readyz names the store when it takes no key', async () => {
  const { app, stores } = appOn(await xmppServer())
  closing.unshift(() => app.close())
  stores.isReady = async () => false
  const { status, text } = await visitorOf(app).get('/readyz')
  expect([status, text]).toEqual([503, 'the store cannot be read and written\n'])
})

describe('the check of the XMPP server', () => {
  test('the check leaves no session on the server', async () => {
    const xmpp = await xmppServer()
    expect(await checkOf(xmpp.url).check()).toBe(true)
    expect(xmpp.sessions).toEqual([])
    expect(xmpp.requests).toHaveLength(2)
  })

  test.each(['ejabberd', 'prosody', 'openfire', 'tigase', 'mongooseim', 'metronome'] as const)(
    'the check succeeds on a server like %s',
    async personality => {
      expect(await checkOf((await xmppServer({ personality })).url).check()).toBe(true)
    },
  )

  test('the check asks once for callers at the same time, and again only after ten seconds', async () => {
    const xmpp = await xmppServer()
    const { check, clock } = checkOf(xmpp.url)
    expect(await Promise.all([check(), check(), check()])).toEqual([true, true, true])
    clock.now = KEPT_MS - 1
    await check()
    expect(xmpp.requests).toHaveLength(2)
    clock.now = KEPT_MS
    await check()
    expect(xmpp.requests).toHaveLength(4)
  })

  test('the check succeeds when one of several services answers', async () => {
    const gone = await startBoshServer({ domain: 'localhost' })
    await gone.close()
    const xmpp = await xmppServer()
    expect(await checkOf([gone.url, xmpp.url]).check()).toBe(true)
    expect(await checkOf([gone.url, gone.url]).check()).toBe(false)
  })

  test('the log has one line for each change of the state', async () => {
    const xmpp = await xmppServer()
    const { check, clock, logged } = checkOf(xmpp.url)
    const next = async () => {
      clock.now += KEPT_MS
      return check()
    }
    expect(await next()).toBe(true)
    xmpp.fault({ on: 'create', reply: { status: 503 }, times: 2 })
    expect([await next(), await next(), await next()]).toEqual([false, false, true])
    expect(logged.map(({ level, state, codes }) => [level, state, codes])).toEqual([
      ['error', 'unreachable', ['ERR_XMPP_HTTP']],
      ['info', 'reachable', undefined],
    ])
  })

  const answering = (status: number, headers = {}) =>
    other(createHttpServer((_req, res) => res.writeHead(status, headers).end('<h1>internal-gateway-17</h1>')))

  test.each<[string, () => Promise<string>, string, string]>([
    ['answers 404', () => answering(404), 'ERR_XMPP_HTTP', 'compare the port and the path'],
    ['answers 200 with a page', () => answering(200), 'ERR_XMPP_HTTP', 'without BOSH'],
    ['redirects', () => answering(301, { Location: '/' }), 'ERR_XMPP_HTTP', 'a redirect'],
    ['is behind a broken gateway', () => answering(502), 'ERR_XMPP_HTTP', 'look at the proxy'],
    [
      'speaks another protocol',
      () =>
        other(
          createServer(socket => {
            socket.on('error', () => {}).write('<stream:error/>')
            socket.destroySoon()
          }),
        ),
      'ERR_XMPP_HTTP',
      'does not answer in HTTP',
    ],
    [
      'cuts the connection',
      () => other(createServer(socket => socket.on('error', () => {}).resetAndDestroy())),
      'ERR_XMPP_CONNECT',
      'the other of http and https',
    ],
    [
      'speaks http where https is set',
      async () => (await xmppServer()).url.replace('http:', 'https:'),
      'ERR_XMPP_TLS',
      'may speak plain http',
    ],
    [
      'has a certificate of an unknown authority',
      async () => (await xmppServer({ tls: selfSigned('127.0.0.1') })).url,
      'ERR_XMPP_TLS',
      'XMPP_CA',
    ],
    ['has no such host', async () => 'http://nothing.invalid:5280/bosh', 'ERR_XMPP_CONNECT', 'looked up|unknown'],
  ])('the check fails and the log says what to look at when the service %s', async (_what, start, code, advice) => {
    const { check, logged } = checkOf(`${await start()}?key=secret`)
    expect(await check()).toBe(false)
    expect(logged).toEqual([expect.objectContaining({ codes: [code], message: expect.stringMatching(advice) })])
    expect(JSON.stringify(logged)).not.toMatch(/secret|internal-gateway-17|stream:error/)
  })

  test.each(['ejabberd', 'prosody', 'tigase', 'mongooseim', 'metronome'] as const)(
    'the check fails and the log names XMPP_DOMAIN when a server like %s has another domain',
    async personality => {
      const { check, logged } = checkOf((await xmppServer({ personality })).url, 'elsewhere.example')
      expect(await check()).toBe(false)
      expect(logged[0]).toMatchObject({ codes: ['ERR_XMPP_DOMAIN'], message: expect.stringContaining('XMPP_DOMAIN') })
    },
  )

  test('the check ends without a line in the log when the app closes before the answer', async () => {
    const xmpp = await xmppServer()
    xmpp.fault({ on: 'create', reply: 'hang' })
    const { app, logged } = appOn(xmpp)
    const asked = app.xmpp.check()
    await app.close()
    expect(await asked).toBe(false)
    expect(logged).toEqual([])
  })
})
