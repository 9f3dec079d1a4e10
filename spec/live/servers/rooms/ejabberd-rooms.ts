import { type SecureServer, startEjabberd } from '../ejabberd'
import { type Affiliations, CLOSED, OPEN, PASSWORD, type RoomServer } from './rooms'
import { enter } from './visitor'

const HOSTS = { [CLOSED]: 'localhost', [OPEN]: 'elsewhere.localhost' }

/** Affiliations above this number are changed by an owner, in one stanza: the API changes one at a time, in 7 ms. */
const MANY = 20

/** Starts an ejabberd with rooms and vCards. */
export async function startEjabberdRooms(): Promise<RoomServer & Pick<SecureServer, 'clientPort'>> {
  const { command, ...server } = await startEjabberd({
    storage: 'plain',
    registration: true,
    modules: { mod_muc_admin: '{}', mod_vcard: '{search: false}' },
    moreHosts: [HOSTS[OPEN]],
    commands: ['create_room_with_opts', 'set_room_affiliation', 'destroy_room'],
    // The right to make rooms is set for a host, so the service where everyone has it is on a host of its own.
    more: `
append_host_config:
  ${HOSTS[CLOSED]}:
    modules:
      mod_muc:
        host: ${CLOSED}
        access_create: none
  ${HOSTS[OPEN]}:
    modules:
      mod_muc:
        host: ${OPEN}
        access_create: all
`,
  })
  // ejabberd 24 gave the arguments other names. The version in the path brings those of before.
  const affiliate = Number(server.version.split('.')[0]) >= 24 ? 'set_room_affiliation/v0' : 'set_room_affiliation'
  const grant = async (room: string, affiliations: Affiliations) => {
    for (const [jid, affiliation] of Object.entries(affiliations)) {
      await command(affiliate, { ...placeOf(room), jid, affiliation })
    }
  }
  const grantMany = async (room: string, affiliations: Affiliations) => {
    const owner = 'maker@localhost'
    await server.register('maker', PASSWORD).catch(() => {}) // it exists
    await grant(room, { [owner]: 'owner' })
    const maker = await enter(server, 'maker')
    const items = Object.entries(affiliations).map(([jid, given]) => `<item jid='${jid}' affiliation='${given}'/>`)
    await maker.sets(room, `<query xmlns='http://jabber.org/protocol/muc#admin'>${items.join('')}</query>`)
    await maker.leave()
    await grant(room, { [owner]: 'none' })
  }
  const grantAll = (room: string, affiliations: Affiliations) =>
    (Object.keys(affiliations).length > MANY ? grantMany : grant)(room, affiliations)
  return {
    ...server,
    async makeRoom(room, { affiliations, isPersistent = true, isMembersOnly = true, isAnonymous = false }) {
      const { name, service } = placeOf(room)
      const options = { persistent: isPersistent, members_only: isMembersOnly, anonymous: isAnonymous, public: false }
      await command('create_room_with_opts', {
        name,
        service,
        host: service === OPEN ? HOSTS[OPEN] : HOSTS[CLOSED],
        options: Object.entries(options).map(([option, value]) => ({ name: option, value: String(value) })),
      })
      await grantAll(room, affiliations)
    },
    grant: grantAll,
    async destroyRoom(room) {
      await command('destroy_room', placeOf(room))
    },
  }
}

function placeOf(room: string) {
  const [name = '', service = ''] = room.split('@')
  return { name, service }
}
