import { once } from 'node:events'
import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import { authority, type Certificate, issuedBy } from '../../fixtures/vectors/certificate'

/*
 * The proxies that end TLS, as in front of every program in production. One authority signs for all of them; the provider, the
 * parties and the visitors trust it.
 */

const own = authority('provider specs')

/** PEM of the authority. */
export const CA = own.cert

export const certificateOf = (host: string): Certificate => issuedBy(own, host)

export interface Front {
  stop(): Promise<void>
}

/** Listens at an https origin of loopback, in front of a port without TLS. */
export async function startFront(origin: string, upstream: number): Promise<Front> {
  const { hostname, port } = new URL(origin)
  const server = createServer(certificateOf(hostname), (req, res) => {
    const { remoteAddress = '' } = req.socket
    const passed = request({
      port: upstream,
      host: '127.0.0.1',
      method: req.method,
      path: req.url,
      headers: { ...req.headers, 'x-forwarded-for': remoteAddress, 'x-forwarded-proto': 'https' },
    })
    passed.on('response', answer => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    passed.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()))
    req.pipe(passed)
  })
  server.listen(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname)
  await once(server, 'listening')
  return { stop: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  const closing = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeAllConnections()
  return closing
}
