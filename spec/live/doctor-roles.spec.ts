import { PassThrough } from 'node:stream'
import { run } from '../../lib/cli/run'
import type { Finding } from '../../lib/doctor/finding'
import { startEjabberdRooms } from './servers/rooms/ejabberd-rooms'
import { startProsodyRooms } from './servers/rooms/prosody-rooms'
import { type Affiliations, CLOSED, OPEN, PASSWORD, type RoomServer, type RoomSettings } from './servers/rooms/rooms'

/* The doctor on rooms of real servers, read by a member, with a stranger who tries to make one. */

const STAFF: Affiliations = {
  'owner@localhost': 'owner',
  'alice@localhost': 'member',
  'bot@localhost': 'member',
}

let servers: RoomServer[] = []
beforeAll(async () => {
  servers = await Promise.all([startEjabberdRooms(), startProsodyRooms()])
  const names = ['owner', 'alice', 'bot', 'mallory']
  await Promise.all(servers.flatMap(server => names.map(name => server.register(name, PASSWORD))))
}, 90_000)
afterAll(() => Promise.all(servers.map(server => server.stop())))

let rooms = 0
async function made(server: RoomServer, settings: Partial<RoomSettings> = {}, service = CLOSED): Promise<string> {
  const room = `doctor${++rooms}@${service}`
  await server.makeRoom(room, { affiliations: STAFF, ...settings })
  return room
}

/** Runs the command with the passwords of the account that reads and of the stranger. */
async function diagnose({ url }: RoomServer, room: string, argv: readonly string[] = ['--account', 'bot@localhost']) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  stdin.end(`${PASSWORD}\n${PASSWORD}\n`)
  const owner = ['--role-owner', 'owner@localhost', '--stranger', 'mallory']
  const command = ['check', url, '--domain', 'localhost', '--json', '--role', `staff=${room}`, ...owner, ...argv]
  await run(command, { stdin, stdout, stderr, env: {} })
  const { checks }: { checks: readonly Finding[] } = JSON.parse(String(stdout.read()))
  const about = checks.filter(({ id }) => id.startsWith('role-'))
  return {
    statuses: Object.fromEntries(about.map(({ id, status }) => [id.slice('role-'.length), status])),
    texts: Object.fromEntries(about.map(({ id, summary, advice = '' }) => [id, `${summary} ${advice}`])),
  }
}

describe.each([
  ['ejabberd', 0],
  ['Prosody', 1],
])('on %s', (name, index) => {
  const server = () => servers[index] as RoomServer
  // This ejabberd runs without mod_disco, so it does not list its services.
  const service = name === 'ejabberd' ? 'warn' : 'ok'
  const WELL = { service, rooms: 'ok', read: 'ok', size: 'ok', squat: 'ok' }

  test('the doctor says ok to a room that a member reads where strangers make none', async () => {
    const { statuses, texts } = await diagnose(server(), await made(server()))

    expect(statuses).toEqual(WELL)
    expect(texts['role-squat']).toContain(name === 'Prosody' ? '(not-allowed)' : '(forbidden)')
  })

  test('the doctor says ok to a room that a visitor with the role reads', async () => {
    const { statuses } = await diagnose(server(), await made(server()), ['--username', 'alice'])

    expect(statuses).toEqual(WELL)
  })

  test('the doctor warns of a service where strangers make rooms, and leaves none there', async () => {
    const { statuses, texts } = await diagnose(server(), await made(server(), {}, OPEN))

    expect(statuses).toEqual({ ...WELL, squat: 'warn' })
    expect(texts['role-squat']).not.toContain('could not be taken away')
  })

  test.each<[string, Partial<RoomSettings>, RegExp]>([
    ['temporary', { isPersistent: false }, /is not persistent/],
    ['open', { isMembersOnly: false }, /is not members-only/],
    ['semi-anonymous', { isAnonymous: true }, /is not non-anonymous/],
    ['of other owners', { affiliations: { ...STAFF, 'mallory@localhost': 'owner' } }, /has other owners/],
  ])('the doctor reports a room that is %s', async (_, settings, says) => {
    const { statuses, texts } = await diagnose(server(), await made(server(), settings))

    expect(statuses['rooms']).toBe('wrong')
    expect(texts['role-rooms']).toMatch(says)
  })

  test('the doctor reports a room that is missing, one that was destroyed, and a service that is missing', async () => {
    const destroyed = await made(server())
    await server().destroyRoom(destroyed)

    expect((await diagnose(server(), `missing@${CLOSED}`)).texts['role-rooms']).toContain('does not exist')
    expect((await diagnose(server(), destroyed)).texts['role-rooms']).toContain('does not exist')
    expect((await diagnose(server(), 'staff@nowhere.localhost')).statuses['service']).toBe('wrong')
  })

  test('the doctor only warns when a visitor without the role may not read', async () => {
    const affiliations: Affiliations = { 'owner@localhost': 'owner' }
    const { statuses, texts } = await diagnose(server(), await made(server(), { affiliations }), [
      '--username',
      'alice',
    ])

    expect(statuses).toMatchObject({ service, read: 'warn', size: 'skipped', squat: 'ok' })
    expect(texts['role-read']).toContain('(forbidden)')
  })
})
