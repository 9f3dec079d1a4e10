import type { AuthenticatorOptions } from 'passport-xmpp-bosh'
import type { Log } from './log'
import { type Fault, probe } from './xmpp-probe'

/** ms. Probes of the app come more often than that: a load balancer, a monitor and the metrics each ask. */
const KEPT_MS = 10_000
/** ms. A server that can be reached answers in a few milliseconds. */
const TIMEOUT_MS = 5_000

/** Tells whether the XMPP server can be reached. */
export interface Reachability {
  /** Resolves to true if one of the services can be used. Asks them at most every 10 s, and never rejects. */
  check(): Promise<boolean>
  /** Ends a probe in progress. */
  close(): void
}

export interface ReachabilityOptions extends Pick<AuthenticatorOptions, 'service' | 'domain' | 'tls'> {
  readonly log: Log
  /** ms of a clock that only goes forward */
  readonly now?: () => number
}

/** Creates a check of the XMPP server that logs each change. */
export function createReachability(options: ReachabilityOptions): Reachability {
  const { log, now = () => performance.now() } = options
  const services = [options.service].flat()
  let known: { readonly isReachable: Promise<boolean>; readonly at: number } | undefined
  let last = ''
  let probing: AbortController | undefined
  let isClosed = false
  const ask = async (): Promise<boolean> => {
    const stop = new AbortController()
    probing = stop
    const timer = setTimeout(() => stop.abort(), TIMEOUT_MS)
    const faults = await Promise.all(services.map(service => probe(service, options, stop.signal)))
    clearTimeout(timer)
    const isReachable = faults.includes(undefined)
    const state = isReachable ? '' : faults.map(fault => fault?.code).join()
    if (state !== last && !isClosed) report(log, isReachable, services, faults)
    last = state
    return isReachable
  }
  return {
    check() {
      // A probe in progress counts from its start, and none lasts that long.
      if (!known || (now() - known.at >= KEPT_MS && !isClosed)) known = { isReachable: ask(), at: now() }
      return known.isReachable
    },
    close() {
      isClosed = true
      probing?.abort()
    },
  }
}

function report(log: Log, isReachable: boolean, services: readonly string[], faults: readonly (Fault | undefined)[]) {
  if (isReachable) return log.info({ state: 'reachable' }, 'the XMPP server can be reached again')
  const seen = services.map((service, n) => `${nameOf(service)}: ${faults[n]?.text}`)
  log.error(
    { state: 'unreachable', codes: faults.map(fault => fault?.code) },
    `the XMPP server cannot be reached. ${seen.join('. ')}. See docs/troubleshooting.md`,
  )
}

/** Returns origin and path of a service: a query may hold a key. */
function nameOf(service: string): string {
  const { origin, pathname } = new URL(service)
  return origin + pathname
}
