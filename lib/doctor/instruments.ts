import { HttpTransport } from '../bosh/transport'
import { Authenticator } from '../login/authenticator'
import { Registration } from '../registration/registration'
import { BoundedSessions, type Internals } from '../sessions/bounded-sessions'
import { type Clock, systemClock } from '../time/clock'
import type { Signal } from '../time/light-signal'
import { type Observed, observed } from './first-reply'
import type { Target } from './target'

/** What the checks are carried out with: the library itself, as an app would use it. */
export interface Instruments {
  readonly target: Target
  readonly clock: Clock
  readonly transport: Observed
  readonly sessions: BoundedSessions
  readonly authenticator: Authenticator
  readonly registration: Registration
  /** aborted when the time for all checks is over */
  readonly signal: Signal
}

export function instrumentsFor(target: Target, signal: Signal, internals: Internals): Instruments {
  const { clock = systemClock } = internals
  const { options, settings, exposed } = target
  const transport = observed(internals.transport ?? new HttpTransport(settings))
  const shared = { clock, transport }
  return {
    target,
    clock,
    transport,
    sessions: new BoundedSessions(settings, shared),
    authenticator: new Authenticator(options, shared),
    // Forms are only asked for: no password is sent, and nothing has to be named for it.
    registration: new Registration(exposed ? { ...options, mechanisms: ['PLAIN'] } : options, shared),
    signal,
  }
}

/** Waits for the sessions to be terminated, 2 s at most, and ends the sockets. */
export async function close({ sessions, authenticator, registration }: Instruments): Promise<void> {
  await Promise.all([sessions.close(), authenticator.close(), registration.close()])
}
