import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import {
  Authenticator,
  type AuthenticatorOptions,
  Registration,
  RoleReader,
  type RoleRooms,
  type RolesMessage,
  ServiceAccount,
  Strategy,
} from '../../lib'
import { ASK_MS } from '../../lib/limits'
import { cuttingProxy } from '../fixtures/cutting-proxy'
import { delayingProxy } from '../fixtures/delaying-proxy'
import { form, visit } from '../fixtures/passport'
import { online } from './servers/clients/account'
import { startEjabberdRooms } from './servers/rooms/ejabberd-rooms'
import { startProsodyRooms } from './servers/rooms/prosody-rooms'
import { type Affiliations, CLOSED, OPEN, PASSWORD, type RoomServer, type RoomSettings } from './servers/rooms/rooms'
import { enter, squat } from './servers/rooms/visitor'

/*
 * Roles from rooms of real servers, asked on the visitor's own session and by a service account that is a plain member.
 * Each test has a room of its own.
 */

const STAFF: Affiliations = {
  'owner@localhost': 'owner',
  'admin@localhost': 'admin',
  'member@localhost': 'member',
  'outcast@localhost': 'outcast',
  'bot@localhost': 'member',
}
const NAMES = ['owner', 'admin', 'member', 'outcast', 'bot', 'none', 'mallory', 'o\\27neil', 'last', 'again']

const REQUESTS = { direction: 'requests', afterwards: 'served' } as const

let servers: RoomServer[] = []
let bots: ServiceAccount[] = []
const opened: Authenticator[] = []
const refusals: string[] = []
const listen = (message: unknown) => {
  const { event, role, reason } = message as RolesMessage
  if (event === 'refused') refusals.push(`${role}: ${reason}`)
}
beforeAll(async () => {
  // The channel has the same, and more.
  jest.spyOn(process, 'emitWarning').mockImplementation()
  subscribe('passport-xmpp-bosh:roles', listen)
  servers = await Promise.all([startEjabberdRooms(), startProsodyRooms()])
  await Promise.all(servers.flatMap(server => NAMES.map(name => server.register(name, PASSWORD))))
  bots = servers.map(
    server => new ServiceAccount({ service: server.url, domain: 'localhost', username: 'bot', password: PASSWORD }),
  )
  await online(...bots)
}, 90_000)
afterEach(async () => {
  refusals.length = 0
  await Promise.all(opened.splice(0).map(authenticator => authenticator.close()))
})
afterAll(async () => {
  unsubscribe('passport-xmpp-bosh:roles', listen)
  await Promise.all(bots.map(bot => bot.close()))
  await Promise.all(servers.map(server => server.stop()))
})

let rooms = 0
/** Makes a room of its own for a test and returns its JID. */
async function made(server: RoomServer, settings: Partial<RoomSettings> = {}, service = CLOSED): Promise<string> {
  const room = `room${++rooms}@${service}`
  await server.makeRoom(room, { affiliations: STAFF, ...settings })
  return room
}

function open(server: RoomServer, options: Partial<AuthenticatorOptions>): Authenticator {
  const authenticator = new Authenticator({ service: server.url, domain: 'localhost', ...options })
  opened.push(authenticator)
  return authenticator
}

const logIn = (authenticator: Authenticator, username: string) =>
  authenticator.authenticate({ username, password: PASSWORD })

/** Logs a member in, ends the session and counts the requests of all that. */
async function loginOf(server: RoomServer, options: Partial<AuthenticatorOptions>) {
  const proxy = await cuttingProxy(server.url, { after: Number.POSITIVE_INFINITY, ...REQUESTS })
  try {
    const authenticator = open(server, { ...options, service: proxy.url })
    const account = await logIn(authenticator, 'member')
    await authenticator.close()
    const requests =
      proxy
        .passed()
        .toString()
        .match(/POST \/\S+ HTTP/g) ?? []
    return { account, requests: requests.length }
  } finally {
    await proxy.close()
  }
}

