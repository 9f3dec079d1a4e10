import { roomsOf } from '../../lib/options/role-options'

const ROOM = 'admins@rooms.example.com'
const refused = (value: unknown, name: string) =>
  expect(() => roomsOf(value, 'roles')).toThrow(
    expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(name) }),
  )

describe('the rooms of an option', () => {
  it('are prepared, in the order of the option', () => {
    const rooms = { staff: { room: 'Staff@ROOMS.example.com', owners: ['Owner@Example.com'] }, admins: ROOM }
    expect(roomsOf(rooms, 'roles')).toEqual([
      {
        role: 'staff',
        jid: 'staff@rooms.example.com',
        address: 'staff@rooms.example.com',
        owners: new Set(['owner@example.com']),
      },
      { role: 'admins', jid: ROOM, address: ROOM, owners: undefined },
    ])
  })

  it('have the domain in A-labels, and in the letters of the configuration to be sent', () => {
    expect(roomsOf({ admins: 'admins@räume.example' }, 'roles')).toMatchObject([
      { jid: 'admins@xn--rume-loa.example', address: 'admins@räume.example' },
    ])
    expect(roomsOf({ admins: 'admins@xn--rume-loa.example' }, 'roles')).toMatchObject([
      { jid: 'admins@xn--rume-loa.example', address: 'admins@xn--rume-loa.example' },
    ])
  })

  it('can be one for two roles, without its owners for one', () => {
    const rooms = roomsOf({ admins: ROOM, chiefs: { room: ROOM, owners: undefined } }, 'roles')
    expect(rooms.map(({ role, jid, owners }) => [role, jid, owners])).toEqual([
      ['admins', ROOM, undefined],
      ['chiefs', ROOM, undefined],
    ])
  })

  it.each([undefined, null, ROOM, 5, [ROOM], true, () => {}])('are refused when they are %j', value => {
    refused(value, '`roles`')
  })

  it('are 1 to 16', () => {
    const rooms = Array.from({ length: 17 }, (_, index) => [`role${index}`, `r${index}@rooms.example.com`])
    refused({}, '1 to 16')
    expect(roomsOf(Object.fromEntries(rooms.slice(1)), 'roles')).toHaveLength(16)
    refused(Object.fromEntries(rooms), '1 to 16')
  })

  it('are refused when the questions about them are larger than what servers answer at once', () => {
    // 16 × (680 + 4 × 80) bytes are 16,000.
    const rooms = (bytes: number) =>
      Object.fromEntries(
        Array.from({ length: 16 }, (_, index) => [
          `role${index}`,
          `${'r'.repeat(bytes - 3)}${String(index).padStart(2, '0')}@c`.slice(1),
        ]),
      )
    expect(roomsOf(rooms(80), 'roles')).toHaveLength(16)
    refused(rooms(81), 'too many rooms, or too long names')
  })

  it('count once in that size when roles share one', () => {
    const room = `${'r'.repeat(900)}@rooms.example.com`
    const rooms = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`role${index}`, room]))
    expect(roomsOf(rooms, 'roles')).toHaveLength(16)
  })

  it.each(['a', 'admins', 'team-1', 'team_a', '1', 'a-_b', 'constructor', 'r'.repeat(64)])('can stand for %j', role => {
    expect(roomsOf({ [role]: ROOM }, 'roles')).toMatchObject([{ role }])
  })

  it.each(['', 'Admins', 'admins ', 'ädmins', '-admins', 'admins-', '_a', 'a b', 'a,b', 'a=b', 'r'.repeat(65), 'a\n'])(
    'cannot stand for %j',
    role => {
      refused({ [role]: ROOM }, 'option `roles` has a role whose name is not allowed')
    },
  )

  it('cannot stand for `__proto__`', () => {
    refused(JSON.parse(`{"__proto__": "${ROOM}"}`), 'not allowed')
  })

  it.each([
    undefined,
    null,
    '',
    5,
    'admins',
    'rooms.example.com',
    '@rooms.example.com',
    'admins@',
    `${ROOM}/nick`,
    `xmpp:${ROOM}`,
    ` ${ROOM}`,
    'a b@rooms.example.com',
    'admins@rooms.example.com:5222',
    [ROOM],
  ])('are refused by the name of the role when one is %j', room => {
    refused({ staff: 'staff@rooms.example.com', admins: room }, '`roles.admins`')
    refused({ admins: { room } }, '`roles.admins.room`')
  })

  it('are refused by the name of an unknown property', () => {
    refused({ admins: { room: ROOM, owner: ['a@b.c'] } }, '`roles.admins.owner`; did you mean `roles.admins.owners`')
  })

  it.each([
    null,
    'owner@example.com',
    [],
    {},
    [undefined],
    ['owner'],
    ['example.com'],
    ['owner@example.com/x'],
    ['owner@example.com', 5],
  ])('are refused when the owners of one are %j', owners => {
    refused({ admins: { room: ROOM, owners } }, '`roles.admins.owners`')
  })

  it('have 16 owners each at most', () => {
    const owners = Array.from({ length: 17 }, (_, index) => `owner${index}@example.com`)
    expect(roomsOf({ admins: { room: ROOM, owners: owners.slice(1) } }, 'roles')[0]?.owners?.size).toBe(16)
    refused({ admins: { room: ROOM, owners } }, '`roles.admins.owners`')
  })
})
