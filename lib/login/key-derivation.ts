import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { MAX_DERIVATIONS } from '../limits'
import type { Derive } from '../sasl'
import { Slots } from '../sessions/slots'
import type { Signal } from '../time/light-signal'
import { untilAborted } from '../time/wait'

const hi = promisify(pbkdf2)
// One limit for the whole process: all instances share libuv's threads, and the app needs them to read files.
const slots = new Slots(MAX_DERIVATIONS)

/**
 * Returns SCRAM's Hi() (RFC 5802 §2.2): PBKDF2 in Node's thread pool. A running derivation cannot be stopped. If `signal`
 * is aborted, the login stops waiting for it.
 *
 * @param began called when a derivation begins, after its wait for other logins
 */
export function deriveWithin(signal: Signal, began: () => void = () => {}): Derive {
  return (password, salt, iterations, length, digest) => {
    const work = () => {
      began()
      return hi(password, salt, iterations, length, digest)
    }
    return untilAborted(slots.run(work, signal), signal)
  }
}
