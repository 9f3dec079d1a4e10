import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { APP, KINDS, OTHER, startProxy } from './servers/bosh-proxies'
import { stablePorts } from './servers/ports'

/* The proxies of docs/proxies.md, with its lines. What arrives behind them decides whom a ban hits. */

const VISITOR = '203.0.113.7'

let behind: Server
let server: number
beforeAll(async () => {
  behind = createServer((req, res) => {
    req.resume().on('end', () => res.end(req.headers['x-forwarded-for']))
  }).listen(0, '127.0.0.1')
  await once(behind, 'listening')
  server = (behind.address() as { port: number }).port
})
afterAll(() => {
  behind.close()
  behind.closeAllConnections()
})

describe.each(KINDS)('behind $language', kind => {
  let own: number
  let stop: () => Promise<void>
  beforeAll(async () => {
    ;[own = 0] = await stablePorts(1)
    stop = await startProxy(kind, { own, server })
  })
  afterAll(() => stop?.())

  /** Posts a BOSH request from an address, and returns the X-Forwarded-For that arrived. */
  async function arrives(from: string, forwarded?: string): Promise<string> {
    const headers = { 'Content-Type': 'text/xml', ...(forwarded !== undefined && { 'X-Forwarded-For': forwarded }) }
    const posted = request({ port: own, host: '127.0.0.1', path: '/bosh', method: 'POST', localAddress: from, headers })
    posted.end('<body/>')
    const [reply] = (await once(posted, 'response')) as [IncomingMessage]
    expect(reply.statusCode).toBe(200)
    return text(reply)
  }

  test('the server learns the address of the visitor when the app names it', async () => {
    expect(await arrives(APP, VISITOR)).toBe(kind.appends ? `${VISITOR}, ${APP}` : VISITOR)
  })

  test('the server learns the address of another client that forges the header', async () => {
    expect(await arrives(OTHER, VISITOR)).toBe(OTHER)
  })

  test('the server learns the address of a client without the header', async () => {
    expect([await arrives(OTHER), await arrives(APP)]).toEqual([OTHER, APP])
  })
})
