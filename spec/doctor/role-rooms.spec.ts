import { check } from '../../lib/doctor/check'
import type { CheckId, Finding } from '../../lib/doctor/finding'
import type { RoleQuestion } from '../../lib/doctor/target'
import type { BoshServer } from '../../lib/testing/server'
import { type SetUp, startSetUp } from './right-set-up'

/* The doctor on the rooms of roles of the kit: rooms without a fault, and rooms with one. */

const ADMINS = 'admins@rooms.localhost'
const STAFF = 'staff@rooms.localhost'
const OWNER = 'owner-9f86d081884c7d659a2feaa0c55ad015@rooms.localhost'
const accounts = { login: 'secret', alice: 'wonderland', bob: 'builder' }
const account = { username: 'login', password: 'secret' }
const stranger = { username: 'bob', password: 'builder' }
const good = { owners: [OWNER], members: ['alice@localhost', 'login@localhost'] }

let server: BoshServer
afterEach(() => server.close())

interface Question {
  readonly setUp?: SetUp
  readonly owners?: readonly string[]
  readonly roles?: Partial<RoleQuestion>
  readonly as?: { readonly account?: typeof account; readonly credentials?: typeof stranger }
}

async function diagnose({ setUp, owners, roles, as = { account } }: Question = {}): Promise<readonly Finding[]> {
  server = await startSetUp({ accounts, rooms: { [ADMINS]: good, [STAFF]: good }, ...setUp })
  const rooms = [ADMINS, STAFF].map(jid => ({ role: jid, jid, address: jid, owners: owners && new Set(owners) }))
  const findings = await check({
    service: server.url,
    domain: 'localhost',
    ...as,
    roles: { rooms, stranger, ...roles },
  })
  return findings.filter(({ id }) => id.startsWith('role-'))
}

const statusesIn = (findings: readonly Finding[]) => Object.fromEntries(findings.map(({ id, status }) => [id, status]))
const textOf = (findings: readonly Finding[], id: CheckId) => {
  const { summary = '', advice = '' } = findings.find(finding => finding.id === id) ?? {}
  return `${summary} ${advice}`
}

const WELL = { 'role-service': 'ok', 'role-rooms': 'ok', 'role-read': 'ok', 'role-size': 'ok', 'role-squat': 'ok' }

test.each(['ejabberd', 'prosody', 'openfire'] as const)(
  'every check of roles says ok on %s when a member reads',
  async personality => {
    const findings = await diagnose({ setUp: { personality }, owners: [OWNER] })

    expect(statusesIn(findings)).toEqual(WELL)
    expect(textOf(findings, 'role-read')).toContain(`login@localhost reads the lists of ${ADMINS}, ${STAFF}`)
    expect(server.sessions).toEqual([])
  },
)

test('every check of roles says ok when a visitor who has the role reads', async () => {
  const credentials = { username: 'alice', password: 'wonderland' }

  expect(statusesIn(await diagnose({ as: { credentials } }))).toEqual(WELL)
})

test.each(['tigase', 'mongooseim', 'metronome'] as const)(
  'the doctor asks for a reader that owns the rooms when members may not read on %s',
  async personality => {
    const findings = await diagnose({ setUp: { personality, answerPause: 0 } })

    expect(statusesIn(findings)).toMatchObject({ 'role-rooms': 'ok', 'role-read': 'wrong', 'role-size': 'skipped' })
    expect(textOf(findings, 'role-read')).toMatch(/RoleReader whose account is an owner/)
  },
)

test('the doctor reports a room that a stranger made again', async () => {
  const rooms = { [ADMINS]: { owners: ['bob@localhost'], members: good.members }, [STAFF]: good }
  const findings = await diagnose({ setUp: { rooms }, owners: [OWNER] })

  expect(statusesIn(findings)).toEqual({ ...WELL, 'role-rooms': 'wrong' })
  expect(textOf(findings, 'role-rooms')).toContain(`${ADMINS} has other owners`)
})

test.each([
  ['no longer persistent', { isPersistent: false }, /not persistent/],
  ['open to all', { isMembersOnly: false }, /not members-only/],
  ['semi-anonymous', { isAnonymous: true }, /not non-anonymous/],
])('the doctor reports a room that is %s', async (_, kind, says) => {
  const findings = await diagnose({ setUp: { rooms: { [ADMINS]: { ...good, ...kind }, [STAFF]: good } } })

  expect(statusesIn(findings)).toMatchObject({ 'role-rooms': 'wrong' })
  expect(textOf(findings, 'role-rooms')).toMatch(says)
})

test('the doctor reports a room that is missing, and a stranger who could make it', async () => {
  const findings = await diagnose({ setUp: { rooms: { [STAFF]: good }, allowsNewRooms: true } })

  expect(statusesIn(findings)).toMatchObject({ 'role-rooms': 'wrong', 'role-squat': 'wrong' })
  expect(textOf(findings, 'role-rooms')).toContain(`${ADMINS} does not exist`)
  expect(textOf(findings, 'role-squat')).toContain('access_create: none')
})

test('the doctor asks for accounts when it has none', async () => {
  const findings = await diagnose({ as: {}, roles: { stranger: undefined } })

  expect(new Set(findings.map(({ status }) => status))).toEqual(new Set(['skipped']))
  expect(textOf(findings, 'role-read')).toContain('--account or --username')
  expect(textOf(findings, 'role-squat')).toContain('--stranger')
})

test('the doctor reports a stranger who cannot log in, and reads the rooms all the same', async () => {
  const findings = await diagnose({ roles: { stranger: { ...stranger, password: 'staple' } } })

  expect(statusesIn(findings)).toEqual({ ...WELL, 'role-squat': 'wrong' })
  expect(JSON.stringify(findings)).not.toContain('staple')
})

test('the doctor skips the checks of rooms when the account that reads cannot log in', async () => {
  const findings = await diagnose({
    as: { account: { ...account, password: 'staple' } },
    roles: { stranger: undefined },
  })

  expect(new Set(findings.map(({ status }) => status))).toEqual(new Set(['skipped']))
})

test('the doctor warns of lists that are half as large as the bound', async () => {
  const members = Array.from({ length: 7_000 }, (_, n) => `a-member-with-a-long-name-${n}@localhost`)
  const findings = await diagnose({
    setUp: { rooms: { [ADMINS]: { ...good, members: ['login@localhost', ...members] }, [STAFF]: good } },
  })

  expect(textOf(findings, 'role-size')).toMatch(/\d+ bytes, \d+ % of the bound/)
  expect(statusesIn(findings)).toMatchObject({ 'role-size': 'warn' })
})
