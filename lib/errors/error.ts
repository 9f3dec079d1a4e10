import { STATUS, type XmppBoshErrorCode } from './statuses'

const BRAND = Symbol.for('passport-xmpp-bosh.XmppBoshError')

/**
 * Error class of the library: every refusal and every fault is one.
 *
 * `message` is for the operator's log. It names the option to change if there is one, and never contains a password, a
 * SASL payload, a sid or text that the server wrote. Do not show it to visitors.
 *
 * @example
 * ```ts
 * import { Authenticator, XmppBoshError } from 'passport-xmpp-bosh'
 *
 * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
 *
 * export async function statusOf(username: string, password: string): Promise<number> {
 *   try {
 *     await authenticator.authenticate({ username, password })
 *     return 200
 *   } catch (error) {
 *     if (!XmppBoshError.is(error)) throw error
 *     if (error.code.startsWith('ERR_')) console.error(error.code, error.message, error.condition)
 *     return error.status // 401 for a wrong password, 503 for an outage
 *   }
 * }
 * ```
 */
export class XmppBoshError extends Error {
  /** Name of the class, identical in every copy of the package. */
  override readonly name = 'XmppBoshError'
  /** Stable identifier to switch on: lower case for a refusal, `ERR_XMPP_*` for a fault. */
  readonly code: XmppBoshErrorCode
  /** HTTP status for the app's response; Express uses it by itself. */
  readonly status: number
  /**
   * `false`, as in the errors of `http-errors`: tells error handlers that `message` is not for visitors. Not enumerable, so
   * it is not in logs.
   */
  declare readonly expose: false
  /** Defined condition that the server sent (RFC 6120, XEP-0124 §17.2); absent if it sent none or an unknown one. */
  declare readonly condition?: string

  /**
   * Creates an error as the library does, for example to test an app's error handling.
   *
   * @param code sets `status`, too
   * @param message for the operator's log
   */
  constructor(code: XmppBoshErrorCode, message: string, details: { condition?: string; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.status = STATUS[code]
    if (details.condition !== undefined) this.condition = details.condition
    // Writable: http-errors assigns it when it wraps an error.
    Object.defineProperty(this, 'expose', { value: false, writable: true, configurable: true })
    Object.defineProperty(this, BRAND, { value: true })
  }

  /**
   * Returns true for an `XmppBoshError` of any installed copy of this package. `instanceof` recognizes errors of one
   * copy only.
   *
   * @example
   * ```ts
   * import { XmppBoshError } from 'passport-xmpp-bosh'
   *
   * export const isWrongPassword = (error: unknown) => XmppBoshError.is(error) && error.code === 'invalid-credentials'
   * ```
   */
  static is(value: unknown): value is XmppBoshError {
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

/** Returns an ERR_XMPP_PROTOCOL error: the server sent something that the protocol does not allow. */
export function protocolError(message: string): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_PROTOCOL', message)
}
