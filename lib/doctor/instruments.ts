import { httpTransport } from '../bosh/transport'
import { Authenticator } from '../login/authenticator'
import { Registration } from '../registration/registration'
import { type Internals, Sessions } from '../sessions/bounded-sessions'
import { type Clock, systemClock } from '../time/clock'
import type { Signal } from '../time/light-signal'
import { type Observed, observed } from './first-reply'
import type { Place } from './target'

/** What the checks are carried out with: the library itself, as an app would use it. */
export interface Instruments {
  readonly place: Place
  readonly clock: Clock
  readonly transport: Observed
  readonly sessions: Sessions
  readonly authenticator: Authenticator
  readonly registration: Registration
  /** aborted when the time for all checks is over */
  readonly signal: Signal
}

export function instrumentsFor(place: Place, signal: Signal, internals: Internals): Instruments {
  const { clock = systemClock } = internals
  const { options, settings, exposed } = place
  const transport = observed(internals.transport ?? httpTransport(settings))
  const shared = { clock, transport }
  return {
    place,
    clock,
    transport,
    sessions: new Sessions(settings, shared),
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
