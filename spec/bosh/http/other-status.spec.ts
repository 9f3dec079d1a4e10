import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { BoshSession } from '../../../lib/bosh/session'
import { HttpTransport } from '../../../lib/bosh/transport'
import type { XmppBoshError } from '../../../lib/errors/error'
import { ERROR_BODY_MS } from '../../../lib/limits'
import { systemClock } from '../../../lib/time/clock'
import { element } from '../../../lib/xml/write'

/* A session over real sockets. The server sends one reply, byte for byte, to each request in turn. */

const XMLNS = "xmlns='http://jabber.org/protocol/httpbind'"
const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

const http = (status: number, body = '', headers = '') =>
  `HTTP/1.1 ${status} Said\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
const CREATED = http(200, `<body ${XMLNS} sid='s1'/>`)

/** Starts a server with these replies. Resolves to a function that creates a session and asks once on it. */
async function replying(...replies: string[]) {
  let asked = 0
  const server = net.createServer(socket => {
    ended.push(() => socket.destroy())
    socket.on('error', () => {})
    socket.on('data', () => void socket.write(replies[asked++] ?? ''))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const transport = new HttpTransport({ maxResponseBytes: 4_096 })
  ended.push(
    () => server.close(),
    () => transport.close(),
  )
  const url = new URL(`http://user:hidden@127.0.0.1:${(server.address() as AddressInfo).port}/http-bind?hidden`)
  const signal = new AbortController().signal
  const domain = { ascii: 'example.com', wire: 'example.com' }
  const context = { transport, clock: systemClock, url, domain }
  return {
    address: `http://127.0.0.1:${url.port}/http-bind`,
    asked: () => asked,
    async ask() {
      try {
        const { session, body } = await BoshSession.create(context, signal)
        session.accept(body)
        await session.ask([element('a')], ([child]) => child, signal)
      } catch (reason) {
        return reason as XmppBoshError
      }
      throw new Error('no error')
    },
  }
}

describe('with a body that ends the session', () => {
  // As Tigase 8.5 sends them.
  test.each([
    [405, 'host-unknown', 'ERR_XMPP_DOMAIN'],
    [405, 'improper-addressing', 'ERR_XMPP_DOMAIN'],
    [405, 'policy-violation', 'ERR_XMPP_POLICY'],
    [403, 'policy-violation', 'ERR_XMPP_POLICY'],
    [400, 'bad-request', 'ERR_XMPP_TERMINATED'],
    [503, 'system-shutdown', 'ERR_XMPP_UNAVAILABLE'],
    [500, 'remote-connection-failed', 'ERR_XMPP_UNAVAILABLE'],
  ])('a creation means what the body of status %d says when its condition is %s', async (status, condition, code) => {
    const server = await replying(http(status, `<body type='terminate' condition='${condition}' ${XMLNS}/>`))
    expect(await server.ask()).toMatchObject({ code, condition })
  })

  test('a request means that the session is gone when status 404 comes with item-not-found', async () => {
    const body = `<?xml version='1.0'?>\n<body ${XMLNS} type="terminate" condition="item-not-found"/>`
    const server = await replying(CREATED, http(404, body, 'Content-Type: text/xml; charset=utf-8\r\n'))
    expect(await server.ask()).toMatchObject({
      code: 'ERR_XMPP_TERMINATED',
      condition: 'item-not-found',
      message: expect.stringContaining('load balancer'),
    })
  })

  test('a request means a ban when the body of status 403 holds a stream error', async () => {
    const error = "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
    const body = `<body ${XMLNS} xmlns:stream='http://etherx.jabber.org/streams'>${error}</body>`
    const server = await replying(CREATED, http(403, body))
    expect(await server.ask()).toMatchObject({ code: 'ERR_XMPP_POLICY', condition: 'policy-violation' })
  })
})

