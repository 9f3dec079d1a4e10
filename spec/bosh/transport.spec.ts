import { getEventListeners, once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import {
  type Connection,
  HttpTransport,
  type PostOptions,
  type Transport,
  type TransportOptions,
} from '../../lib/bosh/transport'
import { CLOSED_WITH_SESSION_MS, MAX_IDLE_SOCKETS, MAX_REPEATS, NO_REUSE_MS, SOCKET_REST_MS } from '../../lib/limits'
import type { TlsOptions } from '../../lib/options/authenticator-options'
import { systemClock } from '../../lib/time/clock'
import { LightSignal } from '../../lib/time/light-signal'
import { handClock } from '../fixtures/clock'
import { selfSigned } from '../fixtures/vectors/certificate'

/*
 * Real sockets on loopback. `says` starts an HTTP server that answers each request after its body has arrived. `speaks`
 * starts a server that only knows TCP.
 */

const BODY = "<body xmlns='http://jabber.org/protocol/httpbind'/>"
const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

function transportOf(options: Partial<TransportOptions> = {}): Transport {
  // Each look at the clock is so much later that every socket has rested.
  let now = 0
  const clock = {
    ...systemClock,
    now: () => {
      now += SOCKET_REST_MS
      return now
    },
  }
  const transport = new HttpTransport({ maxResponseBytes: 65_536, ...options }, clock)
  ended.push(() => transport.close())
  return transport
}

const listening = async (server: net.Server) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

interface Asked {
  method: string | undefined
  path: string | undefined
  headers: http.IncomingHttpHeaders
  body: string
}

/** An HTTP server, the requests it received and their connections. */
async function says(answer: (response: http.ServerResponse, nth: number) => void, tls?: https.ServerOptions) {
  const asked: Asked[] = []
  const sockets: net.Socket[] = []
  const listener: http.RequestListener = async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method, url: path, headers } = request
    answer(response, asked.push({ method, path, headers, body: Buffer.concat(chunks).toString() }))
  }
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener)
  server.on(tls ? 'secureConnection' : 'connection', socket => sockets.push(socket))
  const port = await listening(server)
  ended.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}/bosh`), asked, sockets, port }
}

/** A TCP server that receives each request as sent on the wire, with the connection for its answer. */
async function speaks(answer: (socket: net.Socket, nth: number) => void) {
  const asked: string[] = []
  const sockets: net.Socket[] = []
  const server = net.createServer(socket => {
    sockets.push(socket)
    socket.on('error', () => {})
    let received = ''
    socket.on('data', chunk => {
      received += chunk.toString()
      const length = Number(/^Content-Length: ([0-9]+)\r\n/m.exec(received)?.[1])
      const end = received.indexOf('\r\n\r\n') + 4
      if (end < 4 || Buffer.byteLength(received.slice(end)) < length) return
      const nth = asked.push(received)
      received = ''
      answer(socket, nth)
    })
  })
  const port = await listening(server)
  ended.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: new URL(`http://127.0.0.1:${port}/bosh`), asked, sockets }
}

