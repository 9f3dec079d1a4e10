import { roomsOf } from '../../lib/options/role-options'
import { questionsOf, rolesIn } from '../../lib/roles/room-questions'
import { RoomReports } from '../../lib/roles/room-reports'
import type { Element } from '../../lib/xml/read'
import { write } from '../../lib/xml/write'
import { errorOf, FLAGS, infoOf, listOf, ROOM, result, type Said, said } from './answers'

const ALICE = 'alice@localhost'
const MUC_ADMIN = 'http://jabber.org/protocol/muc#admin'
const ADMINS = roomsOf({ admins: ROOM }, 'roles')
const OWNED = roomsOf({ admins: { room: ROOM, owners: ['owner@localhost', 'bob@localhost'] } }, 'roles')

/** Returns the roles that alice has by what the room said. */
const roles = (given: Said, { rooms = ADMINS, jid = ALICE } = {}) => rolesIn(rooms, said(given), jid, new RoomReports())
const item = (attributes: string) => `<item ${attributes}/>`

beforeEach(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => {
  jest.restoreAllMocks()
})

describe('the questions about rooms', () => {
  it('are four for each room, to its bare JID', () => {
    const asked = questionsOf(roomsOf({ admins: 'Admins@Rooms.localhost', staff: 'staff@rooms.localhost' }, 'roles'))
    expect(asked.map(({ to }) => to)).toEqual([...Array(4).fill(ROOM), ...Array(4).fill('staff@rooms.localhost')])
    expect(asked.slice(0, 4).map(({ payload }) => write(payload))).toEqual([
      "<query xmlns='http://jabber.org/protocol/disco#info'/>",
      `<query xmlns='${MUC_ADMIN}'><item affiliation='owner'/></query>`,
      `<query xmlns='${MUC_ADMIN}'><item affiliation='admin'/></query>`,
      `<query xmlns='${MUC_ADMIN}'><item affiliation='member'/></query>`,
    ])
  })

  it('are asked once for a room of two roles', () => {
    const rooms = roomsOf({ admins: ROOM, chiefs: { room: 'ADMINS@rooms.localhost', owners: [ALICE] } }, 'roles')
    expect(questionsOf(rooms)).toHaveLength(4)
  })

  it('spell the domain as the configuration does', () => {
    const [question] = questionsOf(roomsOf({ admins: 'admins@räume.example' }, 'roles'))
    expect(question?.to).toBe('admins@räume.example')
    expect(question?.from('admins@xn--rume-loa.example')).toBe(true)
  })

  it.each([
    'admins@conference.localhost',
    'admins@rooms.localhost.example',
    'admins@rooms.localhost/alice',
    'rooms.localhost',
    'localhost',
    'alice@localhost',
    'аdmins@rooms.localhost',
    'admins@rooms.localhost@evil.example',
    '',
  ])('accept no answer from %j', from => {
    for (const question of questionsOf(ADMINS)) expect(question.from(from)).toBe(false)
  })

  it.each([ROOM, 'Admins@ROOMS.localhost'])('accept an answer from the room as %s', from => {
    for (const question of questionsOf(ADMINS)) expect(question.from(from)).toBe(true)
  })
})

