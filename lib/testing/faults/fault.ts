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
      /** replies to an iq (`bind`, `form`, `register`, `remove`), or to each one of `roles` or `vcard`, with this stanza error */
      readonly stanzaError: string
    }
  | {
      /**
       * rewrites each answer to an iq of the step on its own, as for `roles` and `vcard`; an empty text leaves it out. Both
       * are the text of an iq.
       */
      readonly answer: (answer: string, question: string) => string
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
