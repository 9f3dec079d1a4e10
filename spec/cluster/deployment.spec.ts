import { createServer, type Server } from 'node:http'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { codesIn } from '../docs/blocks'
import { type AppProxy, startAppCaddy } from './servers/app-caddy'
import { type AppProcess, startApp } from './servers/app-process'
import { stablePorts } from './servers/ports'
import { ask, nameOf, newVisitor, signIn } from './visitor'

/* Caddy with the lines of docs/deployment.md, before the app with the variables of that page. */

const [caddyfile = ''] = codesIn('docs/deployment.md', 'caddy')
/** Returns the variables of the page that do not name this machine's ports and servers. */
function variables(): Record<string, string> {
  const [block = ''] = codesIn('docs/deployment.md', '')
  const pairs = Array.from(block.matchAll(/^([A-Z_]+)=(\S+)/gm), ([, name = '', value = '']) => [name, value] as const)
  return Object.fromEntries(pairs.filter(([name]) => !/^(?:PORT|REDIS_URL|SESSION_SECRET|XMPP_SERVICE)$/.test(name)))
}

describe('before the app', () => {
  let xmpp: BoshServer
  let app: AppProcess
  let caddy: AppProxy
  beforeAll(async () => {
    xmpp = await startBoshServer({ domain: 'example.com', accounts: { alice: 'secret' } })
    const [port = 0] = await stablePorts(1)
    app = await startApp(port, {
      ...variables(),
      SESSION_SECRET: 'the secret of a spec, long enough',
      XMPP_SERVICE: xmpp.url,
    })
    caddy = await startAppCaddy(caddyfile, port)
  })
  afterAll(async () => {
    await caddy?.stop()
    await app?.kill()
    await xmpp?.close()
  })

  test('a visitor signs in through Caddy with the variables of the page', async () => {
    const visitor = newVisitor()
    const answer = await signIn(visitor, caddy, 'alice', 'secret')

    expect(answer).toMatchObject({ status: 303, location: '/' })
    expect(await nameOf(visitor, caddy)).toContain('alice')
  })

  test('the first check of the page holds: the cookie is for https alone', async () => {
    const { status, headers } = await newVisitor().get(caddy, '/login')

    expect(status).toBe(200)
    expect(headers['set-cookie']?.[0]).toMatch(/^__Host-session=.*; Secure/)
  })

  test('every form is answered by 403 when the proxy does not send X-Forwarded-Proto', async () => {
    const { status } = await signIn(newVisitor(), { url: app.url, headers: {} }, 'alice', 'secret')

    expect(status).toBe(403)
  })

  test.each(['/readyz', '/HEALTHZ', '/readyz/'])('Caddy answers %s with 404', async path => {
    expect((await newVisitor().get(caddy, path)).status).toBe(404)
  })
})

test('Caddy overwrites the forwarded headers of a visitor', async () => {
  const [port = 0] = await stablePorts(1)
  const echo: Server = createServer((req, res) => res.end(JSON.stringify(req.headers)))
  await new Promise<void>(done => echo.listen(port, '127.0.0.1', done))
  const caddy = await startAppCaddy(caddyfile, port)
  try {
    const forged = { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'http', 'X-Forwarded-Host': 'evil.example' }
    const { text } = await ask(caddy, '/', { address: '127.9.9.9', headers: forged, form: undefined })

    expect(JSON.parse(text)).toMatchObject({ 'x-forwarded-for': '127.9.9.9', 'x-forwarded-proto': 'https' })
    expect(text).not.toContain('evil.example')
  } finally {
    await caddy.stop()
    echo.closeAllConnections()
    await new Promise(done => echo.close(done))
  }
})
