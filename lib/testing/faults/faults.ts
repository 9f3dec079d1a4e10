import type { RequestView, Step } from '../protocol/request'

/**
 * A SASL error condition (RFC 6120 §6.5).
 *
 * @example
 * ```ts
 * import type { Fault, SaslCondition } from 'passport-xmpp-bosh/testing'
 *
 * const busy: SaslCondition = 'temporary-auth-failure'
 * const fault: Fault = { on: 'auth', reply: busy }
 * ```
 */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'mechanism-too-weak'
  | 'not-authorized'
  | 'temporary-auth-failure'

/**
 * A fault in the SASL exchange itself. The server goes on as if the changed message were its own.
 *
 * @example
 * ```ts
 * import type { Fault, SaslFault } from 'passport-xmpp-bosh/testing'
 *
 * const oneIteration: SaslFault = { sasl: message => message.replace('i=4096', 'i=1') }
 * const fault: Fault = { on: 'auth', reply: oneIteration }
 * ```
 */
export type SaslFault =
  | {
      /** rewrites the decoded SASL message of the correct reply (with SCRAM `r=…,s=…,i=…` or `v=…`) */
      readonly sasl: (message: string) => string
    }
  /** SCRAM's `v=…` comes in a challenge, followed by an empty success (RFC 4422 §3.6) */
  | 'signature-in-challenge'

/**
 * A reply that replaces the correct one, or a failure to reply.
 *
 * @example
 * ```ts
 * import type { Fault, FaultReply } from 'passport-xmpp-bosh/testing'
 *
 * const overloaded: FaultReply = { status: 503, body: 'Try again later' }
 * const fault: Fault = { on: 'create', reply: overloaded }
 * ```
 */
export type FaultReply =
  | SaslFault
  /** replies with `<failure/>` and this condition */
  | SaslCondition
  /** never replies */
  | 'hang'
  /** resets the connection before the reply */
  | 'reset'
  | {
      /** cuts the connection after this many bytes of the correct body */
      readonly cut: number
    }
  /** sends the correct reply, one byte every 50 ms */
  | 'drip'
  /** adds 2 MiB of white space to the correct reply, more than any `maxResponseBytes` allows */
  | 'too-large'
  /** compresses the correct reply, although the client did not ask for it */
  | 'gzip'
  /** replies with an HTML page and status 200 */
  | 'not-xml'
  /** replies with an empty `<body/>`; the correct content is lost */
  | 'empty'
  /** replies with an empty `<body/>`; the correct content comes with the next reply */
  | 'late'
  /** replies with `<body type='error'/>` (XEP-0124 §17.3) */
  | 'error'
  /** ends the session with `<body type='terminate'/>` */
  | 'terminate'
  | {
      /** ends the session with `<body type='terminate' condition='…'/>` (XEP-0124 §17.2) */
      readonly terminate: string
    }
  | {
      /** ends the session with a stream error of this condition */
      readonly streamError: string
    }
  | {
      /** sends the last SASL element again, as Openfire does at times; with `instead`, the correct content comes next */
      readonly again: 'beside' | 'instead'
    }
  | {
      /** replaces the list of mechanisms in the reply to `create`; `[]` leaves the list out */
      readonly offer: readonly string[]
    }
  | {
      /** replies to an iq (`bind`, `form`, `register`, `remove`) with a stanza error of this condition */
      readonly stanzaError: string
    }
  | {
      /** binds this JID instead */
      readonly boundJid: string
    }
  | {
      /** HTTP status of the reply */
      readonly status: number
      /**
       * body of the reply
       *
       * @default ''
       */
      readonly body?: string
      /**
       * HTTP headers, in addition to those of every reply
       *
       * @default {}
       */
      readonly headers?: Readonly<Record<string, string>>
    }
  | {
      /** sends this as the whole body of the HTTP reply */
      readonly body: string | Uint8Array
    }
  | {
      /** sends a correct `<body/>` with this content */
      readonly payload: string
    }
  | {
      /** rewrites the body of the correct reply; `request` is the request that it answers */
      readonly rewrite: (body: string, request: RequestView) => string | Uint8Array
    }

/**
 * A fault at one step of the protocol.
 *
 * @example
 * ```ts
 * import { type Fault, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const fault: Fault = { on: 'auth', reply: 'reset', times: 2 }
 * const xmpp = await startBoshServer({ domain: 'localhost' })
 * xmpp.fault(fault)
 * await xmpp.close()
 * ```
 */
export interface Fault {
  /** step that goes wrong */
  readonly on: Step
  /** reply at this step */
  readonly reply: FaultReply
  /**
   * number of times that the fault happens
   *
   * @default 1
   */
  readonly times?: number
}

const STEPS: Readonly<Record<Step, true>> = {
  create: true,
  auth: true,
  response: true,
  restart: true,
  bind: true,
  form: true,
  register: true,
  remove: true,
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
  boundJid: true,
  status: true,
  headers: true,
  body: true,
  payload: true,
  rewrite: true,
}
type KeyOf<T> = T extends T ? keyof T : never

/** The faults that have not happened yet, in the order they were added. */
export class Faults {
  #due: { readonly fault: Fault; left: number }[] = []

  /**
   * Adds a fault.
   *
   * @throws {TypeError} the fault is invalid, so it would never happen
   */
  add(fault: Fault): void {
    const { on, reply, times = 1 } = fault
    if (!Object.hasOwn(STEPS, on)) throw new TypeError(`fault \`on\` must be one of ${Object.keys(STEPS).join(', ')}`)
    const isKnown =
      typeof reply === 'string'
        ? Object.hasOwn(WORDS, reply)
        : Object.keys(reply).every(key => Object.hasOwn(KEYS, key))
    if (!isKnown) throw new TypeError('fault `reply` is unknown to the test server')
    if (!Number.isSafeInteger(times) || times < 1) throw new TypeError('fault `times` must be a positive integer')
    this.#due.push({ fault, left: times })
  }

  /** Takes the next fault for this step. */
  take(step: Step): FaultReply | undefined {
    const entry = this.#due.find(({ fault }) => fault.on === step)
    if (!entry) return undefined
    if (--entry.left <= 0) this.#due = this.#due.filter(other => other !== entry)
    return entry.fault.reply
  }

  clear(): void {
    this.#due = []
  }
}