const OK = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`
const patient = () => new AbortController().signal
/** Sends one request as a session of its own does. */
async function send(transport: Transport, url: URL, body: string, options: PostOptions): Promise<Buffer> {
  const connection = transport.connect(url)
  try {
    return await connection.post(body, options)
  } finally {
    connection.release()
  }
}
const post = (transport: Transport, url: URL, body = BODY) => send(transport, url, body, { signal: patient() })
/** Resolves when the server sees the end of the connection, orderly or not. */
const closed = (socket: net.Socket | undefined) =>
  new Promise<void>(resolve => {
    if (!socket || socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
const xmppError = (code: string, message?: RegExp | string) =>
  expect.objectContaining({ name: 'XmppBoshError', code, ...(message && { message: expect.stringMatching(message) }) })

describe('for a request', () => {
  test('the transport sends one POST in UTF-8, with its length in bytes, to the path and query of the URL', async () => {
    const server = await says(response => response.end(BODY))
    const body = `<body to='z\u00fcrich.example'>\u{1F600}</body>`
    const url = new URL('?a=b', server.url)
    expect((await post(transportOf(), url, body)).toString()).toBe(BODY)
    expect(server.asked).toEqual([
      {
        method: 'POST',
        path: '/bosh?a=b',
        body,
        headers: {
          host: url.host,
          'content-type': 'text/xml; charset=utf-8',
          'content-length': String(Buffer.byteLength(body)),
          'accept-encoding': 'identity',
          connection: 'keep-alive',
        },
      },
    ])
    expect(Buffer.byteLength(body)).toBeGreaterThan(body.length)
  })

  test("the transport sends the visitor's address when one is given", async () => {
    const server = await says(response => response.end(BODY))
    const transport = transportOf()
    await send(transport, server.url, BODY, { signal: patient(), clientIp: '2001:db8::1' })
    await send(transport, server.url, BODY, { signal: patient(), clientIp: undefined })
    expect(server.asked.map(({ headers }) => headers['x-forwarded-for'])).toEqual(['2001:db8::1', undefined])
  })

  test('the transport sends no cookie when an earlier reply has set one', async () => {
    const server = await says(response => response.setHeader('Set-Cookie', 'a=b').end(BODY))
    const transport = transportOf()
    await post(transport, server.url)
    await post(transport, server.url)
    expect(server.asked.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined])
  })

  test('the transport connects to the server itself when the environment names a proxy', async () => {
    const proxy = await says(response => response.end('proxied'))
    const names = [
      'HTTP_PROXY',
      'http_proxy',
      'HTTPS_PROXY',
      'https_proxy',
      'ALL_PROXY',
      'all_proxy',
      'NODE_USE_ENV_PROXY',
    ]
    const before = { ...process.env }
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.url.origin
    try {
      const server = await says(response => response.end(BODY))
      expect((await post(transportOf(), server.url)).toString()).toBe(BODY)
      expect(proxy.sockets).toHaveLength(0)
    } finally {
      for (const name of names) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
    }
  })
})

describe('with status 200', () => {
  test.each<[what: string, answer: (response: http.ServerResponse) => void]>([
    ['with its length', response => response.setHeader('Content-Length', BODY.length).end(BODY)],
    [
      'in chunks',
      response => {
        for (const letter of BODY) response.write(letter)
        response.end()
      },
    ],
    ['without a type', response => response.end(BODY)],
    ['of another type', response => response.setHeader('Content-Type', 'text/html').end(BODY)],
    ['in UTF-8', response => response.setHeader('Content-Type', 'text/xml; charset=utf-8').end(BODY)],
    [
      'with a charset in capitals and quotes',
      response => response.setHeader('Content-Type', 'text/xml;CharSet="UTF-8"; a=b').end(BODY),
    ],
    ['that says it is not compressed', response => response.setHeader('Content-Encoding', 'identity').end(BODY)],
    [
      'after an interim reply',
      response => {
        response.writeProcessing()
        response.end(BODY)
      },
    ],
  ])('the transport reads a reply %s', async (_, answer) => {
    const server = await says(answer)
    expect((await post(transportOf(), server.url)).toString()).toBe(BODY)
  })

  test('the transport reads to the end of the connection when a reply has no length', async () => {
    const server = await speaks(socket => socket.end(`HTTP/1.0 200 OK\r\n\r\n${BODY}`))
    expect((await post(transportOf(), server.url)).toString()).toBe(BODY)
  })

  test('the transport accepts an empty reply', async () => {
    const server = await says(response => response.end())
    expect(await post(transportOf(), server.url)).toHaveLength(0)
  })

  test('the transport returns the bytes of a reply unchanged', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc0, 0x80])
    const server = await says(response => response.end(bytes))
    expect(await post(transportOf(), server.url)).toEqual(bytes)
  })
})

describe('with another status', () => {
  test.each([201, 202, 204, 206, 300, 304, 400, 401, 403, 404, 405, 407, 413, 429, 500, 502, 503, 504, 599])(
    'the transport rejects a reply of status %d',
    async status => {
      const server = await says(response => response.writeHead(status).end(BODY))
      const transport = transportOf()
      await expect(post(transport, server.url)).rejects.toEqual(
        xmppError('ERR_XMPP_HTTP', `^${server.url.href} answered with HTTP status ${status}`),
      )
      expect(server.asked).toHaveLength(1)
      // The connection is kept, as the reply was complete: it ends with the transport, not after its idle time.
      transport.close()
      await closed(server.sockets[0])
    },
  )

  test.each([301, 302, 303, 307, 308])('the transport does not follow a redirect of status %d', async status => {
    const elsewhere = await says(response => response.end(BODY))
    const server = await says((response, nth) => {
      response.writeHead(status, { Location: nth === 1 ? elsewhere.url.href : '/bosh' }).end(BODY)
    })
    const transport = transportOf()
    for (const nth of [1, 2]) {
      await expect(post(transport, server.url)).rejects.toEqual(xmppError('ERR_XMPP_HTTP', `status ${status}`))
      expect(server.asked).toHaveLength(nth)
    }
    expect(elsewhere.sockets).toHaveLength(0)
  })

  test('the error repeats nothing that the server wrote', async () => {
    const server = await says(response => {
      response.statusMessage = 'SECRET'
      response.writeHead(500, { 'X-Secret': 'SECRET' }).end('SECRET')
    })
    const error = await post(transportOf(), server.url).catch(reason => reason)
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain('SECRET')
  })
})

describe('with an encoding that was not asked for', () => {
  test.each(['gzip', 'x-gzip', 'deflate', 'br', 'zstd', 'gzip, identity', 'unknown'])(
    'the transport refuses Content-Encoding %s and ends the connection',
    async encoding => {
      const server = await says(response => response.setHeader('Content-Encoding', encoding).end(gzipSync(BODY)))
      await expect(post(transportOf(), server.url)).rejects.toEqual(xmppError('ERR_XMPP_PROTOCOL', /compressed/))
      await closed(server.sockets[0])
    },
  )

  test.each(['iso-8859-1', 'utf-16', '"windows-1252"', 'utf-7', 'utf-8x', "utf-8'"])(
    'the transport refuses charset=%s and ends the connection',
    async charset => {
      const server = await says(response =>
        response.setHeader('Content-Type', `text/xml; charset=${charset}`).end(BODY),
      )
      await expect(post(transportOf(), server.url)).rejects.toEqual(xmppError('ERR_XMPP_PROTOCOL', /UTF-8/))
      await closed(server.sockets[0])
    },
  )
})

describe('with a limit on the size of a reply', () => {
  const tooLarge = xmppError('ERR_XMPP_TOO_LARGE', /more than 1000 bytes; see option `maxResponseBytes`/)

  test('the transport reads a reply of exactly the allowed size', async () => {
    const server = await says((response, nth) => {
      if (nth === 1) response.setHeader('Content-Length', 1000)
      response.end('x'.repeat(1000))
    })
    const transport = transportOf({ maxResponseBytes: 1000 })
    expect(await post(transport, server.url)).toHaveLength(1000)
    expect(await post(transport, server.url)).toHaveLength(1000)
  })

  test('the limit of one request holds for it alone', async () => {
    const server = await says((response, nth) => response.end('x'.repeat(nth === 2 ? 2000 : 1000)))
    const connection = transportOf({ maxResponseBytes: 1000 }).connect(server.url)
    const postWithin = (maxResponseBytes?: number) => connection.post(BODY, { signal: patient(), maxResponseBytes })
    expect(await postWithin()).toHaveLength(1000)
    expect(await postWithin(2000)).toHaveLength(2000)
    expect(await postWithin()).toHaveLength(1000)
    await expect(postWithin(999)).rejects.toEqual(xmppError('ERR_XMPP_TOO_LARGE', /more than 999 bytes/))
    connection.release()
  })

  test('the transport rejects a reply at once when its announced length is above the limit', async () => {
    const server = await speaks(socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n'))
    await expect(post(transportOf({ maxResponseBytes: 1000 }), server.url)).rejects.toEqual(tooLarge)
    await closed(server.sockets[0])
  })

  test('the transport ends the connection when a reply does not end', async () => {
    const server = await says(response => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', more)
      more()
    })
    await expect(post(transportOf({ maxResponseBytes: 1000 }), server.url)).rejects.toEqual(tooLarge)
    await closed(server.sockets[0])
  })

  test('the transport rejects a reply when its small chunks add up to one byte too many', async () => {
    const server = await says(response => {
      for (let i = 0; i < 1001; i++) response.write('x')
    })
    await expect(post(transportOf({ maxResponseBytes: 1000 }), server.url)).rejects.toEqual(tooLarge)
    await closed(server.sockets[0])
  })

  test('the transport rejects a reply without a length when it is above the limit', async () => {
    const server = await speaks(socket => socket.end(`HTTP/1.0 200 OK\r\n\r\n${'x'.repeat(1001)}`))
    await expect(post(transportOf({ maxResponseBytes: 1000 }), server.url)).rejects.toEqual(tooLarge)
  })

  test('the transport rejects a reply when less arrives than its announced length', async () => {
    const server = await speaks(socket => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n${BODY}`))
    await expect(post(transportOf(), server.url)).rejects.toEqual(xmppError('ERR_XMPP_CONNECT'))
    expect(server.asked).toHaveLength(1)
  })

  test('the transport never takes bytes beyond the announced length for the next reply', async () => {
    const smuggled = OK.replace(BODY, BODY.replace('<body', '<evil'))
    const server = await speaks((socket, nth) => socket.write(nth === 1 ? OK + smuggled : OK))
    const transport = transportOf()
    const replies = [post(transport, server.url).catch(() => BODY)]
    await replies[0]
    replies.push(post(transport, server.url))
    expect((await Promise.all(replies)).map(String)).toEqual([BODY, BODY])
    expect(server.sockets).toHaveLength(2)
  })

  test.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n'],
    ['a length and chunks', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'],
    ['a negative length', 'Content-Length: -1\r\n'],
    ['a length in words', 'Content-Length: ten\r\n'],
  ])('the transport rejects a reply with %s', async (_, headers) => {
    const server = await speaks(socket => socket.end(`HTTP/1.1 200 OK\r\n${headers}\r\n${BODY}`))
    await expect(post(transportOf(), server.url)).rejects.toEqual(xmppError('ERR_XMPP_HTTP', /does not answer in HTTP/))
    expect(server.asked).toHaveLength(1)
  })
})

