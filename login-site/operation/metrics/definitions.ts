import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** s. A refused login takes 0.3 s at least, and 15 s at most. */
const LOGIN_BUCKETS_S = [0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 15]
/** s */
const REQUEST_BUCKETS_S = [0.005, 0.02, 0.1, 0.4, 1, 3, 6, 15, 30]

/**
 * The app's own metrics, with their labels and their help. No value of a label is input of a visitor. docs/operating.md has
 * the same table.
 */
export const METRICS = {
  app_events_total: [['event', 'outcome'], 'Events of the log'],
  http_request_duration_seconds: [['method', 'route', 'status'], 'Time from a request to the end of its answer'],
  xmpp_logins_total: [['outcome'], 'Passwords checked by the XMPP server, also for a change of the account'],
  xmpp_login_duration_seconds: [['result'], 'Time that these checks took, with all waiting'],
  xmpp_logins_in_progress: [[], 'Passwords being checked or waiting to be'],
  xmpp_registrations_total: [['operation', 'outcome'], 'Operations on accounts at the XMPP server'],
  xmpp_connections_total: [['service', 'outcome'], 'Tries to open a session on a service of the XMPP server'],
  xmpp_reachable: [[], '1 if the XMPP server can be reached, 0 if not'],
  xmpp_account_online: [[], '1 if the service account is online, 0 if not or if there is none'],
  xmpp_role_events_total: [['event', 'role', 'reason'], 'Rooms of roles that were refused, unread or changed'],
  store_errors_total: [[], 'Commands that the store did not execute'],
} as const

export type MetricName = keyof typeof METRICS

export type OwnMetrics = ReturnType<typeof defineMetrics>

/** Registers the app's own metrics. */
export function defineMetrics(registry: Registry) {
  const of = (name: MetricName) => {
    const [labelNames, help] = METRICS[name]
    return { name, help, labelNames, registers: [registry] }
  }
  return {
    events: new Counter(of('app_events_total')),
    requests: new Histogram({ ...of('http_request_duration_seconds'), buckets: REQUEST_BUCKETS_S }),
    logins: new Counter(of('xmpp_logins_total')),
    loginDurations: new Histogram({ ...of('xmpp_login_duration_seconds'), buckets: LOGIN_BUCKETS_S }),
    loginsInProgress: new Gauge(of('xmpp_logins_in_progress')),
    registrations: new Counter(of('xmpp_registrations_total')),
    connections: new Counter(of('xmpp_connections_total')),
    reachable: new Gauge(of('xmpp_reachable')),
    accountOnline: new Gauge(of('xmpp_account_online')),
    roleEvents: new Counter(of('xmpp_role_events_total')),
    storeErrors: new Counter(of('store_errors_total')),
  }
}
