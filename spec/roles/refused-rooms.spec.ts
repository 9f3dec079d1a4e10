import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { XmppBoshError } from '../../lib/errors/error'
import { roomsOf } from '../../lib/options/role-options'
import { RoleReader } from '../../lib/roles/role-reader'
import { rolesIn } from '../../lib/roles/room-questions'
import { RoomReports } from '../../lib/roles/room-reports'
import { handClock } from '../fixtures/clock'
import { errorOf, FLAGS, listOf, ROOM, type Said, said } from './answers'
import { RoomsAccount } from './rooms-account'

const ALICE = 'alice@localhost'
const OWNED = { room: ROOM, owners: ['owner@localhost'] }
const CHANNEL = 'passport-xmpp-bosh:roles'

const messages: unknown[] = []
const hear = (message: unknown) => {
  messages.push(message)
}
let warn: jest.SpyInstance

beforeEach(() => {
  messages.length = 0
  subscribe(CHANNEL, hear)
  warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => {
  unsubscribe(CHANNEL, hear)
  jest.restoreAllMocks()
})

/** Reads what a room said to a visitor, who is alice. */
function visit(given: Said, room: string | typeof OWNED = ROOM, reports = new RoomReports()): RoomReports {
  rolesIn(roomsOf({ admins: room }, 'roles'), said(given), ALICE, reports)
  return reports
}
const refused = (reason: string) => ({ event: 'refused', role: 'admins', room: ROOM, reason })
const without = (flag: string) => FLAGS.filter(name => name !== flag)
const broken = listOf('member', [ALICE, "<item affiliation='member'/>"])

describe('a room that must not give a role', () => {
  it.each<readonly [string, Said, string | typeof OWNED]>([
    ['not-found', { info: errorOf('item-not-found') }, ROOM],
    ['not-found', { info: errorOf('gone') }, ROOM],
    ['not-found', { member: errorOf('item-not-found') }, ROOM],
    ['unavailable', { info: errorOf('remote-server-not-found') }, ROOM],
    ['unavailable', { info: errorOf('not-allowed'), owner: errorOf('not-allowed') }, ROOM],
    ['unavailable', { info: errorOf('forbidden') }, ROOM],
    ['not-persistent', { flags: without('muc_persistent') }, ROOM],
    ['not-persistent', { flags: [...FLAGS, 'muc_temporary'] }, ROOM],
    ['not-members-only', { flags: without('muc_membersonly') }, ROOM],
    ['anonymous', { flags: without('muc_nonanonymous') }, ROOM],
    ['other-owners', { owner: ['mallory@localhost'], member: [ALICE] }, OWNED],
    ['other-owners', { owner: [], member: ['bob@localhost'] }, OWNED],
    ['owners-unread', { owner: errorOf('forbidden'), member: [ALICE] }, OWNED],
    ['malformed', { member: broken }, ROOM],
    ['malformed', { info: listOf('member', []) }, ROOM],
  ])('is reported as %s', (reason, given, room) => {
    visit(given, room)
    expect(messages).toEqual([refused(reason)])
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining(ROOM), { type: 'XmppBoshWarning', code: 'XMPP_ROLE_ROOM' }],
    ])
    expect(warn.mock.calls[0][0]).toContain('`admins`')
  })

  it('is reported on the channel each time, and by one warning for each reason', () => {
    const reports = visit({ flags: without('muc_persistent') })
    visit({ flags: without('muc_persistent') }, ROOM, reports)
    visit({ flags: without('muc_membersonly') }, ROOM, reports)
    visit({ flags: without('muc_persistent') }, ROOM, reports)
    expect(messages).toHaveLength(4)
    expect(warn).toHaveBeenCalledTimes(2)
  })

  it('is reported with every fault that it has', () => {
    visit({ flags: [], owner: ['mallory@localhost'] }, OWNED)
    expect(messages).toEqual(['not-persistent', 'not-members-only', 'anonymous', 'other-owners'].map(refused))
  })

  it('is reported for each of its roles', () => {
    const rooms = roomsOf({ admins: ROOM, chiefs: ROOM }, 'roles')
    rolesIn(rooms, said({ flags: without('muc_persistent') }), ALICE, new RoomReports())
    expect(messages).toEqual([refused('not-persistent'), { ...refused('not-persistent'), role: 'chiefs' }])
    expect(warn).toHaveBeenCalledTimes(2)
  })

  it('is not quoted in the report', () => {
    const info = errorOf('item-not-found', '<x>SECRET</x>')
    visit({ info })
    visit({ flags: ['SECRET'], member: [ALICE, '<item jid="SECRET@localhost" affiliation="SECRET"/>'] })
    expect(JSON.stringify([messages, warn.mock.calls])).not.toContain('SECRET')
  })
})