describe('when a connection fails', () => {
  test('the transport names the URL and ECONNREFUSED', async () => {
    const server = net.createServer()
    const port = await listening(server)
    server.close()
    await once(server, 'close')
    await expect(post(transportOf(), new URL(`http://127.0.0.1:${port}/bosh`))).rejects.toEqual(
      xmppError('ERR_XMPP_CONNECT', `^the connection to http://127.0.0.1:${port}/bosh failed \\(ECONNREFUSED\\)$`),
    )
  })

  test('the transport names ECONNREFUSED for a host with two addresses', async () => {
    const server = net.createServer()
    const port = await listening(server)
    server.close()
    await once(server, 'close')
    await expect(post(transportOf(), new URL(`http://localhost:${port}/bosh`))).rejects.toEqual(
      xmppError('ERR_XMPP_CONNECT', /ECONNREFUSED/),
    )
  })

  test.each<[what: string, answer: (socket: net.Socket) => unknown]>([
    ['is reset before the reply', socket => socket.resetAndDestroy()],
    ['ends before the reply', socket => socket.end()],
    ['ends within the head of the reply', socket => socket.end('HTTP/1.1 200 OK\r\nContent-')],
    ['ends after the head', socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 51\r\n\r\n')],
    ['ends within the body', socket => socket.end(OK.slice(0, -1))],
    ['ends within a chunk', socket => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n33\r\n<body')],
    [
      'ends before the last chunk',
      socket => socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n33\r\n${BODY}\r\n`),
    ],
    ['is reset within the body', socket => socket.write(OK.slice(0, -1), () => socket.resetAndDestroy())],
  ])('the transport reports one error and sends nothing again if the connection %s', async (_, answer) => {
    const server = await speaks(answer)
    await expect(post(transportOf(), server.url)).rejects.toEqual(
      xmppError('ERR_XMPP_CONNECT', /^the connection to http:/),
    )
    expect(server.asked).toHaveLength(1)
    expect(server.sockets).toHaveLength(1)
  })
})

describe('with bytes that are not HTTP', () => {
  test.each([
    ['a banner', 'SSH-2.0-SECRET\r\n'],
    ['XML', "<?xml version='1.0'?><stream:stream id='SECRET'>"],
    ['TLS', '\x15\x03\x01\x00\x02\x02SECRET'],
    ['another version', 'HTTP/9.9 200 SECRET\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 SECRET\r\n\r\n'],
    ['a status in words', 'HTTP/1.1 SECRET OK\r\n\r\n'],
    ['an invalid header', 'HTTP/1.1 200 OK\r\nSEC RET\r\n\r\n'],
    ['a header with a NUL', 'HTTP/1.1 200 OK\r\nX: SECRET\0\r\n\r\n'],
    ['headers without an end', `HTTP/1.1 200 OK\r\nX: ${'SECRET'.repeat(4000)}\r\n\r\n`],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nSECRET\r\n'],
  ])('the transport rejects %s and repeats no byte of it in the error', async (_, garbage) => {
    const server = await speaks(socket => socket.write(garbage))
    const error = await post(transportOf(), server.url).catch(reason => reason)
    expect(error).toEqual(
      xmppError('ERR_XMPP_HTTP', /does not answer in HTTP \(HPE_[A-Z_]+\); does this port speak https:/),
    )
    const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null })
    expect(shown).not.toMatch(/SECRET|SEC RET|rawPacket|Uint8Array|Buffer/)
    // "SECRET" as bytes, too
    expect(shown).not.toMatch(/53 45 43 52 45 54|83, 69, 67/)
    expect(server.asked).toHaveLength(1)
    await closed(server.sockets[0])
  })
})

describe('with an abort signal', () => {
  const reason = new Error('nobody waits')
  // Never answered, so that nothing but the abort can end it.
  const silent = () => speaks(() => {})
  const MAX_SOCKETS = 3

  test('the transport opens no connection when the signal was aborted before', async () => {
    const server = await silent()
    await expect(send(transportOf(), server.url, BODY, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(server.sockets).toHaveLength(0)
  })

  test.each<[what: string, answer: (socket: net.Socket) => unknown]>([
    ['before the reply', () => {}],
    ['within its head', socket => socket.write('HTTP/1.1 200 OK\r\n')],
    ['after its head', socket => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 51\r\n\r\n')],
    ['within its body', socket => socket.write(OK.slice(0, -1))],
  ])('the transport rejects with the reason and ends the connection when the signal aborts %s', async (_, answer) => {
    const controller = new AbortController()
    const server = await speaks(socket => {
      answer(socket)
      setImmediate(() => controller.abort(reason))
    })
    await expect(send(transportOf(), server.url, BODY, { signal: controller.signal })).rejects.toBe(reason)
    await closed(server.sockets[0])
    expect(server.asked).toHaveLength(1)
  })

  test('the transport rejects with the reason when the signal aborts while it connects', async () => {
    const server = await silent()
    const controller = new AbortController()
    const posting = send(transportOf(), server.url, BODY, { signal: controller.signal })
    controller.abort(reason)
    await expect(posting).rejects.toBe(reason)
  })

  test('the signal `unsent` ends a request only while it waits for a socket of a given agent', async () => {
    const server = await silent()
    const agent = new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS })
    ended.push(() => agent.destroy())
    const transport = transportOf({ agent })
    const unsent = new AbortController()
    const stop = new AbortController()
    const options = { signal: stop.signal, unsent: unsent.signal }
    const posted = Array.from({ length: MAX_SOCKETS + 1 }, () => send(transport, server.url, BODY, options))
    const settled = Promise.allSettled(posted)
    while (server.asked.length < MAX_SOCKETS) await new Promise(resolve => setImmediate(resolve))
    unsent.abort(reason)
    await expect(posted.at(-1)).rejects.toBe(reason)
    expect(server.sockets.every(socket => !socket.destroyed)).toBe(true)
    const late = new Error('that was all')
    stop.abort(late)
    expect((await settled).filter(one => one.status === 'rejected' && one.reason === late)).toHaveLength(MAX_SOCKETS)
    expect(server.asked).toHaveLength(MAX_SOCKETS)
    expect(getEventListeners(unsent.signal, 'abort')).toHaveLength(0)
  })

  test('the transport tells of no socket while a request waits for one of a given agent, nor after its end', async () => {
    const server = await silent()
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    ended.push(() => agent.destroy())
    const transport = transportOf({ agent })
    const onSocket = jest.fn()
    const [holder, waiter] = [new AbortController(), new AbortController()]
    const held = send(transport, server.url, BODY, { signal: holder.signal })
    while (server.asked.length < 1) await new Promise(resolve => setImmediate(resolve))
    const waiting = send(transport, server.url, BODY, { signal: waiter.signal, onSocket })
    waiter.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    holder.abort(reason)
    await expect(held).rejects.toBe(reason)
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
    expect(onSocket).not.toHaveBeenCalled()
  })

  test('the signal `unsent` ends a request while its connection is being made', async () => {
    const server = await silent()
    const unsent = new AbortController()
    const posting = send(transportOf(), server.url, BODY, { signal: patient(), unsent: unsent.signal })
    unsent.abort(reason)
    await expect(posting).rejects.toBe(reason)
    await expect(
      send(transportOf(), server.url, BODY, { signal: patient(), unsent: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
    expect(server.asked).toHaveLength(0)
  })

  test('an aborted request leaves the connections of other requests alone', async () => {
    const controller = new AbortController()
    const waiting: http.ServerResponse[] = []
    const server = await says(response => {
      waiting.push(response)
      if (waiting.length === 2) controller.abort(reason)
    })
    const transport = transportOf()
    const left = send(transport, server.url, '<left/>', { signal: controller.signal })
    const stays = post(transport, server.url, '<stays/>')
    await expect(left).rejects.toBe(reason)
    waiting[server.asked.findIndex(({ body }) => body === '<stays/>')]?.end(BODY)
    expect((await stays).toString()).toBe(BODY)
  })

  test('the transport keeps no listener on the signal when a request has ended', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const server = await says((response, nth) => response.writeHead(nth === 1 ? 200 : 500).end(BODY))
    const transport = transportOf()
    await send(transport, server.url, BODY, { signal })
    await send(transport, server.url, BODY, { signal }).catch(() => {})
    expect(server.asked).toHaveLength(2)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('with kept-alive connections', () => {
  test('one connection serves request after request', async () => {
    const server = await says(response => response.end(BODY))
    const transport = transportOf()
    for (let i = 0; i < 5; i++) await post(transport, server.url)
    expect(server.asked).toHaveLength(5)
    expect(server.sockets).toHaveLength(1)
  })

  test('each open connection has a socket of its own, and keeps it for all of its requests', async () => {
    const server = await says(response => response.end(BODY))
    const transport = transportOf()
    const connections = Array.from({ length: 60 }, () => transport.connect(server.url))
    for (let n = 1; n <= 3; n++) {
      await Promise.all(connections.map(connection => connection.post(BODY, { signal: patient() })))
      expect(server.asked).toHaveLength(60 * n)
      expect(server.sockets).toHaveLength(60)
    }
  })

  test('a connection uses the socket that came back last, and none that is lent', async () => {
    const server = await speaks(socket => socket.write(OK))
    const usedBy = async (connection: Connection) => {
      const counts = server.sockets.map(socket => socket.bytesRead)
      await connection.post(BODY, { signal: patient() })
      return server.sockets.findIndex((socket, n) => socket.bytesRead !== counts[n])
    }
    const transport = transportOf()
    for (let n = 0; n < 2; n++) await post(transport, server.url) // the socket has outlasted its session
    const [first, second, third] = [1, 2, 3].map(() => transport.connect(server.url)) as [
      Connection,
      Connection,
      Connection,
    ]
    expect([await usedBy(first), await usedBy(second), await usedBy(third)]).toEqual([0, 1, 2])
    third.release()
    first.release()
    expect(await usedBy(transport.connect(server.url))).toBe(0)
    expect(await usedBy(transport.connect(server.url))).toBe(2)
    expect(await usedBy(transport.connect(server.url))).toBe(3)
  })

  test(`the transport keeps ${MAX_IDLE_SOCKETS} idle sockets and closes the others`, async () => {
    const server = await says(response => response.end(BODY))
    const transport = transportOf()
    const connections = Array.from({ length: MAX_IDLE_SOCKETS + 5 }, () => transport.connect(server.url))
    await Promise.all(connections.map(connection => connection.post(BODY, { signal: patient() })))
    for (const connection of connections) connection.release()
    await Promise.all(server.sockets.slice(-5).map(closed))
    expect(server.sockets.filter(socket => !socket.closed)).toHaveLength(MAX_IDLE_SOCKETS)
  })

  test('a connection goes on with a new socket when a reply says that the server closes', async () => {
    const server = await says((response, nth) => {
      if (nth % 2 === 0) response.setHeader('Connection', 'close')
      response.end(BODY)
    })
    const connection = transportOf().connect(server.url)
    for (let n = 0; n < 6; n++) await connection.post(BODY, { signal: patient() })
    expect(server.asked).toHaveLength(6)
    expect(server.sockets).toHaveLength(3)
    expect(connection.repeats).toBe(0)
  })

  test('a connection goes on with a new socket when the server closes after every reply without saying so', async () => {
    const server = await speaks(socket => socket.end(OK))
    const connection = transportOf().connect(server.url)
    const replies: string[] = []
    for (let n = 0; n < 6; n++) replies.push((await connection.post(BODY, { signal: patient() })).toString())
    expect(replies).toEqual(Array(6).fill(BODY))
  })

  test('a request goes out at once on its own connection, however many others wait for a reply', async () => {
    const server = await says((response, nth) => {
      if (nth > 200) response.end(BODY)
    })
    const transport = transportOf()
    const stop = new LightSignal()
    const hanging = Array.from({ length: 200 }, () => send(transport, server.url, BODY, { signal: stop }))
    const settled = Promise.allSettled(hanging)
    while (server.asked.length < 200) await new Promise(resolve => setImmediate(resolve))
    expect((await post(transport, server.url)).toString()).toBe(BODY)
    stop.abort()
    await settled
  })

  test('every connection ends when the transport closes, idle or lent', async () => {
    const server = await says(response => response.end(BODY))
    const transport = transportOf()
    const lent = transport.connect(server.url)
    await lent.post(BODY, { signal: patient() })
    await post(transport, server.url)
    transport.close()
    lent.release()
    // Both ends live in this process: in a few rounds of its event loop, long before an idle socket would end by itself.
    for (let round = 0; round < 100; round++) await new Promise(resolve => setImmediate(resolve))
    expect(server.sockets.map(socket => socket.closed)).toEqual([true, true])
  })

  test('the transport uses a given agent and never destroys it', async () => {
    const server = await says(response => response.end(BODY))
    const agent = new http.Agent({ keepAlive: true })
    ended.push(() => agent.destroy())
    const destroy = jest.spyOn(agent, 'destroy')
    const transport = new HttpTransport({ maxResponseBytes: 65_536, agent })
    await post(transport, server.url)
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1)
    transport.close()
    expect(destroy).not.toHaveBeenCalled()
    await post(transport, server.url)
    expect(server.sockets).toHaveLength(1)
  })
})

describe('when a kept-alive connection ends before the first byte of a reply', () => {
  const bodyOf = (request: string) => request.slice(request.indexOf('\r\n\r\n') + 4)
  const REQUEST = "<body rid='1573741821' sid='SomeSID' to='z\u00fcrich.example'/>"

  test.each<[how: string, end: (socket: net.Socket) => unknown]>([
    ['ended', socket => socket.end()],
    ['reset', socket => socket.resetAndDestroy()],
  ])('the transport sends the same bytes once more on a new connection (%s)', async (_, end) => {
    const server = await speaks((socket, nth) => (nth === 2 ? end(socket) : socket.write(OK)))
    const transport = transportOf()
    await post(transport, server.url)
    expect((await post(transport, server.url, REQUEST)).toString()).toBe(BODY)
    expect(server.asked).toHaveLength(3)
    expect(server.asked[2]).toBe(server.asked[1])
    expect(bodyOf(server.asked[2] ?? '')).toBe(REQUEST)
    expect(server.sockets).toHaveLength(2)
  })

  test('the transport makes no third attempt if the second one fails as well', async () => {
    const server = await speaks((socket, nth) => (nth === 1 ? socket.write(OK) : socket.end()))
    const transport = transportOf()
    await post(transport, server.url)
    await expect(post(transport, server.url, REQUEST)).rejects.toEqual(xmppError('ERR_XMPP_CONNECT'))
    expect(server.asked.map(bodyOf)).toEqual([BODY, REQUEST, REQUEST])
  })

  test('the transport ends its other idle connections, which are as old', async () => {
    const waiting: net.Socket[] = []
    const server = await speaks((socket, nth) => {
      if (nth <= 3) {
        waiting.push(socket)
        if (nth === 3) for (const one of waiting) one.write(OK)
      } else if (waiting.includes(socket)) {
        socket.end()
      } else {
        socket.write(OK)
      }
    })
    const transport = transportOf()
    await Promise.all([1, 2, 3].map(() => post(transport, server.url)))
    expect(server.sockets).toHaveLength(3)
    expect((await post(transport, server.url, REQUEST)).toString()).toBe(BODY)
    expect(server.asked).toHaveLength(5)
    await Promise.all(waiting.map(closed))
  })

  test('a session that follows reuses a connection if the closed one was idle for long', async () => {
    const clock = handClock()
    const transport = new HttpTransport({ maxResponseBytes: 65_536 }, clock)
    ended.push(() => transport.close())
    const server = await speaks((socket, nth) => (nth === 2 ? socket.end() : socket.write(OK)))
    await post(transport, server.url)
    clock.advance(CLOSED_WITH_SESSION_MS)
    for (let n = 0; n < 3; n++) await post(transport, server.url)
    expect(server.asked).toHaveLength(5)
    expect(server.sockets).toHaveLength(2)
  })

  test('a session that follows makes a connection of its own for a while if the server closed one with its session', async () => {
    const clock = handClock()
    const transport = new HttpTransport({ maxResponseBytes: 65_536 }, clock)
    ended.push(() => transport.close())
    const server = await speaks((socket, nth) => (nth === 2 ? socket.end() : socket.write(OK)))
    const post4 = async () => {
      for (let n = 0; n < 4; n++) {
        await post(transport, server.url)
        clock.advance(SOCKET_REST_MS)
      }
    }
    await post4()
    expect(server.asked).toHaveLength(5)
    expect(server.sockets).toHaveLength(4)
    clock.advance(NO_REUSE_MS)
    await post4()
    expect(server.asked).toHaveLength(9)
    expect(server.sockets).toHaveLength(5)
  })

  test('a session that follows at once makes a connection of its own until one has outlasted its session', async () => {
    const clock = handClock()
    const transport = new HttpTransport({ maxResponseBytes: 65_536 }, clock)
    ended.push(() => transport.close())
    const server = await speaks(socket => socket.write(OK))
    for (let n = 0; n < 2; n++) await post(transport, server.url)
    expect(server.sockets).toHaveLength(2)
    clock.advance(SOCKET_REST_MS)
    for (let n = 0; n < 4; n++) await post(transport, server.url)
    expect(server.sockets).toHaveLength(2)
  })

  test('no request is sent twice on a server that closes each connection with its session', async () => {
    const clock = handClock()
    const transport = new HttpTransport({ maxResponseBytes: 65_536 }, clock)
    ended.push(() => transport.close())
    const server = await speaks(socket => {
      socket.write(OK)
      setImmediate(() => socket.end())
    })
    for (let n = 0; n < 6; n++) {
      await post(transport, server.url)
      if (n % 2 === 0) continue
      await Promise.all(server.sockets.map(closed))
      clock.advance(SOCKET_REST_MS)
    }
    expect(server.asked).toHaveLength(6)
    expect(server.sockets).toHaveLength(6)
  })

  test(`a given agent is tried until it makes a new socket, at most ${MAX_REPEATS} times`, async () => {
    const agent = new http.Agent({ keepAlive: true })
    ended.push(() => agent.destroy())
    for (const [kept, isAnswered] of [
      [MAX_REPEATS, true],
      [MAX_REPEATS + 1, false],
    ] as const) {
      const waiting: net.Socket[] = []
      const server = await speaks((socket, nth) => {
        if (nth > kept) waiting.includes(socket) ? socket.end() : socket.write(OK)
        else if (waiting.push(socket) === kept) for (const one of waiting) one.write(OK)
      })
      const transport = transportOf({ agent })
      await Promise.all(Array.from({ length: kept }, () => post(transport, server.url)))
      const answer = post(transport, server.url, REQUEST)
      if (isAnswered) expect((await answer).toString()).toBe(BODY)
      else await expect(answer).rejects.toEqual(xmppError('ERR_XMPP_CONNECT'))
      expect(server.asked).toHaveLength(kept + MAX_REPEATS + 1)
    }
  })

  test.each<[what: string, answer: (socket: net.Socket) => unknown, code: string]>([
    ['a byte came before', socket => socket.end('H'), 'ERR_XMPP_CONNECT'],
    ['the head came before', socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 51\r\n\r\n'), 'ERR_XMPP_CONNECT'],
    ['what came is not HTTP', socket => socket.end('garbage'), 'ERR_XMPP_HTTP'],
    ['the reply is a refusal', socket => socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'), 'ERR_XMPP_HTTP'],
  ])('the transport sends nothing twice if %s', async (_, answer, code) => {
    const server = await speaks((socket, nth) => (nth === 1 ? socket.write(OK) : answer(socket)))
    const transport = transportOf()
    await post(transport, server.url)
    await expect(post(transport, server.url, REQUEST)).rejects.toEqual(xmppError(code))
    expect(server.asked).toHaveLength(2)
    expect(server.sockets).toHaveLength(1)
  })

  test('the transport tells of each socket that a request gets and loses', async () => {
    const server = await speaks((socket, nth) => (nth === 2 ? socket.end() : socket.write(OK)))
    const transport = transportOf()
    const told: boolean[][] = []
    for (let n = 0; n < 2; n++) {
      const sockets: boolean[] = []
      await send(transport, server.url, BODY, { signal: patient(), onSocket: hasSocket => sockets.push(hasSocket) })
      told.push(sockets)
    }
    expect(told).toEqual([[true], [true, false, true]])
  })

  test('the transport sends nothing twice if `mayRepeat` says no when the connection ends', async () => {
    const server = await speaks((socket, nth) => (nth === 1 ? socket.write(OK) : socket.destroy()))
    const connection = transportOf().connect(server.url)
    let asked = 0
    const mayRepeat = () => {
      asked++
      return false
    }
    await connection.post(BODY, { signal: patient(), mayRepeat })
    await expect(connection.post(BODY, { signal: patient(), mayRepeat })).rejects.toMatchObject({
      code: 'ERR_XMPP_CONNECT',
    })
    expect([asked, connection.repeats]).toEqual([1, 0])
  })

  test('the transport tells each time that a request is on its way, when its socket is connected', async () => {
    const server = await says(response => response.end(BODY))
    const connection = transportOf().connect(server.url)
    const events: string[] = []
    const options = {
      signal: patient(),
      onSocket: () => void events.push(`socket ${server.sockets.length}`),
      onSent: () => void events.push('sent'),
    }
    await connection.post(BODY, options)
    await connection.post(BODY, options)
    expect(events).toEqual(['socket 0', 'sent', 'socket 1', 'sent'])
  })

  test('the transport sends nothing twice if the signal is aborted', async () => {
    const reason = new Error('nobody waits')
    const controller = new AbortController()
    const server = await speaks((socket, nth) => {
      if (nth === 1) return socket.write(OK)
      controller.abort(reason)
      return socket.end()
    })
    const transport = transportOf()
    await post(transport, server.url)
    await expect(send(transport, server.url, REQUEST, { signal: controller.signal })).rejects.toBe(reason)
    expect(server.asked).toHaveLength(2)
  })

  test('the transport sends the same bytes once more through a given agent', async () => {
    const agent = new http.Agent({ keepAlive: true })
    ended.push(() => agent.destroy())
    const server = await speaks((socket, nth) => (nth === 2 ? socket.end() : socket.write(OK)))
    const transport = transportOf({ agent })
    await post(transport, server.url)
    expect((await post(transport, server.url, REQUEST)).toString()).toBe(BODY)
    expect(server.asked.map(bodyOf)).toEqual([BODY, REQUEST, REQUEST])
  })
})

describe('over TLS', () => {
  const HERE = selfSigned('127.0.0.1')
  const ELSEWHERE = selfSigned('xmpp.example.com')
  const untrusted = (code: RegExp) => xmppError('ERR_XMPP_TLS', code)
  const answers = (response: http.ServerResponse) => response.end(BODY)

  test('the transport accepts a trusted certificate of this host', async () => {
    const server = await says(answers, HERE)
    expect((await post(transportOf({ tls: { ca: HERE.cert } }), server.url)).toString()).toBe(BODY)
  })

  test('the sockets of all sessions resume one TLS session', async () => {
    const server = await says(answers, HERE)
    const transport = transportOf({ tls: { ca: HERE.cert } })
    await post(transport, server.url)
    const connections = Array.from({ length: 5 }, () => transport.connect(server.url))
    await Promise.all(connections.map(connection => connection.post(BODY, { signal: patient() })))
    expect(server.sockets.map(socket => (socket as tls.TLSSocket).isSessionReused())).toEqual([
      false,
      ...Array(4).fill(true),
    ])
  })

  test('the transport rejects a certificate that is not trusted', async () => {
    const server = await says(answers, HERE)
    await expect(post(transportOf(), server.url)).rejects.toEqual(untrusted(/SELF_SIGNED.*option `tls`/))
    await expect(post(transportOf({ tls: { ca: ELSEWHERE.cert } }), server.url)).rejects.toEqual(
      untrusted(/option `tls`/),
    )
    expect(server.asked).toHaveLength(0)
  })

  test('the transport rejects a certificate of another host unless `servername` names that host', async () => {
    const server = await says(answers, ELSEWHERE)
    const ca = ELSEWHERE.cert
    await expect(post(transportOf({ tls: { ca } }), server.url)).rejects.toEqual(untrusted(/ALTNAME_INVALID/))
    expect(server.asked).toHaveLength(0)
    const named = transportOf({ tls: { ca, servername: 'xmpp.example.com' } })
    expect((await post(named, server.url)).toString()).toBe(BODY)
  })

  test('the transport rejects a certificate that has expired or is not valid yet', async () => {
    const YEAR_MS = 365 * 86_400_000
    for (const [at, code] of [
      [Date.now() - YEAR_MS, /CERT_HAS_EXPIRED/],
      [Date.now() + YEAR_MS, /CERT_NOT_YET_VALID/],
    ] as const) {
      const certificate = selfSigned('127.0.0.1', at)
      const server = await says(answers, certificate)
      await expect(post(transportOf({ tls: { ca: certificate.cert } }), server.url)).rejects.toEqual(untrusted(code))
      expect(server.asked).toHaveLength(0)
    }
  })

  test('the transport verifies certificates when NODE_TLS_REJECT_UNAUTHORIZED is 0', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      const server = await says(answers, HERE)
      await expect(post(transportOf(), server.url)).rejects.toEqual(untrusted(/SELF_SIGNED/))
      expect(server.asked).toHaveLength(0)
    } finally {
      warned.mockRestore()
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
    }
  })

  test('the transport verifies certificates when a given agent sets no rejectUnauthorized', async () => {
    const server = await says(answers, HERE)
    const agent = new https.Agent()
    ended.push(() => agent.destroy())
    await expect(post(transportOf({ agent }), server.url)).rejects.toEqual(untrusted(/SELF_SIGNED/))
    expect(server.asked).toHaveLength(0)
  })

  test('the transport uses a given agent whose connections are verified TLS', async () => {
    const server = await says(answers, HERE)
    const agent = new https.Agent({ ca: HERE.cert, keepAlive: true })
    ended.push(() => agent.destroy())
    const transport = transportOf({ agent })
    for (let n = 0; n < 2; n++) expect((await post(transport, server.url)).toString()).toBe(BODY)
    expect(server.sockets).toHaveLength(1)
  })

  test('the transport uses a given agent whose TLS begins on a connection that stands, as through a proxy', async () => {
    const server = await says(answers, HERE)
    const tunnel = net.connect(server.port, '127.0.0.1')
    await once(tunnel, 'connect')
    const agent = new https.Agent()
    Object.assign(agent, { createConnection: () => tls.connect({ socket: tunnel, host: '127.0.0.1', ca: HERE.cert }) })
    ended.push(() => agent.destroy())
    expect((await post(transportOf({ agent }), server.url)).toString()).toBe(BODY)
  })

  test.each<[what: string, connect: (port: number) => net.Socket, says: RegExp]>([
    [
      'do not verify the certificate',
      port => tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }),
      /does not verify/,
    ],
    ['are not TLS', port => net.connect(port, '127.0.0.1'), /without TLS/],
    [
      'do not encrypt',
      port =>
        tls.connect({
          port,
          host: '127.0.0.1',
          ca: HERE.cert,
          maxVersion: 'TLSv1.2',
          ciphers: 'eNULL:@SECLEVEL=0',
        }),
      /without encryption/,
    ],
  ])('the transport sends nothing when connections of a given agent %s', async (_, connect, reason) => {
    const server = await says(answers, { ...HERE, ciphers: 'ALL:eNULL:@SECLEVEL=0' })
    const agent = new https.Agent()
    // As agents for proxies do, whose options do not show what they do.
    Object.assign(agent, { createConnection: () => connect(server.port) })
    ended.push(() => agent.destroy())
    await expect(post(transportOf({ agent }), server.url)).rejects.toEqual(untrusted(reason))
    expect(server.asked).toHaveLength(0)
  })

  describe('when Node.js itself allows TLS 1.1', () => {
    const defaults = tls as { DEFAULT_MIN_VERSION: tls.SecureVersion; DEFAULT_CIPHERS: string }
    const before = { ...defaults }
    beforeAll(() => Object.assign(defaults, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: 'DEFAULT@SECLEVEL=0' }))
    afterAll(() => {
      const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = before
      Object.assign(defaults, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS })
    })
    const old = () => says(answers, { ...HERE, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })

    test('the transport refuses TLS 1.1 when a given https.Agent speaks it', async () => {
      const server = await old()
      const agent = new https.Agent({ ca: HERE.cert })
      ended.push(() => agent.destroy())
      await expect(post(transportOf({ agent }), server.url)).rejects.toEqual(untrusted(/`agent` speaks TLS 1.1/))
      expect(server.asked).toHaveLength(0)
    })

    test.each([
      ['by default', {}],
      ['with a minVersion of undefined', { minVersion: undefined }],
      ['with a higher minVersion', { minVersion: 'TLSv1.3' }],
    ])('the transport refuses TLS 1.1 %s', async (_, version) => {
      const server = await old()
      const transport = transportOf({ tls: { ca: HERE.cert, ...(version as TlsOptions) } })
      await expect(post(transport, server.url)).rejects.toEqual(untrusted(/no trusted TLS/))
      expect(server.asked).toHaveLength(0)
    })
  })

  test('the transport rejects a server that speaks plain HTTP', async () => {
    const server = await says(answers)
    const url = new URL(server.url.href.replace('http:', 'https:'))
    await expect(post(transportOf(), url)).rejects.toEqual(untrusted(/does this port speak http:\?.*`service`/))
    expect(server.asked).toHaveLength(0)
  })

  test('the transport sends a request once more when a kept-alive connection ends before a reply', async () => {
    const server = await says((response, nth) => (nth === 2 ? response.socket?.destroy() : response.end(BODY)), HERE)
    const transport = transportOf({ tls: { ca: HERE.cert } })
    await post(transport, server.url)
    expect((await post(transport, server.url, '<body/>')).toString()).toBe(BODY)
    expect(server.asked.map(({ body }) => body)).toEqual([BODY, '<body/>', '<body/>'])
    expect(server.sockets).toHaveLength(2)
  })
})

test('the transport rejects a reply of status 101', async () => {
  const hung = new AbortController()
  const server = await speaks(socket => {
    socket.on('close', () => setImmediate(() => hung.abort(new Error('ended, and nobody said so'))))
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })

  await expect(send(transportOf(), server.url, BODY, { signal: hung.signal })).rejects.toEqual(
    xmppError('ERR_XMPP_HTTP'),
  )
})
