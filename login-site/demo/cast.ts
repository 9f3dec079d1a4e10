import type { RoleRoom } from 'passport-xmpp-bosh'
import type { BoshServer } from 'passport-xmpp-bosh/testing'
import type { RolesConfig } from '../config/roles'

/** user with a vCard and every role */
const ALICE = 'alice'

/** PNG of 96 × 96 px, in base64 */
const PICTURE = [
  'iVBORw0KGgoAAAANSUhEUgAAAGAAAABgAgMAAACf9p+rAAAADFBMVEUvb2Jqm4+kx73f8+pDsMZLAAABBUlEQVR42u2UwQ2CQBBFERM5eODuhRIo',
  'QTqyBCjBIrxbApZACZbAgYMaYZGsyOzO/wdiPJgwx30Jmff3s0GwzDJ6VudHBsHBmDs6D81rCgCSATQAlAPoyJfQtyILKgViC2oFUgtuCuQWtHgp',
  'tJZ5jwpqBBnW0CIUrEdw+R2YvxUVpJHwEGns9KLo1dIy0PrQwvGK0lLT34D/OH82u7I7ofPNEMkReNt0Mxwuipe1ZDv26opLomryaajf0WgCFdpJ',
  '75VPoIVd9/seSlAgC98kkaBBer5iLkFLlpJrhS4o9LPgPw6RCyqsIUViF9TYTxqmLpgM9y54YnGpTkHpgu4LYAyJdxboARN+jIbBL78YAAAAAElF',
  'TkSuQmCC',
].join('')

const VCARD =
  '<vCard xmlns="vcard-temp"><FN>Alice Liddell</FN><N><FAMILY>Liddell</FAMILY><GIVEN>Alice</GIVEN></N>' +
  `<PHOTO><TYPE>image/png</TYPE><BINVAL>${PICTURE}</BINVAL></PHOTO></vCard>`

/** The server that the users are on. */
interface Server {
  readonly vcards: Pick<BoshServer['vcards'], 'set'>
  readonly rooms: Pick<BoshServer['rooms'], 'add'>
}

export interface CastOptions {
  readonly domain: string
  /** localpart of the service account, which reads the rooms as a member */
  readonly account: string | undefined
  readonly roles: RolesConfig | undefined
}

/** Gives the users of the demo server their vCards and roles: alice is an admin, the others are not. */
export function cast({ vcards, rooms }: Server, { domain, account, roles = {} }: CastOptions): void {
  vcards.set(ALICE, VCARD)
  const jids = new Map(Object.values(roles).map(room => [roomOf(room).room, roomOf(room)]))
  for (const { room, owners = [`owner@rooms.${domain}`] } of jids.values()) {
    rooms.add(room, {
      owners,
      admins: [`${ALICE}@${domain}`],
      ...(account !== undefined && { members: [`${account}@${domain}`] }),
    })
  }
}

function roomOf(room: string | RoleRoom): RoleRoom {
  return typeof room === 'string' ? { room } : room
}
