import nock from 'nock'
import { mockBosh } from '../../../lib/testing/nock'
import { Responder } from '../../../lib/testing/responder'

/*
 * Rooms and vCards of the test kit as a test sets them: spellings, mistakes, and the way back.
 */

const ROOM = 'staff@rooms.localhost'
const DOMAIN = { domain: 'localhost' }
/** For what TypeScript refuses. */
const any = (value: unknown) => value as never

// node:http belongs to the whole process, and specs that count connections run in it as well.
afterAll(() => nock.restore())

let kit: Responder
beforeEach(() => {
  kit = new Responder({ ...DOMAIN, rooms: { [ROOM]: { members: ['alice@localhost'] } } })
})

test('JIDs of rooms and users may be in any spelling', () => {
  kit.rooms.add('STAFF@Rooms.Localhost', { owners: ['Zoë@LOCALHOST'], members: ['alice@xn--mnchen-3ya.test'] })
  kit.rooms.grant(ROOM, 'BOB@localhost', 'admin')
  kit.rooms.grant(ROOM, 'Alice@MÜNCHEN.test', 'admin')
  kit.rooms.grant(ROOM, 'alice@xn--mnchen-3ya.test', 'member')

  expect(kit.rooms.affiliations('Staff@rooms.localhost')).toEqual({
    'zoë@localhost': 'owner',
    'bob@localhost': 'admin',
    'alice@xn--mnchen-3ya.test': 'member',
  })
})

test('an affiliation changes and is taken away', () => {
  kit.rooms.grant(ROOM, 'alice@localhost', 'outcast')
  expect(kit.rooms.affiliations(ROOM)).toEqual({ 'alice@localhost': 'outcast' })

  kit.rooms.grant(ROOM, 'alice@localhost', 'none')
  expect(kit.rooms.affiliations(ROOM)).toEqual({})
})

test('reset restores the rooms and the vCards of the start', () => {
  kit.rooms.add('other@rooms.localhost')
  kit.rooms.grant(ROOM, 'bob@localhost', 'owner')
  kit.vcards.set('alice', '<vCard/>')
  kit.reset()

  expect(kit.rooms.all().map(({ jid }) => jid)).toEqual([ROOM])
  expect(kit.rooms.affiliations(ROOM)).toEqual({ 'alice@localhost': 'member' })
  expect(kit.vcards.isUsed).toBe(false)
})

test('a removed room is unknown to the test, too', () => {
  kit.rooms.remove(ROOM)

  expect(() => kit.rooms.affiliations(ROOM)).toThrow(new TypeError('no such room: add it first'))
  expect(() => kit.rooms.remove(ROOM)).not.toThrow()
})

test.each<[what: string, act: () => void, message: RegExp]>([
  ['a room without a localpart', () => kit.rooms.add('rooms.localhost'), /a room has a bare JID/],
  ['a room with a resource', () => kit.rooms.add(`${ROOM}/x`), /a room has a bare JID/],
  ['a room that is not a text', () => kit.rooms.add(any(7)), /a room has a bare JID/],
  ['a room on the domain of the accounts', () => kit.rooms.add('staff@LOCALHOST'), /another domain/],
  ['options that are not an object', () => kit.rooms.add(ROOM, any('x')), /the options of a room must be an object/],
  ['a misspelt option', () => kit.rooms.add(ROOM, any({ member: [] })), /`member`; did you mean `members`/],
  ['a flag that is not a boolean', () => kit.rooms.add(ROOM, any({ isPersistent: 1 })), /`isPersistent` must be true/],
  ['members that are not an array', () => kit.rooms.add(ROOM, any({ members: 'a@b' })), /`members` must be an array/],
  [
    'a member that is no JID',
    () => kit.rooms.add(ROOM, { members: ['alice'] }),
    /`members`: an account has a bare JID/,
  ],
  ['a grant in no room', () => kit.rooms.grant('x@rooms.localhost', 'a@localhost', 'member'), /no such room/],
  ['a grant to a full JID', () => kit.rooms.grant(ROOM, 'a@localhost/x', 'member'), /an account has a bare JID/],
  ['an unknown affiliation', () => kit.rooms.grant(ROOM, 'a@localhost', any('boss')), /must be one of owner, admin/],
  ['a vCard of a JID', () => kit.vcards.set('alice@localhost', '<vCard/>'), /not a localpart/],
  ['a vCard that is not a text', () => kit.vcards.set('alice', any({})), /text of an XML element/],
  ['rooms that are not an object', () => new Responder({ ...DOMAIN, rooms: any([]) }), /`rooms` must be an object/],
  ['vCards that are not an object', () => new Responder({ ...DOMAIN, vcards: any('x') }), /`vcards` must be an object/],
  ['a bad allowsNewRooms', () => new Responder({ ...DOMAIN, allowsNewRooms: any('x') }), /`allowsNewRooms` must be/],
  ['a bad room at the start', () => new Responder({ ...DOMAIN, rooms: { x: {} } }), /a room has a bare JID/],
])('%s throws a TypeError', (_, act, message) => {
  expect(act).toThrow(TypeError)
  expect(act).toThrow(message)
})

test('a refused change of a room leaves the room as it was', () => {
  expect(() => kit.rooms.add(ROOM, { owners: ['boss@localhost', 'x/y'] })).toThrow(TypeError)

  expect(kit.rooms.affiliations(ROOM)).toEqual({ 'alice@localhost': 'member' })
})

test('a mock has rooms and vCards as well', () => {
  const mock = mockBosh('https://xmpp.example.com/rooms', { domain: 'example.com', vcards: { alice: '<vCard/>' } })
  mock.rooms.add('staff@rooms.example.com', { members: ['alice@example.com'] })
  mock.vcards.set('alice', undefined)

  expect(mock.rooms.affiliations('staff@rooms.example.com')).toEqual({ 'alice@example.com': 'member' })
  mock.close()
})