describe('the affiliation with a room', () => {
  it.each(['owner', 'admin', 'member'] as const)('gives the role to its %s', affiliation => {
    expect(roles({ [affiliation]: ['bob@localhost', ALICE] })).toEqual(['admins'])
    expect(roles({ [affiliation]: ['bob@localhost'] })).toEqual([])
  })

  it('gives no role to one whom no list names', () => {
    expect(roles({ owner: ['owner@localhost'], admin: ['bob@localhost'], member: [] })).toEqual([])
  })

  it('counts by one list although the server shows the others to owners alone', () => {
    const forbidden = errorOf('forbidden')
    expect(roles({ owner: forbidden, admin: forbidden, member: [ALICE] })).toEqual(['admins'])
  })

  it('gives the roles in the order of the configuration, and each room its own', () => {
    const staff = 'staff@rooms.localhost'
    const rooms = roomsOf({ staff, admins: ROOM, chiefs: ROOM, guests: 'guests@rooms.localhost' }, 'roles')
    const answers = [
      ...said({ from: staff, member: [ALICE] }),
      ...said({ admin: [ALICE] }),
      ...said({ from: 'guests@rooms.localhost', member: ['bob@localhost'] }),
    ]
    expect(rolesIn(rooms, answers, ALICE, new RoomReports())).toEqual(['staff', 'admins', 'chiefs'])
    expect(rolesIn(rooms, answers, 'bob@localhost', new RoomReports())).toEqual(['guests'])
  })

  it('judges two roles of one room by the owners of each', () => {
    const owners = ['owner@localhost']
    const rooms = roomsOf(
      { admins: ROOM, chiefs: { room: ROOM, owners }, kings: { room: ROOM, owners: [ALICE] } },
      'roles',
    )
    expect(rolesIn(rooms, said({ owner: owners, member: [ALICE] }), ALICE, new RoomReports())).toEqual([
      'admins',
      'chiefs',
    ])
  })

  it.each(['outcast', 'none', 'Member', ' member', 'members', 'moderator', 'visitor', ''])(
    'gives no role by a list of members with an item that says %j',
    word => {
      expect(roles({ member: [item(`jid='${ALICE}' affiliation='${word}'`)] })).toEqual([])
      expect(roles({ member: [ALICE, item(`jid='bob@localhost' affiliation='${word}'`)] })).toEqual([])
    },
  )

  it.each(['owner', 'admin'])('gives no role by a list of members with an item that says %j', word => {
    expect(roles({ member: [item(`jid='${ALICE}' affiliation='${word}'`)] })).toEqual([])
  })

  it('gives no role to an outcast, whatever the other lists say', () => {
    const outcast = item(`jid='Alice@localhost' affiliation='outcast'`)
    expect(roles({ owner: [ALICE], admin: [ALICE], member: [outcast] })).toEqual([])
    expect(roles({ owner: [outcast], admin: [ALICE], member: [ALICE] })).toEqual([])
    expect(roles({ admin: ['bob@localhost', outcast], member: ['bob@localhost'] }, { jid: 'bob@localhost' })).toEqual([
      'admins',
    ])
  })
})

