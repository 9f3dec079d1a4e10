import { isIPv4, isIPv6 } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import { MAX_DOMAIN_BYTES, MAX_JID_PART_BYTES } from '../limits'

/** XMPP domain in two spellings. */
export interface Domain {
  /** in lower-case A-labels, for comparisons and for identities */
  readonly ascii: string
  /** as the library sends it to the server: in U-labels if the configuration has U-labels */
  readonly wire: string
}

// An underscore is no part of a host name, but of names that Docker and Windows give, and servers take it.
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
// Never part of a domain: `url.domainToASCII` cuts the text off at some of these and decodes others.
const SEPARATOR = /[/\\?#%@:]/
const NOT_IDNA = 'is not an internationalized domain name (IDNA)'
const NUMBER = 'ends in a number, and is not an IPv4 address'
const ENDS_IN_NUMBER = /(?:^|[.\u3002\uff0e\uff61])(?:[0-9]+|0x[0-9a-f]*)[.\u3002\uff0e\uff61]?$/i
const UNSEEN = /\s|\p{Default_Ignorable_Code_Point}/u

/**
 * Returns the prepared domain, or `undefined` if `value` is not a domain name. For IP addresses see
 * {@link prepareConfiguredDomain}.
 */
export function prepareDomain(value: string): Domain | undefined {
  if (faultBefore(value) !== undefined) return undefined
  const ascii = asciiOf(value)
  if (faultIn(ascii) !== undefined) return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
  return { ascii, wire: /^[\x00-\x7f]*$/.test(value) ? ascii : domainToUnicode(ascii) }
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

/** Returns true if `text` names the domain, in any spelling. */
export function isSameDomain(text: string, { ascii, wire }: Domain): boolean {
  return text === ascii || text === wire || prepareConfiguredDomain(text)?.ascii === ascii
}

/** Returns why {@link prepareConfiguredDomain} refuses a domain, in words that follow "it". */
export function domainFault(value: string): string {
  const ascii = asciiOf(value)
  // `url.domainToASCII` reads such a name as an IPv4 address, and returns nothing if it is none (URL Standard §3.5).
  return faultBefore(value) ?? (ascii === '' && ENDS_IN_NUMBER.test(value) ? NUMBER : faultIn(ascii)) ?? NOT_IDNA
}

// Scripts that stand together in words (UTS #39 §5.2, highly restrictive), then the other scripts in use (UAX #31 table 5).
const SCRIPTS = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
  ...'Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hebrew Kannada Khmer Lao'
    .split(' ')
    .map(script => [script]),
  ...'Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'.split(' ').map(script => [script]),
]
const OF_ONE_SCRIPT = SCRIPTS.map(scripts => {
  const letters = ['Common', 'Inherited', ...scripts].map(script => `\\p{Script=${script}}`).join('')
  return new RegExp(`^[${letters}]*$`, 'u')
})
// No symbols (IDNA 2008, RFC 5892 §2): some look like a slash or a dot. The two middle dots belong to words.
const NO_SYMBOLS = /^[\p{L}\p{M}\p{Nd}_\u00b7\u30fb-]*$/u

/**
 * Returns a domain as people read it: in U-labels. A label that mixes scripts, and so could pass for another one, stays an
 * A-label. A text that is not a prepared domain is returned as it is.
 */
export function displayDomain(ascii: string): string {
  if (!ascii.includes('xn--')) return ascii
  const unicode = domainToUnicode(ascii).split('.')
  const shown = ascii.split('.').map((label, index) => (isReadable(unicode[index]) ? unicode[index] : label))
  const text = shown.join('.')
  return prepareDomain(text)?.ascii === ascii ? text : ascii
}

function isReadable(label: string | undefined): label is string {
  return label !== undefined && NO_SYMBOLS.test(label) && OF_ONE_SCRIPT.some(pattern => pattern.test(label))
}

function asciiOf(value: string): string {
  return domainToASCII(value.replace(/[.\u3002\uff0e\uff61]$/, ''))
}

function faultBefore(value: string): string | undefined {
  if (value === '') return 'is empty'
  if (value.length > MAX_JID_PART_BYTES) return `is longer than ${MAX_DOMAIN_BYTES} bytes`
  const separator = SEPARATOR.exec(value)?.[0]
  if (separator !== undefined) return `has a "${separator}": no user name, URL, port or path belongs there`
  return UNSEEN.test(value) ? 'has white space or an invisible character' : undefined
}

function faultIn(ascii: string): string | undefined {
  if (ascii === '') return NOT_IDNA
  if (ascii.length > MAX_DOMAIN_BYTES) return `is longer than ${MAX_DOMAIN_BYTES} bytes`
  const labels = ascii.split('.')
  if (labels.includes('')) return 'has a dot with nothing before or behind it'
  if (labels.some(label => label.length > 63)) return 'has more than 63 bytes between two dots'
  if (!labels.every(label => LABEL.test(label))) {
    return 'has a character other than letters, digits, "_" and "-" (not next to a dot)'
  }
  if (/^[0-9]+$/.test(labels.at(-1) ?? '')) return NUMBER
  return domainToASCII(domainToUnicode(ascii)) === ascii ? undefined : NOT_IDNA
}
