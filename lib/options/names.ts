import { type Domain, domainFault, prepareConfiguredDomain } from '../jid'
import { MAX_JID_PART_BYTES, MAX_USERNAME_BYTES } from '../limits'
import { optionalInteger } from './checks'

/**
 * Returns the prepared domain of option `domain`.
 *
 * @throws {TypeError} says why the value is refused
 */
export function domainOf(value: unknown): Domain {
  if (value === undefined)
    throw new TypeError('option `domain` is missing: the XMPP domain of the users, as in user@domain')
  const domain = typeof value === 'string' ? prepareConfiguredDomain(value) : undefined
  if (domain !== undefined) return domain
  const fault = typeof value === 'string' ? `: it ${domainFault(value)}` : ''
  throw new TypeError(`option \`domain\` must be the XMPP domain of the users, as in user@domain${fault}`)
}

/**
 * Returns option `maxUsernameBytes`, or its default.
 *
 * @throws {TypeError} names the option and its bounds
 */
export function maxUsernameBytesOf(options: { maxUsernameBytes?: unknown }): number {
  return optionalInteger(options, 'maxUsernameBytes', 1, MAX_JID_PART_BYTES) ?? MAX_USERNAME_BYTES
}