describe('with the reply of a real server', () => {
  /** Reply of Tigase 8.5, as recorded. */
  const tigase = (status: string, condition: string) =>
    `HTTP/1.1 ${status}\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: ${79 + condition.length + 2}\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: GET, POST, OPTIONS\r\nAccess-Control-Allow-Headers: Content-Type\r\nAccess-Control-Max-Age: 86400\r\nConnection: close\r\nServer: Tigase Bosh/8.5.0-SNAPSHOT\r\n\r\n<body type='terminate' condition='${condition}' xmlns='http://jabber.org/protocol/httpbind'/>`
  /** Reply of Openfire 5.2, as recorded. */
  const openfire = (status: string, text: string, servlet: string) => {
    const [number] = status.split(' ')
    const page = `<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>\n<title>Error ${number} ${text}</title>\n</head>\n<body><h2>HTTP ERROR ${number} ${text}</h2>\n<table>\n<tr><th>URI:</th><td>/http-bind/</td></tr>\n<tr><th>STATUS:</th><td>${number}</td></tr>\n<tr><th>MESSAGE:</th><td>${text}</td></tr>\n<tr><th>SERVLET:</th><td>org.jivesoftware.openfire.http.HttpBindServlet-${servlet}</td></tr>\n</table>\n\n</body>\n</html>\n`
    return `HTTP/1.1 ${status}\r\nCache-Control: must-revalidate,no-cache,no-store\r\nContent-Type: text/html;charset=iso-8859-1\r\nContent-Length: ${page.length}\r\n\r\n${page}`
  }

  test.each<[what: string, reply: string, code: string, condition: string | undefined, says: RegExp]>([
    [
      'Tigase does not serve the domain',
      tigase('405 Invalid hostname.', 'host-unknown'),
      'ERR_XMPP_DOMAIN',
      'host-unknown',
      /`domain` 'example\.com' is not served/,
    ],
    [
      'Tigase misses the domain',
      tigase('405 Invalid hostname.', 'improper-addressing'),
      'ERR_XMPP_DOMAIN',
      'improper-addressing',
      /`domain`/,
    ],
    [
      'Tigase does not allow the domain on this port',
      tigase('405 Policy violation.', 'policy-violation'),
      'ERR_XMPP_POLICY',
      'policy-violation',
      /does not allow `domain` on this port/,
    ],
    [
      'Openfire limits new connections',
      openfire('403 Forbidden', 'Too many new connections; please try again later.', '4a3372c'),
      'ERR_XMPP_HTTP',
      undefined,
      /HTTP status 403: .*limits new connections \(Openfire\)/,
    ],
  ])('a creation says that %s', async (_, reply, code, condition, says) => {
    const error = await (await replying(reply)).ask()
    expect([error.code, error.condition]).toEqual([code, condition])
    expect(error.message).toMatch(says)
  })

  test.each([
    ['Tigase', tigase('404 Invalid SID', 'item-not-found')],
    ['Openfire', openfire('404 Not Found', 'Invalid SID value.', '152d0585')],
  ])('a request in a session says that the session is gone when %s has lost it', async (_, reply) => {
    const error = await (await replying(CREATED, reply)).ask()
    expect([error.code, error.condition]).toEqual(['ERR_XMPP_TERMINATED', 'item-not-found'])
    expect(error.message).toMatch(/session is gone/)
    expect(error.message).not.toMatch(/option `service`/)
  })

  test('a creation names both domains when Openfire answers for its own', async () => {
    const features = `<stream:features><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms><register xmlns="http://jabber.org/features/iq-register"/><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><session xmlns="urn:ietf:params:xml:ns:xmpp-session"><optional/></session></stream:features>`
    const body = `<body xmlns="http://jabber.org/protocol/httpbind" xmlns:stream="http://etherx.jabber.org/streams" from="openfire.test" authid="4ddzjfkoxe" sid="4ddzjfkoxe" secure="true" requests="2" inactivity="30" polling="5" wait="10" hold="1" ack="1416235942" maxpause="300" ver="1.6">${features}</body>`
    const server = await replying(http(200, body, 'Content-Type: text/xml;charset=utf-8\r\n'))
    const error = await server.ask()
    expect(error.code).toBe('ERR_XMPP_DOMAIN')
    expect(error.message).toMatch(/'openfire\.test'.*'example\.com'/)
  })
})

describe('with a body that does not count', () => {
  const END = `<body ${XMLNS} type='terminate' condition='host-unknown'/>`
  test.each([
    ['a page', http(405, '<html><body>host-unknown</body></html>')],
    ['nothing', http(405)],
    ['an answer', http(405, `<body ${XMLNS} sid='s1'><a/></body>`)],
    [
      'a success beside the end',
      http(405, END.replace('/>', "><success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></body>")),
    ],
    [
      'an answer beside a stream error',
      http(405, `<body ${XMLNS}><a/><error xmlns='http://etherx.jabber.org/streams'/></body>`),
    ],
    ['a body of another namespace', http(405, END.replace('jabber.org', 'other.example'))],
    ['a body that is not well-formed', http(405, `${END}>`)],
    ['a body behind a doctype', http(405, `<!DOCTYPE body>${END}`)],
    ['a body in another encoding', http(405, END, 'Content-Type: text/xml; charset=utf-16\r\n')],
    ['a compressed body', http(405, END, 'Content-Encoding: gzip\r\n')],
    ['a body above the limit', http(405, END.replace('/>', `>${' '.repeat(4_096)}</body>`))],
    [
      'an endless body',
      `HTTP/1.1 405 No\r\nTransfer-Encoding: chunked\r\n\r\n${`1000\r\n${'x'.repeat(4096)}\r\n`.repeat(3)}`,
    ],
  ])('the status stands when %s comes with it', async (_, reply) => {
    expect(await (await replying(reply)).ask()).toMatchObject({
      code: 'ERR_XMPP_HTTP',
      message: expect.stringContaining('HTTP status 405'),
    })
  })

  test('the status stands when its body does not end in time', async () => {
    const server = await replying(`HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n${END.slice(0, 40)}`)
    const startedAt = performance.now()
    expect(await server.ask()).toMatchObject({ code: 'ERR_XMPP_HTTP' })
    expect(performance.now() - startedAt).toBeGreaterThan(ERROR_BODY_MS - 50)
  })

  test('a page costs little time when it is made to be slow to parse', async () => {
    const slow = `<body ${XMLNS} ${"a='".repeat(1_000)}`
    const server = await replying(http(404, slow))
    const startedAt = performance.now()
    expect(await server.ask()).toMatchObject({ code: 'ERR_XMPP_HTTP' })
    expect(performance.now() - startedAt).toBeLessThan(ERROR_BODY_MS)
  })
})

