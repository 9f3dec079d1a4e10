import type { Request } from 'express'
import type { Log } from 'passport-xmpp-bosh-login-site/operation/log'
import type { Metrics } from 'passport-xmpp-bosh-login-site/operation/metrics/metrics'

/** Returns the id that the log has for a request. */
export function requestIdOf(req: Request): string {
  return String((req as { id?: unknown }).id)
}

/** The events of the provider in the log, beside those of the site. */
export const PROVIDER_EVENTS = {
  'oidc-authorized': ['info', 'a client was told who is signed in'],
  'oidc-consent': ['info', 'a visitor agreed that a client gets claims'],
  'oidc-declined': ['warn', 'a visitor declined that a client gets claims'],
  'oidc-tokens': ['info', 'a client got tokens'],
  'oidc-revoked': ['info', 'a grant was revoked'],
  'oidc-refused': ['warn', 'a request of a client, or in its name, was refused'],
  'oidc-silent': ['info', 'a client asked without a page for what needs one'],
  'oidc-limited': ['warn', 'a request was refused after too many others from its address'],
  'oidc-logout-told': ['info', 'a client was told of a sign-out'],
  'oidc-logout-failed': ['warn', 'a client could not be told of a sign-out'],
} as const satisfies Readonly<Record<string, readonly ['info' | 'warn', string]>>

export type ProviderEvent = keyof typeof PROVIDER_EVENTS

export interface ProviderDetails {
  /** default: `ok`; a code, never input of a visitor or a client */
  readonly outcome?: string | undefined
  /** `client_id` */
  readonly client?: string | undefined
  /** bare JID */
  readonly jid?: string | undefined
  /** reason, in words of this program */
  readonly reason?: string | undefined
}

/** Writes a line for an event. @param req `undefined`: no request caused it */
export type LogProviderEvent = (req: Request | undefined, event: ProviderEvent, details?: ProviderDetails) => void

/** characters of a text that a client or a visitor may have chosen */
const MAX_LENGTH = 256

/** Returns the function that writes events. No code, token, secret or body of a request is among its details. */
export function providerEvents(log: Log, metrics: Pick<Metrics, 'count'> | undefined): LogProviderEvent {
  return (req, event, { outcome = 'ok', client, jid, reason } = {}) => {
    const [level, message] = PROVIDER_EVENTS[event]
    log[level](
      {
        event,
        // The order of the site's events, which filters rely on: text that others chose comes after the address.
        ...(req && { address: req.ip ?? 'unknown' }),
        outcome,
        ...(client !== undefined && { client: printable(client) }),
        ...(jid !== undefined && { user: printable(jid) }),
        ...(reason !== undefined && { reason: printable(reason) }),
        ...(req && { id: requestIdOf(req) }),
      },
      message,
    )
    metrics?.count({ event, outcome })
  }
}

function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?').slice(0, MAX_LENGTH)
}