describe.each([
  ['ejabberd', 0],
  ['Prosody', 1],
])('on %s', (name, index) => {
  const server = () => servers[index] as RoomServer
  const readerOf = (roles: RoleRooms) => new RoleReader({ account: bots[index] as ServiceAccount, rooms: roles })

  /** Returns the roles of an account, by a login of its own and by a fresh reader. */
  async function rolesOf(username: string, roles: RoleRooms) {
    const { roles: login } = await logIn(open(server(), { roles }), username)
    return { login, reader: await readerOf(roles).of(`${username}@localhost`) }
  }
  /** Tries again where a busy machine took longer than the questions have time. */
  async function inTime(ask: () => ReturnType<typeof rolesOf>) {
    for (let tries = 1; tries < 3; tries++) {
      const { login, reader } = await ask()
      if (login?.length && reader.length) return { login, reader }
    }
    return ask()
  }
  const both = (...roles: string[]) => ({ login: roles, reader: roles })

  test.each([
    ['owner', ['staff']],
    ['admin', ['staff']],
    ['member', ['staff']],
    ['outcast', []],
    ['none', []],
  ])('the affiliation "%s" gives the roles %j, without a word in the logs', async (username, expected) => {
    const roles = { staff: await made(server()) }

    expect(await rolesOf(username, roles)).toEqual(both(...expected))
    expect(refusals).toEqual([])
  })

  test('an account has the roles of all its rooms, and of no other', async () => {
    const [one, two, three] = [await made(server()), await made(server()), await made(server())]
    await server().grant(two, { 'member@localhost': 'none' })
    const roles = { one, two, three, same: one }

    expect(await rolesOf('member', roles)).toEqual(both('one', 'three', 'same'))
  })

  test('an account with an apostrophe in its name has its role, however it is typed', async () => {
    const room = await made(server())
    await server().grant(room, { 'o\\27neil@localhost': 'member' })

    expect((await logIn(open(server(), { roles: { staff: room } }), "O'Neil")).roles).toEqual(['staff'])
    expect(await readerOf({ staff: room }).of('o\\27neil@localhost')).toEqual(['staff'])
  })

  test('a room with a name beyond ASCII gives its role, in any spelling', async () => {
    const room = `büro${++rooms}@${CLOSED}`
    await server().makeRoom(room, { affiliations: STAFF })

    expect(await rolesOf('member', { staff: room })).toEqual(both('staff'))
    expect(await rolesOf('member', { staff: room.toUpperCase() })).toEqual(both('staff'))
    expect(refusals).toEqual([])
  })

  test('the strategy gives the profile its roles, by rooms and by a reader', async () => {
    const rooms = { staff: await made(server()) }
    for (const roles of [rooms, readerOf(rooms)]) {
      const strategy = new Strategy({ service: server().url, domain: 'localhost', roles })
      const { user } = await visit(strategy, form('member', PASSWORD))
      await strategy.close()

      expect(user).toMatchObject({ jid: 'member@localhost', roles: ['staff'] })
    }
  })

  test('requireRole lets members in and refuses others with status 403', async () => {
    const roles = { staff: await made(server()) }
    const authenticator = open(server(), { roles, requireRole: 'staff' })

    expect((await logIn(authenticator, 'member')).roles).toEqual(['staff'])
    await expect(logIn(authenticator, 'none')).rejects.toMatchObject({ code: 'role-required', status: 403 })
    await expect(logIn(authenticator, 'outcast')).rejects.toMatchObject({ code: 'role-required', status: 403 })
  })

  test.each([1, 2, 16])('with %i rooms, roles and profile cost as few requests as the server allows', async count => {
    const roles: Record<string, string> = {}
    for (let n = 0; n < count; n++) roles[`role${n}`] = await made(server())
    const plain = await loginOf(server(), {})
    const more: number[] = []
    // Right after its start, or on a busy machine, ejabberd takes longer for an answer than the library waits for it.
    for (let tries = 1; tries <= 5; tries++) {
      const { account, requests } = await loginOf(server(), { roles, profile: 'vcard' })
      expect(account.roles).toEqual(Object.keys(roles))
      expect(account.vcard).toBeDefined()
      more.push(requests - plain.requests)
    }

    // ejabberd answers the question that is the quickest alone, and all others in the next reply.
    if (name === 'Prosody') expect(more).toEqual([1, 1, 1, 1, 1])
    else expect([1, 2]).toContain(Math.min(...more))
  })

  test.each([
    ['temporary', 'not-persistent', { isPersistent: false }],
    ['open', 'not-members-only', { isMembersOnly: false }],
    ['semi-anonymous', 'anonymous', { isAnonymous: true }],
  ] as const)('a room that is %s gives no role, and says so: %s', async (_, reason, settings) => {
    const roles = { staff: await made(server(), settings) }

    expect(await rolesOf('member', roles)).toEqual(both())
    expect(await rolesOf('owner', roles)).toEqual(both())
    expect(refusals.filter(refusal => refusal === `staff: ${reason}`)).toHaveLength(4)
    expect(await readerOf(roles).has('member@localhost', 'staff')).toBe(false)
  })

  test('a room that does not exist gives no role, and says so', async () => {
    const roles = { staff: `missing@${CLOSED}`, more: await made(server()) }

    expect(await rolesOf('member', roles)).toEqual(both('more'))
    expect(refusals).toEqual(['staff: not-found', 'staff: not-found'])
  })

  test('a service of rooms that does not exist gives no role, and says so', async () => {
    const roles = { staff: 'staff@nowhere.localhost' }

    expect(await rolesOf('member', roles)).toEqual(both())
    expect(refusals).toEqual(['staff: unavailable', 'staff: unavailable'])
  })

  test('an account that was removed from the room has no role at the next question', async () => {
    const roles = { staff: await made(server()) }
    const reader = readerOf(roles)
    const authenticator = open(server(), { roles })
    expect(await reader.of('member@localhost')).toEqual(['staff'])
    expect((await logIn(authenticator, 'member')).roles).toEqual(['staff'])
    await server().grant(roles.staff, { 'member@localhost': 'none' })

    expect((await logIn(authenticator, 'member')).roles).toEqual([])
    expect(await reader.of('member@localhost', { maxAge: 0 })).toEqual([])
    expect(await reader.has('admin@localhost', 'staff')).toBe(true)
  })

  test('a service account that is no longer a member gives no roles, and says so', async () => {
    const roles = { staff: await made(server()) }
    await server().grant(roles.staff, { 'bot@localhost': 'none' })

    expect(await readerOf(roles).of('member@localhost')).toEqual([])
    expect(refusals).toEqual(['staff: forbidden'])
  })

  // ejabberd takes a removed account out of its rooms. With Prosody, sign-ups under its name must be refused.
  test(`an account that is removed and made anew ${name === 'ejabberd' ? 'has no role' : 'has its role again'}`, async () => {
    const roles = { staff: await made(server()) }
    await server().grant(roles.staff, { 'again@localhost': 'member' })
    const registration = new Registration({ service: server().url, domain: 'localhost' })
    await registration.remove({ username: 'again', password: PASSWORD })
    await registration.close()
    await server().register('again', PASSWORD)

    expect(await rolesOf('again', roles)).toEqual(name === 'ejabberd' ? both() : both('staff'))
  })

  test('a room that is destroyed gives no role, and strangers cannot make it again', async () => {
    const roles = { staff: await made(server()) }
    await server().destroyRoom(roles.staff)
    const mallory = await enter(server(), 'mallory')
    await expect(squat(mallory, roles.staff, { 'member@localhost': 'member' })).rejects.toThrow(/type='error'/)
    await mallory.leave()

    expect(await rolesOf('member', roles)).toEqual(both())
    expect(refusals).toEqual(['staff: not-found', 'staff: not-found'])
  })

  describe('where everyone may make rooms', () => {
    /** Makes a room, destroys it, and lets Mallory make it again, with the given affiliations. */
    async function squatted(affiliations: Affiliations): Promise<string> {
      const room = await made(server(), {}, OPEN)
      await server().destroyRoom(room)
      const mallory = await enter(server(), 'mallory')
      await squat(mallory, room, { 'bot@localhost': 'member', ...affiliations })
      await mallory.leave()
      return room
    }

    test('a room with the owners that are configured gives its role', async () => {
      const room = await made(server(), {}, OPEN)

      expect(await rolesOf('member', { staff: { room, owners: ['owner@localhost'] } })).toEqual(both('staff'))
      expect(refusals).toEqual([])
    })

    test('a room that a stranger made again gives no role, if owners are configured', async () => {
      const room = await squatted({ 'member@localhost': 'member' })
      const roles = { staff: { room, owners: ['owner@localhost'] } }

      expect(await rolesOf('member', roles)).toEqual(both())
      expect(await rolesOf('mallory', roles)).toEqual(both())
      expect([...new Set(refusals)]).toEqual(['staff: other-owners'])
    })

    test('a stranger who names one of two owners as well gives no role', async () => {
      const room = await squatted({ 'member@localhost': 'member', 'owner@localhost': 'owner' })
      const owners = ['owner@localhost', `owner-9f86d081884c7d659a2feaa0c55ad015@${OPEN}`]

      expect(await rolesOf('member', { staff: { room, owners } })).toEqual(both())
      expect(await rolesOf('member', { staff: { room, owners: ['owner@localhost'] } })).toEqual(both())
    })

    // So one owner has a name that cannot be guessed. Members can read it.
    test('a stranger who names all owners in his place gives the role', async () => {
      const room = await squatted({
        'member@localhost': 'member',
        'owner@localhost': 'owner',
        'mallory@localhost': 'none',
      })

      expect(await rolesOf('member', { staff: { room, owners: ['owner@localhost'] } })).toEqual(both('staff'))
    })

    test('without owners in the configuration, a room that a stranger made again gives its role', async () => {
      const room = await squatted({ 'member@localhost': 'member' })

      expect(await rolesOf('mallory', { staff: room })).toEqual(both('staff'))
    })
  })

  test('fifty logins at once all have their roles and profiles', async () => {
    const roles = { staff: await made(server()) }
    const authenticator = open(server(), { roles, profile: 'vcard' })
    const logins = await Promise.all(Array.from({ length: 50 }, () => logIn(authenticator, 'member')))

    expect(logins.map(({ roles: given }) => given)).toEqual(logins.map(() => ['staff']))
    expect(logins.every(({ vcard }) => vcard !== undefined)).toBe(true)
  })

  test('answers that come too late cost roles and profile, and neither the login nor a session', async () => {
    const roles = { staff: await made(server()) }
    const before = await server().boshSessions()
    const proxy = await delayingProxy(server().url, 2 * ASK_MS, 'muc#admin')
    try {
      const authenticator = open(server(), { service: proxy.url, roles, profile: 'vcard' })
      const begun = performance.now()
      const account = await logIn(authenticator, 'member')

      expect(performance.now() - begun).toBeLessThan(ASK_MS + 1_500)
      expect(account).toMatchObject({ jid: 'member@localhost', roles: [] })
      expect(account.vcard).toBeUndefined()
      await authenticator.close()
      expect(await server().boshSessions()).toBe(before)
    } finally {
      await proxy.close()
    }
  })

  test.each([1_000, 10_000])('a room with %i members gives its role to the last of them', async count => {
    const others = Array.from({ length: count }, (_, n) => [`account${n}@localhost`, 'member'] as const)
    const affiliations = { ...STAFF, ...Object.fromEntries(others), 'last@localhost': 'member' } as const
    const roles = { staff: await made(server(), { affiliations }) }

    expect(await inTime(() => rolesOf('last', roles))).toEqual(both('staff'))
    expect(await rolesOf('none', roles)).toEqual(both())
    expect(refusals).toEqual([])
  })

  // It restarts the server, so it is the last.
  test('after a restart the rooms still give their roles', async () => {
    const roles = { staff: await made(server()) }
    const reader = readerOf(roles)
    await server().restart()
    await online(...bots.slice(index, index + 1))

    expect((await logIn(open(server(), { roles }), 'member')).roles).toEqual(['staff'])
    expect(await reader.of('member@localhost')).toEqual(['staff'])
  })
})
