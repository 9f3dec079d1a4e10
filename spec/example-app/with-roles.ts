import { startBoshServer } from '../../lib/testing/server'
import { ACCOUNTS, CONFIRM } from './confirming'

/** The room of the role that opens the admin page. */
export const ADMINS = 'admins@rooms.localhost'
export const OWNER = 'owner-of-the-specs@rooms.localhost'

/** Environment of an app with roles, and with names and pictures. */
export const ROLES = {
  ...CONFIRM,
  XMPP_PROFILE: 'vcard',
  XMPP_ROLES: `admins=${ADMINS}`,
  XMPP_ROLE_OWNERS: OWNER,
} as const

/** PNG of one transparent pixel */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** Writes a vCard with a name and a picture. @param picture in base64 */
export function vcardOf(name: string, picture = PNG.toString('base64'), type = 'image/png'): string {
  const photo = `<PHOTO><TYPE>${type}</TYPE><BINVAL>${picture}</BINVAL></PHOTO>`
  return `<vCard xmlns="vcard-temp"><FN>${name}</FN>${photo}</vCard>`
}

/** Starts an XMPP server on which `alice` is an admin and has a vCard; `user1` is neither. */
export async function startServerWithRoles() {
  const xmpp = await startBoshServer({ domain: 'localhost', accounts: ACCOUNTS, registration: 'open' })
  xmpp.rooms.add(ADMINS, { owners: [OWNER], admins: ['alice@localhost'], members: ['login@localhost'] })
  xmpp.vcards.set('alice', vcardOf('Alice Liddell'))
  return xmpp
}
