import { startProsody } from '../prosody'
import { CLOSED, OPEN, type RoomServer } from './rooms'

/** Starts a Prosody with rooms and vCards. */
export async function startProsodyRooms(): Promise<RoomServer> {
  const server = await startProsody({
    modules: ['live_rooms', 'vcard_legacy'],
    // A tombstone keeps strangers from making a destroyed room again, for 31 days. Not every server has them.
    components: `
Component "${CLOSED}" "muc"
	restrict_room_creation = true
Component "${OPEN}" "muc"
	muc_tombstones = false
`,
  })
  const ask = async (path: string, wish: object): Promise<void> => {
    const response = await fetch(new URL(`/live_rooms/${path}`, server.url), {
      method: 'POST',
      body: JSON.stringify(wish),
      signal: AbortSignal.timeout(30_000),
    })
    if (!response.ok) throw new Error(`prosody refused ${path}: ${response.status} ${await response.text()}`)
  }
  return {
    ...server,
    makeRoom: (room, { affiliations, isPersistent = true, isMembersOnly = true, isAnonymous = false }) =>
      ask('make', {
        room,
        affiliations,
        persistent: isPersistent,
        members_only: isMembersOnly,
        whois: isAnonymous ? 'moderators' : 'anyone',
      }),
    grant: (room, affiliations) => ask('grant', { room, affiliations }),
    destroyRoom: room => ask('destroy', { room }),
  }
}
