/** Function that computes PBKDF2-HMAC (RFC 5802 §2.2, `Hi`). The caller supplies it and bounds parallel derivations. */
export type Derive = (
  password: string,
  salt: Buffer,
  iterations: number,
  length: number,
  digest: Digest,
) => Promise<Buffer>

/** Name of a hash function in node:crypto. */
export type Digest = 'sha1' | 'sha256' | 'sha512'

/** Input of one exchange. */
export interface SaslContext {
  /** the prepared localpart: authentication identity; the authorization identity is always empty */
  readonly username: string
  /** the password as PLAIN sends it */
  readonly password: string
  /** the password after SASLprep, see saslprep.ts */
  readonly preparedPassword: string
  /** every mechanism name that the server offered, unknown ones included (XEP-0474 §6) */
  readonly offered: readonly string[]
  /** channel-binding types that the server offered (XEP-0440), often empty */
  readonly channelBindings: readonly string[]
  readonly minIterations: number
  readonly maxIterations: number
  readonly derive: Derive
}

/** Client's side of one exchange. Payloads are decoded strings: the caller handles base64 and XML. */
export interface SaslExchange {
  /** the initial response */
  readonly initial: string
  /** Resolves to the response to a challenge, or to the error that the challenge reports (`e=`, RFC 5802 §7). */
  challenge(payload: string): Promise<{ response: string } | { error: string }>
  /**
   * Does the work of a challenge that the server left out, and discards the result. It does nothing after a challenge,
   * and for a mechanism without one.
   *
   * @param iterations count that the server would have sent
   */
  withoutChallenge(iterations: number): Promise<void>
  /**
   * Completes the exchange after the server reported success. Only a return without an error means that the password
   * was right.
   *
   * @param payload additional data of the success
   * @throws {XmppBoshError} if the exchange is incomplete, or if the server did not prove itself as far as the mechanism
   * can
   */
  success(payload: string | undefined): void
}
