import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { MAX_DERIVATIONS } from '../limits'
import type { Derive } from '../sasl'
import { Slots } from '../sessions/slots'
import type { Signal } from '../time/light-signal'
import { untilAborted } from '../time/wait'

const hi = promisify(pbkdf2)
// One for the process: libuv's threads are, too, and the app reads its files with them.
const slots = new Slots(MAX_DERIVATIONS)

/** PBKDF2 in node's thread pool. A derivation cannot be stopped: an aborted login only stops waiting for it. */
export function deriveWithin(signal: Signal): Derive {
  return (password, salt, iterations, length, digest) =>
    untilAborted(
      slots.run(() => hi(password, salt, iterations, length, digest), signal),
      signal,
    )
}
