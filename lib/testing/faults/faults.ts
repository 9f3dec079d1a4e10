import type { Step } from '../protocol/request'
import type { Fault, FaultReply } from './fault'
import { isStandingReply, type StandingFault, type StandingMoment, type StandingReply, strikes } from './standing'

export type { Fault, FaultReply }

const STEPS: Readonly<Record<Step, true>> = {
  create: true,
  auth: true,
  response: true,
  restart: true,
  bind: true,
  form: true,
  register: true,
  remove: true,
  roles: true,
  vcard: true,
  poll: true,
  stanza: true,
  terminate: true,
}
const WORDS: Readonly<Record<Extract<FaultReply, string>, true>> = {
  aborted: true,
  'account-disabled': true,
  'credentials-expired': true,
  'encryption-required': true,
  'incorrect-encoding': true,
  'invalid-authzid': true,
  'invalid-mechanism': true,
  'malformed-request': true,
  'mechanism-too-weak': true,
  'not-authorized': true,
  'temporary-auth-failure': true,
  'signature-in-challenge': true,
  hang: true,
  reset: true,
  drip: true,
  'too-large': true,
  gzip: true,
  'not-xml': true,
  empty: true,
  late: true,
  error: true,
  terminate: true,
}
const KEYS: Readonly<Record<KeyOf<Exclude<FaultReply, string>>, true>> = {
  sasl: true,
  again: true,
  cut: true,
  terminate: true,
  streamError: true,
  offer: true,
  stanzaError: true,
  answer: true,
  boundJid: true,
  status: true,
  headers: true,
  body: true,
  payload: true,
  rewrite: true,
}
type KeyOf<T> = T extends T ? keyof T : never

interface DueFault {
  readonly fault: Fault | StandingFault
  left: number
}

/** The faults that have not happened yet, in the order they were added. */
export class Faults {
  #due: DueFault[] = []

  /**
   * Adds a fault.
   *
   * @throws {TypeError} the fault is invalid, so it would never happen
   */
  add(fault: Fault | StandingFault): void {
    const { on, times = 1 } = fault
    if (on !== 'standing' && !Object.hasOwn(STEPS, on)) {
      throw new TypeError(`fault \`on\` must be one of ${Object.keys(STEPS).join(', ')}, standing`)
    }
    const isKnown = fault.on === 'standing' ? isStandingReply(fault.reply) : isStepReply(fault.reply)
    if (!isKnown) throw new TypeError('fault `reply` is unknown to the test server')
    if (!Number.isSafeInteger(times) || times < 1) throw new TypeError('fault `times` must be a positive integer')
    this.#due.push({ fault, left: times })
  }

  /** Takes the next fault for this step. */
  take(step: Step): FaultReply | undefined {
    const entry = this.#due.find(({ fault }) => fault.on === step)
    const fault = entry && this.#count(entry)
    return fault?.on === 'standing' ? undefined : fault?.reply
  }

  /** Takes the next fault of a session that stands, of this account at this moment. */
  takeStanding(moment: StandingMoment, username: string): StandingReply | undefined {
    const entry = this.#due.find(({ fault }) => fault.on === 'standing' && strikes(fault, moment, username))
    const fault = entry && this.#count(entry)
    return fault?.on === 'standing' ? fault.reply : undefined
  }

  clear(): void {
    this.#due = []
  }

  #count(entry: DueFault): Fault | StandingFault {
    if (--entry.left <= 0) this.#due = this.#due.filter(other => other !== entry)
    return entry.fault
  }
}

function isStepReply(reply: FaultReply): boolean {
  if (typeof reply === 'string') return Object.hasOwn(WORDS, reply)
  return Object.keys(reply).every(key => Object.hasOwn(KEYS, key))
}
