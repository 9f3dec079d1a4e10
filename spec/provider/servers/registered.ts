import { randomBytes } from 'node:crypto'
import { codesIn } from '../../docs/blocks'

/** An entry of OIDC_CLIENTS. */
export interface Entry {
  readonly client_id: string
  readonly client_secret: string
  readonly redirect_uris: readonly string[]
  readonly [member: string]: unknown
}

/** Pages of docs/identity-provider for parties that really run. */
export const PAGES = [
  'openid-client',
  'passport',
  'express-openid-connect',
  'passport-openidconnect',
  'apache',
] as const
export type PartyName = (typeof PAGES)[number]

/** Address that the pages give to the party. */
const SHOWN = 'https://app.example.com'
/** Stands for the secret of an entry on the pages. */
export const SHOWN_SECRET = 'the-secret-from-openssl-rand-hex-32'
const SECRET_BYTES = 32

/** Returns the entry that a page shows, for a party at `origin`. Its sign-outs are sent to loopback. */
export function registered(page: PartyName, origin: string): Entry {
  const [shown = '', ...more] = codesIn(`docs/identity-provider/${page}.md`, 'json')
  if (more.length > 0) throw new Error(`the page of ${page} shows more than one entry`)
  const secret = randomBytes(SECRET_BYTES).toString('hex')
  const entry = JSON.parse(shown.replaceAll(SHOWN, origin).replace(SHOWN_SECRET, secret)) as Entry
  return { ...entry, private_network: true }
}
