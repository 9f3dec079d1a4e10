import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { MAX_DOMAIN_BYTES, MAX_JID_PART_BYTES } from './limits'

/** XMPP domain in two spellings. */
export interface Domain {
  /** in lower-case A-labels, for comparisons and for identities */
  readonly ascii: string
  /** as the library sends it to the server: in U-labels if the configuration has U-labels */
  readonly wire: string
}

/** Parts of a bare JID, both prepared. */
export interface BareJid {
  readonly local: string
  readonly domain: string
}

// Invisible characters: two names that look alike must not be two accounts.
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u
// RFC 7622 §3.3.1 forbids " & ' / : < > @; outside ASCII only letters, marks and digits are allowed (RFC 8264 §4.2.1).
const LOCALPART = /^[\p{L}\p{M}\p{N}!#-%(-.;=?A-~]+$/u
// ejabberd's NFKC drops this jamo behind a Hangul syllable, so one account would have a second name.
const DROPPED_JAMO = /\u11a7/
const MAX_ROUNDS = 4

/**
 * Returns the localpart as the library sends and compares it, or `undefined` if `typed` is not a localpart.
 *
 * Applies NFKC, then folds the case code point by code point, until nothing changes. Servers fold with nodeprep
 * (RFC 6122 appendix A) but echo the client's spelling. Without this step one account could become many identities.
 */
export function prepareLocalpart(typed: string): string | undefined {
  if (IGNORABLE.test(typed)) return undefined
  let prepared = typed
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const folded = foldCase(prepared.normalize('NFKC')).normalize('NFKC')
    if (folded === prepared) return isLocalpart(prepared) ? prepared : undefined
    prepared = folded
  }
  return undefined
}

// One code point at a time: nodeprep ignores the context (a final sigma folds like any sigma).
function foldCase(text: string): string {
  let folded = ''
  for (const character of text) for (const upper of character.toUpperCase()) folded += upper.toLowerCase()
  return folded
}

function isLocalpart(text: string): boolean {
  if (IGNORABLE.test(text) || DROPPED_JAMO.test(text)) return false
  return LOCALPART.test(text) && Buffer.byteLength(text) <= MAX_JID_PART_BYTES
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
// Never part of a domain: `url.domainToASCII` cuts the text off at some of these and decodes others.
const NOT_IN_DOMAIN = /[/\\?#%@:\s]|\p{Default_Ignorable_Code_Point}/u

/**
 * Returns the prepared domain, or `undefined` if `value` is not a domain name. For IP addresses see
 * {@link prepareConfiguredDomain}.
 */
export function prepareDomain(value: string): Domain | undefined {
  if (value.length > MAX_JID_PART_BYTES || NOT_IN_DOMAIN.test(value)) return undefined
  const ascii = domainToASCII(value.replace(/[.\u3002\uff0e\uff61]$/, ''))
  const labels = ascii.split('.')
  if (ascii.length > MAX_DOMAIN_BYTES || !labels.every(label => LABEL.test(label))) return undefined
  if (/^[0-9]+$/.test(labels.at(-1) ?? '')) return undefined
  const unicode = domainToUnicode(ascii)
  if (domainToASCII(unicode) !== ascii) return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
  return { ascii, wire: /^[\x00-\x7f]*$/.test(value) ? ascii : unicode }
}

/** Returns the prepared domain or IP address, or `undefined`: for the configuration and for values compared with it. */
export function prepareConfiguredDomain(value: string): Domain | undefined {
  const bracketed = /^\[(.*)\]$/.exec(value)?.[1]
  if (isIPv4(value) || (bracketed !== undefined && isIPv6(bracketed))) {
    const literal = value.toLowerCase()
    return { ascii: literal, wire: literal }
  }
  return prepareDomain(value)
}

/** Splits a JID (RFC 7622 §3.1): resource after the first `/`, localpart before the first `@` of the rest. */
export function splitJid(jid: string): { local: string | undefined; domain: string; resource: string | undefined } {
  const slash = jid.indexOf('/')
  const bare = slash < 0 ? jid : jid.slice(0, slash)
  const at = bare.indexOf('@')
  return {
    local: at < 0 ? undefined : bare.slice(0, at),
    domain: bare.slice(at + 1),
    resource: slash < 0 ? undefined : jid.slice(slash + 1),
  }
}

/** Returns the parts of a bare JID that is already prepared, as sessions store it, or `undefined` for anything else. */
export function parsePreparedJid(jid: string): BareJid | undefined {
  const { local, domain, resource } = splitJid(jid)
  if (local === undefined || resource !== undefined) return undefined
  if (prepareLocalpart(local) !== local || prepareConfiguredDomain(domain)?.ascii !== domain) return undefined
  return { local, domain }
}
