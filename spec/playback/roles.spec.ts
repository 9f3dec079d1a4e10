import type { Room } from '../../lib/options/role-options'
import { roomsOf } from '../../lib/options/role-options'
import { questionsOf, rolesIn } from '../../lib/roles/room-questions'
import { RoomReports } from '../../lib/roles/room-reports'
import { type Element, read } from '../../lib/xml/read'
import { SERVERS, type Server } from '../fixtures/dialogues/dialogue'
import { answerTo } from './answers'

/*
 * Answers of rooms, as four servers gave them to questions that the library asks as well. All rooms were recorded as
 * semi-anonymous, which the room of a role must not be. So each row is judged twice: as recorded, and with the flag of a
 * non-anonymous room in place of that one.
 */

interface Row {
  readonly server: Server
  readonly dialogue: string
  /** dialogue with the answer about the room itself, and the localpart of the room there */
  readonly flags?: readonly [dialogue: string, localpart: string]
  readonly room: string
  /** bare JIDs of all accounts that the lists name, and whether they have the role */
  readonly accounts: Readonly<Record<string, boolean>>
}

const OPENFIRE = { server: 'openfire', room: 'staff@conference.openfire.test' } as const
// The flags were recorded of another room of the same service.
const METRONOME = {
  server: 'metronome',
  room: 'ops@conference.localhost',
  flags: ['muc-roles-as-user1', 'staff'],
} as const

const ROWS: readonly Row[] = [
  {
    ...OPENFIRE,
    dialogue: 'muc-affiliation-owner',
    flags: ['muc-affiliation-member', 'staff'],
    accounts: {
      'alice@openfire.test': true,
      'user1@openfire.test': true,
      'bob@openfire.test': true,
      'fullw@openfire.test': false,
    },
  },
  // A member reads the list of members alone.
  {
    ...OPENFIRE,
    dialogue: 'muc-affiliation-member',
    accounts: { 'bob@openfire.test': true, 'alice@openfire.test': false },
  },
  {
    ...OPENFIRE,
    dialogue: 'muc-affiliation-none',
    accounts: { 'svc@openfire.test': false, 'bob@openfire.test': false },
  },
  {
    server: 'tigase',
    room: 'ops@muc.tigase.test',
    dialogue: 'muc-roles-as-owner',
    accounts: { 'user1@tigase.test': true, 'user2@tigase.test': true, 'user3@tigase.test': false },
  },
  {
    server: 'tigase',
    room: 'ops@muc.tigase.test',
    dialogue: 'muc-roles-as-member',
    accounts: { 'user2@tigase.test': false },
  },
  {
    server: 'mongooseim',
    room: 'staff@muc.localhost',
    dialogue: 'muc-roles-as-svc',
    accounts: { 'admin@localhost': true, 'svc@localhost': true, 'user1@localhost': true, 'user2@localhost': false },
  },
  {
    server: 'mongooseim',
    room: 'staff@muc.localhost',
    dialogue: 'muc-roles-as-user1',
    accounts: { 'user1@localhost': false },
  },
  {
    ...METRONOME,
    dialogue: 'muc-roles-one-item-as-svc',
    accounts: { 'user1@localhost': true, 'user2@localhost': false },
  },
  { ...METRONOME, dialogue: 'muc-roles-one-item-as-user1', accounts: { 'user1@localhost': false } },
]

/** Keeps the reasons for which rooms are refused. */
class Heard extends RoomReports {
  readonly reasons: string[] = []

  override refused(_room: Room, reason: Parameters<RoomReports['refused']>[1]): void {
    this.reasons.push(reason)
  }
}

/** Returns the recorded answers to the questions about a room, the one about its flags with replacements. */
function answersOf(
  { server, dialogue, flags: [of, localpart] = [dialogue, ''], room: jid }: Row,
  questions: ReturnType<typeof questionsOf>,
  replacements: Readonly<Record<string, string>>,
): (Element | undefined)[] {
  const [name = ''] = jid.split('@')
  const inPlace = { ...replacements, ...(localpart !== '' && { [`${localpart}@`]: `${name}@` }) }
  return questions.map((question, index) => {
    const isFlags = index === 0
    const to = isFlags && localpart !== '' ? jid.replace(name, localpart) : jid
    const answer = answerTo(server, isFlags ? of : dialogue, { ...question, to })
    if (answer === undefined) return undefined
    const text = isFlags
      ? Object.entries(inPlace).reduce((now, [from, by]) => now.replaceAll(from, by), answer)
      : answer
    return read(Buffer.from(text))
  })
}

/** Returns the accounts with the role, and the reasons for which the room was refused. */
function judged(row: Row, replacements: Readonly<Record<string, string>>) {
  const rooms = roomsOf({ staff: row.room }, 'roles')
  const answers = answersOf(row, questionsOf(rooms), replacements)
  const reports = new Heard()
  const have = (jid: string) => rolesIn(rooms, answers, jid, reports).includes('staff')
  return {
    accounts: Object.fromEntries(Object.keys(row.accounts).map(jid => [jid, have(jid)])),
    reasons: [...new Set(reports.reasons)],
  }
}

const NONE = (row: Row) => Object.fromEntries(Object.keys(row.accounts).map(jid => [jid, false]))

test.each(ROWS)('$server, $dialogue: the semi-anonymous room gives no role, and says so', row => {
  expect(judged(row, {})).toEqual({ accounts: NONE(row), reasons: ['anonymous'] })
})

test.each(ROWS)('$server, $dialogue: a non-anonymous room gives its role as the lists say', row => {
  const shown = judged(row, { muc_semianonymous: 'muc_nonanonymous' })

  expect(shown).toEqual({ accounts: row.accounts, reasons: [] })
})

test('rooms of all four servers were recorded', () => {
  expect(new Set(ROWS.map(({ server }) => server))).toEqual(new Set(SERVERS))
})
