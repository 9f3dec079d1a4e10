import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { MAX_DERIVATIONS } from '../limits'
import type { Derive } from '../sasl'
import { Slots } from '../sessions/slots'
import type { Signal } from '../time/light-signal'
import { untilAborted } from '../time/wait'
import type { LoginTiming } from './timing/login-timing'

const hi = promisify(pbkdf2)
// One limit for the whole process: all instances share libuv's threads, and the app needs them to read files.
const slots = new Slots(MAX_DERIVATIONS)

/**
 * Returns a function for the logins of the visitor `key` that computes SCRAM's Hi() (RFC 5802 §2.2): PBKDF2 in Node's
 * thread pool. Visitors share it as they share the slots of sessions. A running derivation cannot be stopped. If `signal`
 * is aborted, the login stops waiting for it.
 *
 * @param timing counts the waits for the derivations of other logins
 */
export function deriveWithin(signal: Signal, key = '', timing?: LoginTiming): Derive {
  return (password, salt, iterations, length, digest) => {
    const began = timing?.waiting()
    const work = () => {
      began?.()
      return hi(password, salt, iterations, length, digest)
    }
    return untilAborted(slots.run(work, signal, key), signal)
  }
}