describe('without a body', () => {
  test.each<[status: number, says: RegExp]>([
    [400, /not understood.*option `service`.*scheme/],
    [401, /asks for a login of its own/],
    [403, /rule refuses.*limits new connections/],
    [404, /no BOSH is at this path.*option `service`/],
    [405, /takes no POST.*option `service`/],
    [407, /proxy asks for a login.*option `agent`/],
    [413, /too large/],
    [421, /does not serve this host/],
    [429, /limit of requests/],
    [500, /failed/],
    [502, /proxy answers, but the XMPP server behind it does not/],
    [503, /proxy answers, but the XMPP server behind it does not/],
    [504, /proxy answers, but the XMPP server behind it does not/],
    [599, /failed/],
  ])('a creation says the meaning of status %d, with origin and path of `service`', async (status, says) => {
    const server = await replying(http(status))
    const error = await server.ask()
    expect(error).toMatchObject({ code: 'ERR_XMPP_HTTP', message: expect.stringMatching(says) })
    expect(error.message).toContain(`${server.address} answered with HTTP status ${status}: `)
    expect(inspect(error)).not.toContain('hidden')
    expect(server.asked()).toBe(1)
  })

  test.each([
    [400, 'ERR_XMPP_TERMINATED', 'bad-request'],
    // No condition: a firewall for web applications answers 403 as well, and the address is not banned then.
    [403, 'ERR_XMPP_POLICY', undefined],
    [404, 'ERR_XMPP_TERMINATED', 'item-not-found'],
    [405, 'ERR_XMPP_HTTP', undefined],
    [429, 'ERR_XMPP_HTTP', undefined],
    [502, 'ERR_XMPP_HTTP', undefined],
    [503, 'ERR_XMPP_HTTP', undefined],
  ])('a request in a session means what XEP-0124 §17.1 says when status %d comes', async (status, code, condition) => {
    // The page of Openfire, which is none of BOSH.
    const page = http(status, `<html><body><h2>HTTP ERROR ${status}</h2></body></html>`)
    const server = await replying(CREATED, page)
    const error = await server.ask()
    expect(error.code).toBe(code)
    expect(error.condition).toBe(condition)
    expect(error.message).toContain(`HTTP status ${status}`)
    expect(error.message).not.toContain('is option `service`')
  })

  test('a request in a session names the load balancer when status 404 comes', async () => {
    expect((await (await replying(CREATED, http(404))).ask()).message).toMatch(/session is gone.*load balancer/)
  })
})

describe('with a redirect', () => {
  test.each([301, 302, 303, 307, 308])('a creation names the origin that status %d leads to', async status => {
    const server = await replying(http(status, '', 'Location: https://XMPP.example.com:5443/hidden?hidden#hidden\r\n'))
    const error = await server.ask()
    expect(error).toMatchObject({
      code: 'ERR_XMPP_HTTP',
      message: expect.stringMatching(/a redirect to https:\/\/xmpp\.example\.com:5443, .*option `service`/),
    })
    expect(error.message).not.toContain('hidden')
  })

  test.each([
    ['/hidden', 'a redirect to another path of the same origin'],
    ['//b\u00fccher.example/', 'a redirect to http://xn--bcher-kva.example'],
    ['https://hidden:hidden@h.example/', 'a redirect to https://h.example'],
    ['https://h.example:443/', 'a redirect to https://h.example'],
    ['javascript:hidden', 'a redirect,'],
    ['https://', 'a redirect,'],
    ['https://hidden.-x.example/', 'a redirect,'],
    ['', 'a redirect,'],
  ])('a creation shows of the Location %j only where it leads', async (location, shown) => {
    const server = await replying(
      http(302, '', location && `Location: ${Buffer.from(location).toString('latin1')}\r\n`),
    )
    const { message } = await server.ask()
    if (!location.includes('\u00fc')) expect(message).toContain(shown)
    expect(message).not.toContain('hidden')
  })

  test('a request in a session does not name the host that a redirect leads to', async () => {
    const server = await replying(CREATED, http(307, '', 'Location: https://hidden.example/\r\n'))
    expect((await server.ask()).message).not.toContain('hidden')
  })
})
