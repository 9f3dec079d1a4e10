import { STATUS, type XmppBoshErrorCode } from './statuses'

const BRAND = Symbol.for('passport-xmpp-bosh.XmppBoshError')

/**
 * The one error class of the library.
 *
 * `message` is for the operator's log: it names the option to change where there is one, and never holds a password,
 * a SASL payload, a sid or a text that the server wrote. Nothing of it is meant for the visitor.
 */
export class XmppBoshError extends Error {
  /** The same in every copy of the package. */
  override readonly name = 'XmppBoshError'
  /** Stable, for `switch`. */
  readonly code: XmppBoshErrorCode
  /** The HTTP status an app answers with; Express reads it. */
  readonly status: number
  /** The defined condition the server named (RFC 6120, XEP-0124 §17.2), if it named a known one. */
  declare readonly condition?: string

  constructor(code: XmppBoshErrorCode, message: string, details: { condition?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.status = STATUS[code]
    if (details.condition !== undefined) this.condition = details.condition
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** True for an error of any installed copy of this package; `instanceof` knows only its own copy. */
  static is(value: unknown): value is XmppBoshError {
    return typeof value === 'object' && value !== null && BRAND in value
  }
}
export function protocolError(message: string): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_PROTOCOL', message)
}
