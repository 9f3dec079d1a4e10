import type { RequestView, Step } from '../protocol/request'

/** SASL conditions, RFC 6120 §6.5. */
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

/** What happens to the exchange itself; the server goes on from what it then said. */
export type SaslFault =
  | {
      /** the decoded SASL message of the right reply (`r=…,s=…,i=…` or `v=…` with SCRAM), rewritten */
      readonly sasl: (message: string) => string
    }
  /** SCRAM's `v=…` comes in a challenge, and an empty success after it (RFC 4422 §3.6) */
  | 'signature-in-challenge'

/** What happens instead of the right reply. */
export type FaultReply =
  | SaslFault
  /** `<failure/>` with this condition */
  | SaslCondition
  /** no reply, ever */
  | 'hang'
  /** the connection is reset before the reply */
  | 'reset'
  | {
      /** the right reply, but it breaks off after so many bytes of its body */
      readonly cut: number
    }
  /** the right reply, one byte every 50 ms */
  | 'drip'
  /** the right reply with 2 MiB of white space behind it, more than any `maxResponseBytes` allows */
  | 'too-large'
  /** the right reply, compressed although nobody asked for it */
  | 'gzip'
  /** an HTML page with status 200 */
  | 'not-xml'
  /** an empty `<body/>`; what was due is lost */
  | 'empty'
  /** an empty `<body/>`; the right reply comes with the next request */
  | 'late'
  /** `<body type='error'/>` (XEP-0124 §17.3) */
  | 'error'
  /** `<body type='terminate'/>` */
  | 'terminate'
  | {
      /** `<body type='terminate' condition='…'/>` (XEP-0124 §17.2) */
      readonly terminate: string
    }
  | {
      /** a stream error with this condition */
      readonly streamError: string
    }
  | {
      /** other mechanisms than the server knows, in answer to `create`; `[]`: features without a list of them */
      readonly offer: readonly string[]
    }
  | {
      /** a stanza error with this condition, in answer to an iq: `bind`, `form`, `register`, `remove` */
      readonly stanzaError: string
    }
  | {
      /** the bind succeeds with this JID */
      readonly boundJid: string
    }
  | {
      /** this HTTP status */
      readonly status: number
      /** the page, default empty */
      readonly body?: string
      /** of HTTP, beside those of every reply */
      readonly headers?: Readonly<Record<string, string>>
    }
  | {
      /** the whole reply, as it is */
      readonly body: string | Uint8Array
    }
  | {
      /** a `<body/>` with this inside, as it is */
      readonly payload: string
    }
  | {
      /** the right reply, rewritten */
      readonly rewrite: (body: string, request: RequestView) => string | Uint8Array
    }

/** Something that goes wrong at a step. */
export interface Fault {
  /** the step that goes wrong */
  readonly on: Step
  /** what happens there */
  readonly reply: FaultReply
  /** how often, default 1 */
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

/** The faults still to come, first come first served. */
export class Faults {
  #due: { readonly fault: Fault; left: number }[] = []

  /** @throws {TypeError} for what would never happen, or not be what was meant */
  add(fault: Fault): void {
    const { on, reply, times = 1 } = fault
    if (!Object.hasOwn(STEPS, on)) throw new TypeError(`fault \`on\` must be one of ${Object.keys(STEPS).join(', ')}`)
    const isKnown =
      typeof reply === 'string'
        ? Object.hasOwn(WORDS, reply)
        : Object.keys(reply).every(key => Object.hasOwn(KEYS, key))
    if (!isKnown) throw new TypeError('fault `reply` is none that the test server knows')
    if (!Number.isSafeInteger(times) || times < 1) throw new TypeError('fault `times` must be a positive integer')
    this.#due.push({ fault, left: times })
  }

  /** The fault for this step, taken off the list. */
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