describe('an answer that is not the list of the room', () => {
  const wrong: readonly (readonly [string, Element | undefined])[] = [
    ['is missing', undefined],
    ['comes from another service', listOf('member', [ALICE], 'admins@conference.evil.example')],
    ['comes from an occupant of the room', listOf('member', [ALICE], `${ROOM}/alice`)],
    ['comes from the service', listOf('member', [ALICE], 'rooms.localhost')],
    ['comes from the account itself', listOf('member', [ALICE], ALICE)],
    ['has no sender', listOf('member', [ALICE], null)],
    ['has an empty sender', listOf('member', [ALICE], '')],
    [
      'is an error that repeats a list',
      errorOf('forbidden', `<query xmlns='${MUC_ADMIN}'>${item(`jid='${ALICE}' affiliation='member'`)}</query>`),
    ],
    ['is empty', result('')],
    [
      'is a list in another namespace',
      result(`<query xmlns='jabber:iq:roster'><item jid='${ALICE}' affiliation='member'/></query>`),
    ],
    ['has another element', result(`<list xmlns='${MUC_ADMIN}'><item jid='${ALICE}' affiliation='member'/></list>`)],
    [
      'has two lists',
      result(
        `<query xmlns='${MUC_ADMIN}'/><query xmlns='${MUC_ADMIN}'><item jid='${ALICE}' affiliation='member'/></query>`,
      ),
    ],
    [
      'is a part of a list (XEP-0059)',
      listOf('member', [ALICE, "<set xmlns='http://jabber.org/protocol/rsm'><count>1</count></set>"]),
    ],
    [
      'has an item of another namespace',
      listOf('member', [ALICE, "<item xmlns='x' jid='bob@localhost' affiliation='member'/>"]),
    ],
    ['has an item without a JID', listOf('member', [ALICE, item("affiliation='member'")])],
    ['has an item with an empty JID', listOf('member', [ALICE, item("jid='' affiliation='member'")])],
    ['has an item with a nick alone', listOf('member', [item(`nick='${ALICE}' affiliation='member'`)])],
    [
      'has an item with a nick in place of the JID',
      listOf('member', [
        item("nick='alice' jid='alice' affiliation='member'"),
        item("nick='alice' affiliation='member'"),
      ]),
    ],
    ['names the account with a resource', listOf('member', [`${ALICE}/phone`])],
    ['names another with a resource', listOf('member', [ALICE, 'bob@localhost/phone'])],
    ['names occupants of the room', listOf('member', [ALICE, `${ROOM}/bob`])],
    ['has an item that is no JID', listOf('member', [ALICE, 'bob@@localhost'])],
    ['has an item with an empty domain', listOf('member', [ALICE, 'bob@'])],
    ['has an item without affiliation', listOf('member', [ALICE, item("jid='bob@localhost'")])],
    ['has a JID under a prefix', listOf('member', [`<item xmlns:x='x' x:jid='${ALICE}' affiliation='member'/>`])],
  ]

  it.each(wrong)('gives no role when it %s', (_case, member) => {
    expect(roles({ member })).toEqual([])
  })

  it.each(wrong)('takes no role away that another list gives when it %s', (_case, member) => {
    expect(roles({ member, admin: [ALICE] })).toEqual(['admins'])
  })

  it('is a list of more than 20,000 entries', () => {
    const many = Array.from({ length: 19_999 }, (_, index) => `a${index}@b.c`)
    expect(roles({ member: [...many, ALICE] })).toEqual(['admins'])
    expect(roles({ member: [...many, 'bob@localhost', ALICE] })).toEqual([])
  })

  it('is no answer about the room at all', () => {
    for (const info of [
      undefined,
      errorOf('forbidden'),
      result(''),
      infoOf(FLAGS, null),
      infoOf(FLAGS, 'rooms.localhost'),
    ]) {
      expect(roles({ info, owner: [ALICE], admin: [ALICE], member: [ALICE] })).toEqual([])
    }
  })

  it('gives nothing to all rooms when answers are missing at the end', () => {
    expect(rolesIn(ADMINS, [], ALICE, new RoomReports())).toEqual([])
    expect(rolesIn(ADMINS, said({ member: [ALICE] }).slice(0, 3), ALICE, new RoomReports())).toEqual([])
  })
})

describe('a list of other spellings', () => {
  it.each(['Alice@localhost', 'ALICE@LOCALHOST', 'ａlice@localhost'])('names alice as %s', spelling => {
    expect(roles({ member: [spelling] })).toEqual(['admins'])
  })

  it.each([
    ['a Cyrillic letter', 'аlice@localhost'],
    ['a dotless i', 'alıce@localhost'],
    ['a digit', 'a1ice@localhost'],
    ['an accent', 'alicé@localhost'],
    ['another domain', 'alice@localhost.example'],
    ['another domain below', 'alice@evil.localhost'],
    ['a domain alone', 'localhost'],
  ])('does not name alice with %s', (_case, twin) => {
    expect(roles({ member: [twin] })).toEqual([])
    expect(roles({ member: [ALICE] }, { jid: twin })).toEqual([])
  })

  it('compares domains as A-labels', () => {
    expect(roles({ member: ['alice@münchen.example'] }, { jid: 'alice@xn--mnchen-3ya.example' })).toEqual(['admins'])
    expect(roles({ member: ['alice@munchen.example'] }, { jid: 'alice@xn--mnchen-3ya.example' })).toEqual([])
  })

  it('compares a name of composed letters with one of letters and accents', () => {
    expect(roles({ member: ['zoe\u0308@localhost'] }, { jid: 'zoë@localhost' })).toEqual(['admins'])
  })
})