describe('the answers to a visitor', () => {
  const forbidden = errorOf('forbidden')

  it.each<readonly [string, Said, string | typeof OWNED]>([
    ['is no member', { owner: forbidden, admin: forbidden, member: forbidden }, ROOM],
    ['is no member of a room with configured owners', { owner: forbidden, admin: forbidden, member: forbidden }, OWNED],
    ['gets no answer', { info: undefined, owner: undefined, admin: undefined, member: undefined }, ROOM],
    ['gets the answers of a stranger', { from: 'mallory@localhost', member: [ALICE] }, ROOM],
    ['is a member', { member: [ALICE] }, ROOM],
    ['is none of the listed', { owner: ['owner@localhost'], member: ['bob@localhost'] }, OWNED],
  ])('cause no report when the visitor %s', (_case, given, room) => {
    visit(given, room)
    expect(messages).toEqual([])
    expect(warn).not.toHaveBeenCalled()
  })
})

describe('a reader', () => {
  const forbidden = errorOf('forbidden')
  const read = async (...given: readonly (Said | Error)[]) => {
    const clock = handClock()
    const account = new RoomsAccount()
    const reader = new RoleReader({ account, rooms: { admins: ROOM } }, { clock })
    for (const now of given) {
      account.rooms.set(ROOM, now)
      await reader.of(ALICE, { maxAge: 0 })
      clock.advance(1_000)
    }
  }

  it('reports that its account may not read a room', async () => {
    await read({ owner: forbidden, admin: forbidden, member: forbidden })
    expect(messages).toEqual([refused('forbidden')])
    expect(warn.mock.calls[0][0]).toMatch(/make the service account a member/)
  })

  it('reports the flags alone of a room whose lists they hide', async () => {
    const flags = [...without('muc_nonanonymous'), 'muc_semianonymous']
    await read({ flags, owner: forbidden, admin: forbidden, member: forbidden })
    expect(messages).toEqual([refused('anonymous')])
  })

  it('reports nothing when its account may read one list only', async () => {
    await read({ owner: forbidden, admin: forbidden, member: [ALICE] })
    expect(messages).toEqual([])
  })

  it('reports each read that fails, without a warning', async () => {
    const lost = new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'lost')
    await read(lost, lost)
    const unread = { event: 'unread', role: 'admins', room: ROOM, code: 'ERR_XMPP_UNAVAILABLE', error: lost }
    expect(messages).toEqual([unread, unread])
    expect(warn).not.toHaveBeenCalled()
  })

  it('reports a service that answers by an error as both', async () => {
    await read({ info: errorOf('service-unavailable') })
    expect(messages).toEqual([
      refused('unavailable'),
      expect.objectContaining({ event: 'unread', code: 'ERR_XMPP_UNAVAILABLE' }),
    ])
  })

  it('reports who gained and who lost a role from one read to the next', async () => {
    await read(
      { member: [ALICE, 'bob@localhost'] },
      { member: ['bob@localhost'], admin: ['carol@localhost'] },
      { member: ['carol@localhost'], admin: ['bob@localhost'] },
      { flags: without('muc_persistent'), member: ['bob@localhost'] },
    )
    expect(messages).toEqual([
      { event: 'changed', role: 'admins', room: ROOM, granted: ['carol@localhost'], revoked: [ALICE] },
      refused('not-persistent'),
      { event: 'changed', role: 'admins', room: ROOM, granted: [], revoked: ['bob@localhost', 'carol@localhost'] },
    ])
  })

  it('reports no change when a list was not complete', async () => {
    await read({ member: [ALICE] }, { member: broken }, { member: [ALICE] })
    expect(messages).toEqual([refused('malformed')])
  })
})
