import { isIP } from 'node:net'
import {
  type BareJid,
  displayDomain,
  escapeLocalpart,
  prepareConfiguredDomain,
  prepareLocalpart,
  splitJid,
} from '../jid'
import { MAX_JID_PART_BYTES } from '../limits'

/** Account of a visitor or of the sender of a message. */
export interface Person {
  /** prepared bare JID */
  readonly jid: string
  readonly domain: string
  /** true for an account of the domain of the service account */
  readonly isOwn: boolean
}

/** Length of the longest JID that is read: local part, domain, resource and what stands between them. */
const MAX_JID_LENGTH = 3 * MAX_JID_PART_BYTES + 2

/** Returns the account that a visitor typed, without a resource, or `undefined` if the text names no account. */
export function typedPerson(typed: string, bot: BareJid): Person | undefined {
  const { local, domain } = splitJid(typed.length > MAX_JID_LENGTH ? '' : typed.trim())
  return personOf(local === undefined ? undefined : escapeLocalpart(local), domain, bot)
}

/**
 * Returns the account that sent a message, by the `from` that the server put on it, or `undefined` if no account did. Servers
 * write the account as it was made, or as its client typed it.
 */
export function senderOf(from: string, bot: BareJid): Person | undefined {
  const { local, domain } = splitJid(from.length > MAX_JID_LENGTH ? '' : from)
  return personOf(local, domain, bot)
}

function personOf(local: string | undefined, domain: string, bot: BareJid): Person | undefined {
  const name = local === undefined ? undefined : prepareLocalpart(local)
  const ascii = prepareConfiguredDomain(domain)?.ascii
  if (name === undefined || ascii === undefined) return undefined
  const isOwn = ascii === bot.domain
  if ((isOwn && name === bot.local) || (!isOwn && isMixed(ascii))) return undefined
  return { jid: `${name}@${ascii}`, domain: ascii, isOwn }
}

/** Tells whether a label of a domain mixes scripts, and so could pass for another one. */
function isMixed(ascii: string): boolean {
  return displayDomain(ascii)
    .split('.')
    .some(label => label.startsWith('xn--'))
}

/** Tells whether a domain is an IP address: no server proves by a certificate that it is the one meant. */
export function isAddress(domain: string): boolean {
  return isIP(domain.replace(/^\[|\]$/g, '')) !== 0
}
