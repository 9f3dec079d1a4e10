import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import type {
  ConnectionMessage,
  LoginMessage,
  OperationMessage,
  RegistrationMessage,
  RolesMessage,
} from 'passport-xmpp-bosh'
import { STORE_ERRORS } from '../../stores/store-error'
import type { OwnMetrics } from './definitions'

const MS_PER_S = 1_000
const ROLES = 'passport-xmpp-bosh:roles'

/** Counts the operations of the library, which it publishes, and errors of the store. Returns a function that stops it. */
export function countOperations(metrics: OwnMetrics): () => void {
  const stops = [
    subscribed('login', {
      start: () => metrics.loginsInProgress.inc(),
      asyncEnd(message) {
        const { code = 'unexpected', duration = 0 } = message as LoginMessage
        metrics.loginsInProgress.dec()
        metrics.logins.inc({ outcome: code })
        metrics.loginDurations.observe({ result: resultOf(code) }, duration / MS_PER_S)
      },
    }),
    subscribed('registration', {
      asyncEnd(message) {
        const { operation, code = 'unexpected' } = message as RegistrationMessage
        metrics.registrations.inc({ operation, outcome: code })
      },
    }),
    subscribed('connection', {
      asyncEnd(message) {
        const { service, code = 'unexpected' } = message as ConnectionMessage
        metrics.connections.inc({ service, outcome: code })
      },
    }),
  ]
  const countRoleEvent = (message: unknown) => {
    const { event, role, reason, code } = message as RolesMessage
    metrics.roleEvents.inc({ event, role, reason: reason ?? code ?? '' })
  }
  subscribe(ROLES, countRoleEvent)
  const countStoreError = () => metrics.storeErrors.inc()
  STORE_ERRORS.subscribe(countStoreError)
  return () => {
    for (const stop of stops) stop()
    unsubscribe(ROLES, countRoleEvent)
    STORE_ERRORS.unsubscribe(countStoreError)
  }
}

interface Listeners {
  readonly start?: () => void
  readonly asyncEnd: (message: OperationMessage) => void
}

function subscribed(operation: string, { start = () => {}, asyncEnd }: Listeners): () => void {
  const channel = tracingChannel(`passport-xmpp-bosh:${operation}`)
  const end = (message: unknown) => asyncEnd(message as OperationMessage)
  channel.start.subscribe(start)
  channel.asyncEnd.subscribe(end)
  return () => {
    channel.start.unsubscribe(start)
    channel.asyncEnd.unsubscribe(end)
  }
}

function resultOf(code: string): 'ok' | 'refused' | 'failed' {
  if (code === 'ok') return 'ok'
  return code === 'unexpected' || code.startsWith('ERR_') ? 'failed' : 'refused'
}