describe('a room', () => {
  const all = { owner: [ALICE], admin: [ALICE], member: [ALICE] }

  it.each([
    ['temporary', ['muc_temporary', 'muc_membersonly', 'muc_nonanonymous']],
    ['open', ['muc_persistent', 'muc_open', 'muc_nonanonymous']],
    ['semi-anonymous', ['muc_persistent', 'muc_membersonly', 'muc_semianonymous']],
    ['of no flags', []],
    ['of flags that contradict', [...FLAGS, 'muc_temporary']],
    ['members-only and open', [...FLAGS, 'muc_open']],
    ['non-anonymous and semi-anonymous', [...FLAGS, 'muc_semianonymous']],
    ['of flags in capitals', FLAGS.map(flag => flag.toUpperCase())],
  ])('gives no role when it is %s', (_case, flags) => {
    expect(roles({ ...all, flags })).toEqual([])
  })

  it('gives its role when it is public, too', () => {
    expect(roles({ ...all, flags: [...FLAGS.slice(0, 3), 'muc_public', 'muc_passwordprotected'] })).toEqual(['admins'])
  })

  it('does not get its flags from features of another kind', () => {
    const fields = FLAGS.map(
      flag => `<field var='${flag}'/><identity name='${flag}'/><feature xmlns='x' var='${flag}'/>`,
    )
    const info = result(`<query xmlns='http://jabber.org/protocol/disco#info'>${fields.join('')}</query>`)
    expect(roles({ ...all, info })).toEqual([])
  })

  it.each(['item-not-found', 'gone', 'service-unavailable', 'remote-server-not-found'])(
    'gives no role when the answer about it is %s',
    condition => {
      expect(roles({ ...all, info: errorOf(condition) })).toEqual([])
    },
  )

  it('gives no role when it vanishes between two answers', () => {
    expect(roles({ ...all, admin: errorOf('item-not-found') })).toEqual([])
  })

  it('gives its role when its owners are those of the configuration, in any order', () => {
    expect(roles({ member: [ALICE], owner: ['Bob@localhost', 'owner@localhost'] }, { rooms: OWNED })).toEqual([
      'admins',
    ])
  })

  it.each([
    ['made again by a stranger', ['mallory@localhost']],
    ['with one owner more', ['owner@localhost', 'bob@localhost', 'mallory@localhost']],
    ['with one owner less', ['owner@localhost']],
    ['with a domain among its owners', ['owner@localhost', 'bob@localhost', 'localhost']],
    ['with no owner', []],
  ])('gives no role when it is %s', (_case, owner) => {
    expect(roles({ owner, admin: [ALICE], member: [ALICE] }, { rooms: OWNED })).toEqual([])
  })

  it.each<readonly [string, Element | undefined]>([
    ['missing', undefined],
    ['forbidden', errorOf('forbidden')],
    ['malformed', listOf('owner', ['owner@localhost', 'bob@localhost/x'])],
    ['from elsewhere', listOf('owner', ['owner@localhost', 'bob@localhost'], 'mallory@localhost')],
  ])('with configured owners gives no role when the list of them is %s', (_case, owner) => {
    expect(roles({ owner, admin: [ALICE], member: [ALICE] }, { rooms: OWNED })).toEqual([])
  })

  it('gives the name of the configuration, never one of its own', () => {
    const info = result(
      `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text' name='root'/>${FLAGS.map(flag => `<feature var='${flag}'/>`).join('')}<feature var='root'/></query>`,
    )
    const member = [item(`jid='${ALICE}' affiliation='member' role='moderator' nick='root'`)]
    expect(roles({ info, member })).toEqual(['admins'])
  })
})
