import type { Server } from 'node:http'
import { ConfigError } from '../config/readers'

/** ms that requests in progress have to finish after a signal to stop */
const STOP_TIMEOUT_MS = 5_000

/** An address to listen on, with the variables that it comes from. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly variables: { readonly host: 'HOST' | 'METRICS_HOST'; readonly port: 'PORT' | 'METRICS_PORT' }
}

/** Listens. Rejects with a {@link ConfigError} when the address cannot be used. */
export function listen(server: Server, { host, port, variables }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        const text = `${variables.port} ${port} is already in use on ${host}: set ${variables.port} to another one`
        reject(new ConfigError(text))
      } else if (error.code === 'EACCES') {
        reject(
          new ConfigError(`${variables.port} ${port} needs root privileges: set ${variables.port} to one above 1023`),
        )
      } else if (error.syscall === 'listen' || error.syscall === 'getaddrinfo') {
        reject(new ConfigError(`${variables.host} ${host} is not an address of this machine (${error.code})`))
      } else reject(error)
    })
    server.listen(port, host, resolve)
  })
}

/** Stops listening. Requests in progress finish, if they do it soon. */
export async function finish(server: Server): Promise<void> {
  const over = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS)
  await new Promise(resolve => server.close(resolve))
  clearTimeout(over)
}
