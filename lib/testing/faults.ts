/** The step of a login a request belongs to. `poll` is an empty request. */
export type Step = 'create' | 'auth' | 'response' | 'restart' | 'bind' | 'poll' | 'terminate'

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

/** What happens instead of the right reply. */
export type FaultReply =
  /** `<failure/>` with this condition */
  | SaslCondition
  /** no reply, ever */
  | 'hang'
  /** the connection is reset */
  | 'reset'
  /** an HTML page with status 200 */
  | 'not-xml'
  /** an empty `<body/>`; what was due is lost */
  | 'empty'
  /** an empty `<body/>`; the right reply comes with the next request */
  | 'late'
  /** `<body type='terminate'/>` */
  | 'terminate'
  /** `<body type='terminate' condition='…'/>` */
  | { readonly terminate: string }
  /** a stream error with this condition */
  | { readonly streamError: string }
  /** a stanza error with this condition, in answer to the bind */
  | { readonly bindError: string }
  /** the bind succeeds with this JID */
  | { readonly boundJid: string }
  /** this HTTP status, with `body` as the page */
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** the whole reply, as it is */
  | { readonly body: string }
  /** a `<body/>` with this inside, as it is */
  | { readonly payload: string }

/** Something that goes wrong at a step, `times` times (1 if not said). */
export interface Fault {
  readonly on: Step
  readonly reply: FaultReply
  readonly times?: number
}

/** The faults still to come, first come first served. */
export class Faults {
  #due: { readonly fault: Fault; left: number }[] = []

  add(fault: Fault): void {
    this.#due.push({ fault, left: fault.times ?? 1 })
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
