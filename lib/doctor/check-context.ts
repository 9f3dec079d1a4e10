import { HttpTransport } from '../bosh/transport'
import { Authenticator } from '../login/authenticator'
import { Registration } from '../registration/registration'
import { BoundedSessions, type Internals } from '../sessions/bounded-sessions'
import { type Clock, systemClock } from '../time/clock'
import type { Signal } from '../time/light-signal'
import { type FirstReplyTransport, keepFirstReply } from './first-reply'
import { type Heads, watchHeads } from './head'
import { headerVersion } from './reported-version'
import { knownSoftware, type Software, softwareOf } from './software'
import type { Target } from './target'

/** Objects that the checks share: the parts of the library, set up as an app would set them up. */
export interface CheckContext {
  readonly target: Target
  readonly clock: Clock
  readonly transport: FirstReplyTransport
  readonly heads: Heads
  readonly sessions: BoundedSessions
  readonly authenticator: Authenticator
  readonly registration: Registration
  /** aborts at the deadline of all checks */
  readonly signal: Signal
}

export function createCheckContext(target: Target, signal: Signal, internals: Internals): CheckContext {
  const { clock = systemClock } = internals
  const { options, settings, isExposed } = target
  const transport = keepFirstReply(internals.transport ?? new HttpTransport(settings))
  const shared = { clock, transport }
  return {
    target,
    clock,
    transport,
    heads: watchHeads(target.url),
    sessions: new BoundedSessions(settings, shared),
    authenticator: new Authenticator(options, shared),
    // Registration refuses plain HTTP unless PLAIN is named. The checks only request forms and send no password.
    registration: new Registration(isExposed ? { ...options, mechanisms: ['PLAIN'] } : options, shared),
    signal,
  }
}

/** Names the software by the first reply: its head, else its body. */
export function seenSoftware({ heads, transport }: CheckContext): Software {
  return knownSoftware(headerVersion(heads.server)?.name) ?? softwareOf(transport.firstBody)
}

/** Waits until the sessions are terminated, at most 2 s, and closes the sockets. */
export async function closeCheckContext({ heads, sessions, authenticator, registration }: CheckContext): Promise<void> {
  heads.release()
  await Promise.all([sessions.close(), authenticator.close(), registration.close()])
}
