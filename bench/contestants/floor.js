import { IDLE_SOCKET_MS, MAX_DERIVATIONS, MAX_SOCKETS } from '../dist/limits.js'
import { floor } from '../floor.js'
import { DOMAIN } from '../servers/instance.js'

/** The floor, with the pool and the derivations of the Authenticator. */
export default function least({ bosh, mechanism, bind }) {
  const limits = { sockets: MAX_SOCKETS, idleMs: IDLE_SOCKET_MS, derivations: MAX_DERIVATIONS }
  return floor({ url: bosh, domain: DOMAIN, mechanism, bind, ...limits })
}
