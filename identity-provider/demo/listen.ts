import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'

/** Ports that are tried, one after the other. */
const MAX_TRIED = 20

/** Listens on the first free port from `port` on. @throws {ConfigError} */
export async function listenFrom(handler: RequestListener, host: string, port: number): Promise<Server> {
  for (let tried = port; tried < port + MAX_TRIED && tried <= 65_535; tried++) {
    const server = createServer(handler)
    if (await listens(server, host, tried)) return server
  }
  throw new ConfigError(`there is no free port for the demo app from ${port} on: set PORT to another one`)
}

/** Returns a port that is free at the moment. */
export async function freePort(host: string): Promise<number> {
  const server = createServer()
  await listens(server, host, 0)
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Resolves to false when the port is in use. */
function listens(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(new ConfigError(`the demo app cannot listen on ${host}, port ${port} (${error.code})`))
    })
    server.listen(port, host, () => resolve(true))
  })
}
