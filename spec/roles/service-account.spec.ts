import { RoleReader, type RoleReaderOptions, ServiceAccount } from '../../lib'
import { RoleReader as InternalReader } from '../../lib/roles/role-reader'
import { type BoshServer, type PersonalityName, type RoomOptions, startBoshServer } from '../../lib/testing/server'
import { PING } from '../../lib/xml/namespaces'
import { element } from '../../lib/xml/write'
import { handClock } from '../fixtures/clock'

/*
 * A RoleReader on the standing session of a ServiceAccount, against the kit's servers.
 */

const ROOM = 'admins@rooms.localhost'
const BOT = 'login@localhost'
const ALICE = 'alice@localhost'
const NOW = { maxAge: 0 }

let server: BoshServer
let account: ServiceAccount
afterEach(async () => {
  await account?.close()
  await server?.close()
  jest.restoreAllMocks()
})
beforeEach(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
})

async function start(
  personality: PersonalityName,
  room: RoomOptions = {},
  options: Partial<RoleReaderOptions> = {},
): Promise<RoleReader> {
  server = await startBoshServer({
    domain: 'localhost',
    personality,
    accounts: { login: 'secret', alice: 'secret' },
    rooms: { [ROOM]: { owners: ['owner@localhost'], ...room, members: [BOT, ...(room.members ?? [])] } },
  })
  const { url: service } = server
  account = new ServiceAccount({ service, domain: 'localhost', username: 'login', password: 'secret' })
  return new RoleReader({ account, rooms: { admins: ROOM }, ...options })
}

describe.each<PersonalityName>(['ejabberd', 'prosody'])('a reader on %s', personality => {
  it('reads the lists as a plain member of the room', async () => {
    const members = ['member@localhost', 'alice@münchen.example']
    const reader = await start(personality, { admins: ['admin@localhost'], members, outcasts: ['outcast@localhost'] })
    const has = (jid: string) => reader.has(jid, 'admins')
    expect(await Promise.all(['owner@localhost', 'admin@localhost', 'member@localhost'].map(has))).toEqual([
      true,
      true,
      true,
    ])
    expect(await has('alice@xn--mnchen-3ya.example')).toBe(true)
    expect(await Promise.all([ALICE, 'outcast@localhost', BOT].map(has))).toEqual([false, false, false])
  })

  it('sees who is promoted, demoted and banned at the next read', async () => {
    const reader = await start(personality)
    const roles = []
    for (const affiliation of ['none', 'member', 'none', 'admin', 'outcast', 'owner'] as const) {
      server.rooms.grant(ROOM, ALICE, affiliation)
      roles.push((await reader.of(ALICE, NOW)).length)
    }
    expect(roles).toEqual([0, 1, 0, 1, 0, 1])
  })

  it('gives no role by a room that is gone, or made again by a stranger', async () => {
    const rooms = { admins: { room: ROOM, owners: ['owner@localhost'] } }
    const reader = await start(personality, { members: [ALICE] }, { rooms })
    expect(await reader.of(ALICE, NOW)).toEqual(['admins'])
    server.rooms.remove(ROOM)
    expect(await reader.has(ALICE, 'admins', NOW)).toBe(false)
    server.rooms.add(ROOM, { owners: ['mallory@localhost'], members: [ALICE, BOT] })
    expect(await reader.has(ALICE, 'admins', NOW)).toBe(false)
    server.rooms.add(ROOM, { owners: ['owner@localhost'], members: [ALICE, BOT] })
    expect(await reader.has(ALICE, 'admins', NOW)).toBe(true)
  })

  it.each<RoomOptions>([{ isPersistent: false }, { isMembersOnly: false }, { isAnonymous: true }])(
    'gives no role by a room with %j',
    async room => {
      const reader = await start(personality, { ...room, admins: [BOT], members: [ALICE] })
      expect(await reader.has(ALICE, 'admins')).toBe(false)
    },
  )

  it('gives no role by a room that it may not read', async () => {
    const reader = await start(personality, { members: [ALICE] })
    server.rooms.grant(ROOM, BOT, 'none')
    expect(await reader.has(ALICE, 'admins')).toBe(false)
    server.rooms.grant(ROOM, BOT, 'member')
    expect(await reader.has(ALICE, 'admins', NOW)).toBe(true)
  })

  it('reads a list of 10,000 members', async () => {
    const members = Array.from({ length: 10_000 }, (_, index) => `member-of-the-staff-${index}@localhost`)
    const reader = await start(personality, { members })
    expect(await reader.has('member-of-the-staff-9999@localhost', 'admins')).toBe(true)
    expect(await reader.has(ALICE, 'admins')).toBe(false)
  })

  it('reads 16 rooms', async () => {
    const names = Array.from({ length: 16 }, (_, index) => `role-${index}`)
    const rooms = Object.fromEntries(names.map(name => [name, `${name}@rooms.localhost`]))
    const reader = await start(personality, {}, { rooms })
    for (const room of Object.values(rooms)) server.rooms.add(room, { members: [BOT, ALICE] })
    expect(await reader.of(ALICE)).toEqual(names)
  })

  it('gives no role once the account is closed, and says so', async () => {
    const reader = await start(personality, { members: [ALICE] })
    expect(await reader.of(ALICE)).toEqual(['admins'])
    await account.close()
    expect(await reader.of(ALICE, NOW)).toEqual([])
    await expect(reader.has(ALICE, 'admins', NOW)).rejects.toEqual(
      expect.objectContaining({ name: 'XmppBoshError', code: 'ERR_XMPP_UNAVAILABLE' }),
    )
  })
})

