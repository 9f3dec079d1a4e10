/** PBKDF2-HMAC (RFC 5802 §2.2, `Hi`); given from outside, where parallel derivations are bounded. */
export type Derive = (
  password: string,
  salt: Buffer,
  iterations: number,
  length: number,
  digest: Digest,
) => Promise<Buffer>

/** As node:crypto names them. */
export type Digest = 'sha1' | 'sha256' | 'sha512'

/** Everything one exchange needs to know. */
export interface SaslContext {
  /** the prepared localpart: authentication identity; the authorization identity is always empty */
  readonly username: string
  /** as it was typed */
  readonly password: string
  /** after SASLprep, see password.ts */
  readonly preparedPassword: string
  /** every mechanism name the server offered, also those we do not know (XEP-0474 §6) */
  readonly offered: readonly string[]
  /** channel-binding types the server offered (XEP-0440), or none */
  readonly channelBindings: readonly string[]
  readonly minIterations: number
  readonly maxIterations: number
  readonly derive: Derive
}

/** The client's side of one exchange. Payloads are the decoded strings; base64 and XML are the caller's. */
export interface SaslExchange {
  /** the initial response */
  readonly initial: string
  /** Answers a challenge, or names the error the server reported in it (`e=`, RFC 5802 §7). */
  challenge(payload: string): Promise<{ response: string } | { error: string }>
  /**
   * The server says success; `payload` is its additional data.
   *
   * @throws {XmppBoshError} unless the exchange is complete and the server has proved itself as far as the mechanism
   * can: only a return means that the password was right
   */
  success(payload: string | undefined): void
}
