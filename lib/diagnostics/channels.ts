import { channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import { XmppBoshError } from '../errors/error'
import type { ConnectionMessage, LoginMessage, OperationMessage, RegistrationMessage } from './messages'

/** Tracing channel whose messages are of one type. */
export type Operation<M extends OperationMessage> = TracingChannel<object, M>

// One tracing channel is five channels, `tracing:passport-xmpp-bosh:login:start` and so on.
export const LOGIN = tracingChannel<object, LoginMessage>('passport-xmpp-bosh:login')
export const REGISTRATION = tracingChannel<object, RegistrationMessage>('passport-xmpp-bosh:registration')
export const CONNECTION = tracingChannel<object, ConnectionMessage>('passport-xmpp-bosh:connection')
/** Plain channel: a request ends in another call than the one that starts it, often in another process. */
export const CONFIRMATION = channel('passport-xmpp-bosh:confirmation')
/** Plain channel of {@link ServiceAccountMessage}. */
export const SERVICE_ACCOUNT = channel('passport-xmpp-bosh:service-account')
/** Plain channel of {@link RolesMessage}. */
export const ROLES = channel('passport-xmpp-bosh:roles')

/**
 * Returns true if the channel has a subscriber. Callers ask first, so that a login without one builds no message.
 * `TracingChannel.hasSubscribers` came with Node 20.13.
 */
export function isObserved<M extends OperationMessage>(operation: Operation<M>): boolean {
  const { start, end, asyncStart, asyncEnd, error } = operation
  return (
    start.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    error.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers
  )
}

/**
 * Runs `work` between the start and the end of an operation, in the async context that a store of the subscriber gives it.
 *
 * @param message what is known at the start
 * @param succeeded completes the message from the result; the result itself is not published, because it may hold secrets
 */
export async function observed<M extends OperationMessage, T>(
  operation: Operation<M>,
  message: M,
  work: () => Promise<T>,
  succeeded: (message: M, result: T) => void,
): Promise<T> {
  const startedAt = performance.now()
  const outcome: { result?: T } = {}
  await operation.tracePromise(async () => {
    try {
      outcome.result = await work()
      message.code = 'ok'
      succeeded(message, outcome.result)
    } catch (reason) {
      const isOwn = XmppBoshError.is(reason)
      message.code = isOwn ? reason.code : 'unexpected'
      message.status = isOwn ? reason.status : 500
      throw reason
    } finally {
      message.duration = performance.now() - startedAt
    }
  }, message)
  return outcome.result as T
}

/** Returns what every message has at the start. The service is known already if it is the only one. */
export function startOf(domain: string, [first, ...others]: readonly { url: URL }[]): OperationMessage {
  return { domain, ...(first && others.length === 0 && { service: serviceName(first.url) }) }
}

/** Returns origin and path of a service: a query may hold a key. */
export function serviceName({ origin, pathname }: URL): string {
  return origin + pathname
}