describe('an answer to a reader', () => {
  /** Returns what `has` of alice comes to when the list of members, which names her, is rewritten. */
  async function hasAfter(rewrite: (answer: string) => string): Promise<unknown> {
    const clock = handClock()
    await start('ejabberd', { members: [ALICE] })
    const reader = new InternalReader({ account, rooms: { admins: ROOM } }, { clock })
    const answer = (said: string, question: string) => (question.includes("'member'") ? rewrite(said) : said)
    server.fault({ on: 'roles', reply: { answer } })
    await account.ready()
    const has = reader.has(ALICE, 'admins').catch(reason => reason.code)
    // The answer to a later question: the rewritten one has come.
    await new Promise(resolve => setImmediate(resolve))
    await account.ask({ type: 'get', payload: element('ping', { xmlns: PING }) })
    clock.advance(2_000)
    return has
  }

  it('counts as it is', async () => {
    expect(await hasAfter(answer => answer)).toBe(true)
  })

  it.each<readonly [string, (answer: string) => string]>([
    ['comes from another service', answer => answer.replaceAll('@rooms.', '@evil.')],
    [
      'comes from an occupant',
      answer => answer.replace(/from=(.)admins@rooms.localhost/, 'from=$1admins@rooms.localhost/x'),
    ],
    ['has no sender', answer => answer.replace(/ from=.admins@rooms.localhost./, '')],
    ['has another id', answer => answer.replace(/ id=(.)/, ' id=$1x')],
    ['is cut', answer => answer.replace('</query>', '')],
    [
      'has more than 20,000 entries',
      answer => answer.replace('</query>', `${"<item jid='a@b' affiliation='member'/>".repeat(20_100)}</query>`),
    ],
    ['is larger than a megabyte', answer => answer.replace('</query>', `${' '.repeat(1_048_576)}</query>`)],
    ['never comes', () => ''],
  ])('is none when it %s', async (_case, rewrite) => {
    expect(await hasAfter(rewrite)).toBe('ERR_XMPP_TIMEOUT')
  })

  it.each<readonly [string, string]>([
    ['an outcast', "<item jid='bob@localhost' affiliation='outcast'/>"],
    ['an item without JID', "<item nick='bob' affiliation='member'/>"],
  ])('does not count when it holds %s', async (_case, item) => {
    expect(await hasAfter(answer => answer.replace('</query>', `${item}</query>`))).toBe('ERR_XMPP_UNAVAILABLE')
  })
})

it.each<PersonalityName>(['tigase', 'mongooseim', 'metronome'])(
  'a reader on %s needs an account that owns the room',
  async personality => {
    const reader = await start(personality, { members: [ALICE] })
    expect(await reader.has(ALICE, 'admins')).toBe(false)
    server.rooms.grant(ROOM, BOT, 'owner')
    expect(await reader.has(ALICE, 'admins', NOW)).toBe(true)
  },
)

it('a reader on openfire reads the list of members as a member', async () => {
  const reader = await start('openfire', { members: [ALICE] })
  expect(await reader.has(ALICE, 'admins')).toBe(true)
})
