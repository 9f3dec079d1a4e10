import { createServer, type Server } from 'node:http'
import type { RequestHandler } from 'express'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Happening } from '../events'
import type { Reachability } from '../reachability'
import { defineMetrics } from './definitions'
import { countOperations } from './library'
import { measureRequests } from './requests'

/** Metrics of the app, for Prometheus. */
export interface Metrics {
  /** measures each request */
  readonly requests: RequestHandler
  /** Counts an event of the log. */
  readonly count: (happening: Happening) => void
  /** Returns all metrics as text. */
  text(xmpp: Reachability, isAccountOnline?: () => boolean): Promise<string>
  close(): void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const metrics = defineMetrics(registry)
  // Memory, processor, event loop and garbage collection of the process.
  collectDefaultMetrics({ register: registry })
  const stop = countOperations(metrics)
  return {
    requests: measureRequests(metrics),
    count: ({ event, outcome }) => metrics.events.inc({ event, outcome }),
    async text(xmpp, isAccountOnline = () => false) {
      metrics.accountOnline.set(isAccountOnline() ? 1 : 0)
      metrics.reachable.set((await xmpp.check()) ? 1 : 0)
      return registry.metrics()
    },
    close() {
      stop()
      registry.clear()
    },
  }
}

/** The measured parts of an app. */
export interface Observed {
  readonly xmpp: Reachability
  readonly isAccountOnline: (() => boolean) | undefined
}

/** Serves the metrics at `/metrics`, and nothing else. It does not listen. */
export function metricsServer(metrics: Metrics, { xmpp, isAccountOnline }: Observed): Server {
  return createServer((req, res) => {
    const [path] = req.url?.split('?') ?? []
    if (path !== '/metrics') return void res.writeHead(404).end()
    if (req.method !== 'GET' && req.method !== 'HEAD') return void res.writeHead(405, { Allow: 'GET, HEAD' }).end()
    metrics.text(xmpp, isAccountOnline).then(
      text => res.writeHead(200, { 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE }).end(text),
      () => res.writeHead(500).end(),
    )
  })
}
