import type { Page } from '../visitor/page'
import type { Entry, PartyName } from './registered'

/** Claims of an ID token, as a party has read them. */
export interface Claims {
  readonly sub?: string
  readonly auth_time?: number
  readonly exp?: number
  readonly nonce?: string
  readonly [name: string]: unknown
}

export interface Party {
  readonly name: PartyName
  readonly entry: Entry
  readonly origin: string
  /** page for those who are signed in: leads all others to the provider */
  readonly account: string
  /** signs out here and at the provider */
  readonly logout: string
  /** Reads the claims from the account page. */
  claimsOn(page: Page): Claims
  /** Returns everything it printed. */
  said(): string
  stop(): Promise<void>
}

export interface PartyOptions {
  readonly name: PartyName
  readonly entry: Entry
  readonly origin: string
  readonly issuer: string
  /** file of the authority that signs for all addresses */
  readonly caFile: string
}
