import type { BoshSession } from '../../lib/bosh/session'
import { type Reading, readFinding, sizeFinding } from '../../lib/doctor/roles/lists'
import { type RoomAnswers, roomsFinding } from '../../lib/doctor/roles/rooms'
import { serviceFinding } from '../../lib/doctor/roles/services'
import { squatFinding, tryToMakeRoom } from '../../lib/doctor/roles/squat'
import type { Software } from '../../lib/doctor/software'
import { XmppBoshError } from '../../lib/errors/error'
import { type Domain, prepareConfiguredDomain } from '../../lib/jid'
import { ASK_MS, MAX_ROLE_BYTES } from '../../lib/limits'
import { LightSignal } from '../../lib/time/light-signal'
import { CLIENT } from '../../lib/xml/namespaces'
import { type Element, read } from '../../lib/xml/read'
import { type Node, write } from '../../lib/xml/write'

/* The checks of rooms that stand for roles, each with answers that have one fault. */

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas'
const ROOM = 'admins@rooms.localhost'
const MUC = 'http://jabber.org/protocol/muc'
const GOOD = ['muc_persistent', 'muc_membersonly', 'muc_nonanonymous', 'muc_hidden']

const stanza = (xml: string): Element => read(Buffer.from(xml.replace(/^<(\w+)/, `<$1 xmlns='${CLIENT}'`)))
const result = (query: string) => stanza(`<iq type='result' from='${ROOM}'>${query}</iq>`)
const errorOf = (condition: string) =>
  `<error type='cancel'><${condition} xmlns='${STANZAS}'/><text xmlns='${STANZAS}'>hunter2</text></error>`
const refusal = (condition: string) => stanza(`<iq type='error' from='${ROOM}'>${errorOf(condition)}</iq>`)
const info = (...features: readonly string[]) =>
  result(
    `<query xmlns='http://jabber.org/protocol/disco#info'>${features.map(name => `<feature var='${name}'/>`).join('')}</query>`,
  )
const items = (...jids: readonly string[]) =>
  result(
    `<query xmlns='http://jabber.org/protocol/disco#items'>${jids.map(jid => `<item jid='${jid}'/>`).join('')}</query>`,
  )
const list = (affiliation: string, ...jids: readonly string[]) =>
  result(
    `<query xmlns='${MUC}#admin'>${jids.map(jid => `<item affiliation='${affiliation}' jid='${jid}'/>`).join('')}</query>`,
  )

function domain(name: string): Domain {
  const prepared = prepareConfiguredDomain(name)
  if (prepared === undefined) throw new Error(name)
  return prepared
}

/** A room of a role without a fault, and the differences from it. */
const room = (differences: Partial<RoomAnswers> = {}, owners?: readonly string[]): RoomAnswers => ({
  room: { role: 'admins', jid: ROOM, address: ROOM, owners: owners && new Set(owners) },
  info: info(...GOOD),
  owner: list('owner', 'boss@localhost'),
  admin: list('admin'),
  member: list('member', 'alice@localhost', 'login@localhost'),
  ...differences,
})

describe('role-service', () => {
  const own = domain('localhost')
  const service = (listed: Element | undefined, about: Element | undefined, software: Software = 'ejabberd') =>
    serviceFinding({ items: listed, infos: [[domain('rooms.localhost'), about]] }, own, software)

  test('the check says ok when the service has rooms and the server lists it', () => {
    expect(service(items('proxy.localhost', 'ROOMS.localhost'), info(MUC))).toMatchObject({ status: 'ok' })
  })

  test.each([
    ['does not exist', refusal('item-not-found'), 'item-not-found'],
    ['does not answer', undefined, 'no answer'],
    ['is something else', info('jabber:iq:search'), 'not a service of rooms'],
  ])('the check names the module of the server when the service %s', (_, about, says) => {
    expect(service(items(), about)).toMatchObject({
      status: 'wrong',
      summary: expect.stringContaining(says),
      advice: expect.stringContaining('mod_muc'),
    })
  })

  test.each([
    ['lists other services', items('rooms.evil.example')],
    ['refuses to list them', refusal('service-unavailable')],
    ['does not answer', undefined],
  ])('the check warns of the operator of the service when the server %s', (_, listed) => {
    expect(service(listed, info(MUC))).toMatchObject({
      status: 'warn',
      summary: expect.stringContaining('rooms.localhost is'),
      advice: expect.stringContaining('the operator of the service has every role'),
    })
  })
})

describe('role-rooms', () => {
  const rooms = (about: RoomAnswers, software: Software = 'ejabberd') => roomsFinding([room(), about], software)

  test('the check says ok when all rooms are as a role demands', () => {
    expect(rooms(room())).toMatchObject({ status: 'ok', summary: expect.not.stringContaining('owners') })
    expect(roomsFinding([room({}, ['boss@localhost'])], 'Prosody')).toMatchObject({
      status: 'ok',
      summary: expect.stringContaining('owners'),
    })
  })

  test.each([
    ['ejabberd', 'item-not-found', 'ejabberd/make-room'],
    ['Prosody', 'item-not-found', 'prosody/make-room'],
    ['Prosody', 'gone', 'prosody/make-room'],
  ] as const)('the check says how to make a room on %s when the answer is %s', (software, condition, script) => {
    expect(rooms(room({ info: refusal(condition) }), software)).toMatchObject({
      status: 'wrong',
      summary: `${ROOM} does not exist`,
      advice: expect.stringContaining(script),
    })
  })

  test.each([
    ['temporary', ['muc_membersonly', 'muc_nonanonymous', 'muc_temporary'], 'not persistent', 'persistentroom'],
    ['open', ['muc_persistent', 'muc_nonanonymous', 'muc_open'], 'not members-only', 'membersonly'],
    ['semi-anonymous', ['muc_persistent', 'muc_membersonly', 'muc_semianonymous'], 'not non-anonymous', 'whois'],
    ['both of two kinds', [...GOOD, 'muc_open'], 'not members-only', 'membersonly'],
  ])('the check names the field of the configuration when a room is %s', (_, features, says, field) => {
    expect(rooms(room({ info: info(...features) }))).toMatchObject({
      status: 'wrong',
      summary: `${ROOM} is ${says}`,
      advice: expect.stringContaining(field),
    })
  })

  test('the check names all faults of one room', () => {
    expect(rooms(room({ info: info() })).summary).toBe(`${ROOM} is not persistent, not members-only, not non-anonymous`)
  })

  test.each([
    ['another one', list('owner', 'mallory@localhost')],
    ['one more', list('owner', 'boss@localhost', 'mallory@localhost')],
    ['none', list('owner')],
  ])('the check tells of a room that was made again, and names no owner, when it has %s', (_, owner) => {
    const finding = rooms(room({ owner }, ['boss@localhost']))

    expect(finding).toMatchObject({ status: 'wrong', advice: expect.stringContaining('made the room again') })
    expect(JSON.stringify(finding)).not.toMatch(/mallory|boss/)
  })

  test('the check warns when the owners are known and cannot be read', () => {
    expect(rooms(room({ owner: refusal('forbidden') }, ['boss@localhost']))).toMatchObject({ status: 'warn' })
  })

  test('the check reports a room that does not answer, and one that refuses to', () => {
    expect(rooms(room({ info: undefined }))).toMatchObject({ status: 'wrong' })
    expect(rooms(room({ info: refusal('forbidden') })).summary).toContain('(forbidden)')
  })
})

const FORBIDDEN = { owner: refusal('forbidden'), admin: refusal('forbidden'), member: refusal('forbidden') }
const reading = (about: RoomAnswers, more: Partial<Reading> = {}): Reading => ({
  answers: [about],
  reader: 'login@localhost',
  isService: true,
  ms: 12,
  bytes: 2_000,
  isTooLarge: false,
  ...more,
})

describe('role-read', () => {
  test('the check says ok and names the time when all lists are read', () => {
    expect(readFinding(reading(room()), 'ejabberd')).toMatchObject({
      status: 'ok',
      summary: `login@localhost reads the lists of ${ROOM} in 12 ms`,
    })
  })

  test('the check leaves out a room that does not exist: it lacks no rights', () => {
    const missing = room({
      room: { ...room().room, jid: 'missing@rooms.localhost' },
      info: refusal('item-not-found'),
      owner: refusal('item-not-found'),
      admin: refusal('item-not-found'),
      member: refusal('item-not-found'),
    })

    expect(readFinding(reading(missing), 'ejabberd')).toMatchObject({
      status: 'skipped',
      summary: expect.stringContaining('role-rooms'),
    })
    const both = { ...reading(room()), answers: [missing, room()] }
    expect(readFinding(both, 'ejabberd')).toMatchObject({
      status: 'ok',
      summary: `login@localhost reads the lists of ${ROOM} in 12 ms`,
    })
  })

  test.each<[software: Software, advice: RegExp]>([
    ['ejabberd', /a member of the room \(ejabberd: `ejabberd\/role grant`/],
    ['Prosody', /a member of the room \(Prosody: `prosody\/role grant`/],
    ['Openfire', /a member of the room\./],
    ['Tigase', /^Tigase does not let members read\. .*RoleReader whose account is an owner/],
    ['MongooseIM', /^MongooseIM does not let members read\. .*RoleReader/],
    ['Metronome', /^Metronome does not let members read\. .*RoleReader/],
    [undefined, /a member of the room\. On Tigase, MongooseIM and Metronome/],
  ])('the check says who may read on %s when the account of a reader may not', (software, advice) => {
    expect(readFinding(reading(room(FORBIDDEN)), software)).toMatchObject({
      status: 'wrong',
      summary: `login@localhost cannot read any list of ${ROOM} (forbidden)`,
      advice: expect.stringMatching(advice),
    })
  })

  test('the check only warns when a visitor may not read, who may have no role', () => {
    const finding = readFinding(reading(room(FORBIDDEN), { isService: false }), 'ejabberd')

    expect(finding.status).toBe('warn')
  })

  test('the check names the list that is missing when Openfire shows the members to members alone', () => {
    expect(readFinding(reading(room({ member: refusal('forbidden') })), 'Openfire')).toMatchObject({
      status: 'warn',
      summary: `login@localhost cannot read the members of ${ROOM} (forbidden)`,
      advice: expect.stringContaining('a member of the room'),
    })
  })

  test('the check tells when a list is not complete, which the app takes for none', () => {
    const member = list('admin', 'alice@localhost')
    const silent = room({ owner: undefined, admin: undefined, member: undefined })

    expect(readFinding(reading(silent), 'Prosody')).toMatchObject({
      status: 'wrong',
      summary: expect.stringContaining('(unanswered)'),
      advice: expect.stringContaining('no complete list'),
    })
    expect(readFinding(reading(room({ member })), 'Prosody').summary).toContain('cannot read the members of')
    expect(readFinding(reading(room({ member })), 'Prosody').summary).toContain('(malformed)')
  })

  test('the check warns when the lists come later than a login waits', () => {
    expect(readFinding(reading(room(), { ms: ASK_MS + 1 }), 'Prosody')).toMatchObject({ status: 'warn' })
  })

  test('the check is skipped when the answers are too large', () => {
    expect(readFinding(reading(room(FORBIDDEN), { isTooLarge: true }), 'Prosody').status).toBe('skipped')
  })
})

describe('role-size', () => {
  test.each([
    ['ok', MAX_ROLE_BYTES / 2 - 1],
    ['warn', MAX_ROLE_BYTES / 2],
  ])('the check says %s for %i bytes', (status, bytes) => {
    expect(sizeFinding(reading(room(), { bytes }))).toMatchObject({ status, summary: expect.stringContaining('%') })
  })

  test('the check says wrong when a reply was too large', () => {
    expect(sizeFinding(reading(room(), { isTooLarge: true }))).toMatchObject({ status: 'wrong' })
  })

  test('the check is skipped when no list was read', () => {
    expect(sizeFinding(reading(room(FORBIDDEN))).status).toBe('skipped')
  })
})

describe('role-squat', () => {
  /** Plays a stranger, to whom the server replies by the name of the stanza. */
  async function squat(replies: (sent: string, jid: string) => string) {
    const sent: string[] = []
    const ask: BoshSession['ask'] = async ([node], select) => {
      const xml = write(node as Node)
      sent.push(xml)
      const [, jid = '', id = ''] = / to='([^'/]+)/.exec(xml) ?? []
      const came = replies(xml, jid).replace('ID', / id='([^']+)/.exec(xml)?.[1] ?? id)
      const answer =
        came === '' ? undefined : select([...came.matchAll(/<(\w+) .*?<\/\1>/g)].map(([one]) => stanza(one)))
      if (answer === undefined) throw new XmppBoshError('ERR_XMPP_PROTOCOL', 'the server sent no answer')
      return answer
    }
    const service = domain('rooms.localhost')
    const attempt = await tryToMakeRoom({ ask } as BoshSession, service, new LightSignal())
    return { attempt, sent, finding: squatFinding([attempt], false, 'ejabberd') }
  }
  const entered = (jid: string) =>
    `<presence from='${jid}'><c/></presence><presence from='${jid}/check'><x xmlns='${MUC}#user'/></presence>`
  const answered = (jid: string, rest = '') =>
    `<iq type='${rest ? 'error' : 'result'}' id='ID' from='${jid}'>${rest}</iq>`

  test('the check says ok and asks no more when the server refuses the room', async () => {
    const { finding, sent } = await squat(
      (_, jid) => `<presence type='error' from='${jid}/check'>${errorOf('not-allowed')}</presence>`,
    )

    expect(finding).toMatchObject({ status: 'ok', summary: expect.stringContaining('(not-allowed)') })
    expect(sent).toHaveLength(1)
    expect(JSON.stringify(finding)).not.toContain('hunter2')
  })

  test('the check takes the room away again and names the setting when the server lets a stranger make it', async () => {
    const { finding, sent } = await squat((xml, jid) => (xml.startsWith('<presence') ? entered(jid) : answered(jid)))

    expect(finding).toMatchObject({ status: 'wrong', advice: expect.stringContaining('access_create: none') })
    expect(finding.advice).not.toContain('could not be taken away')
    expect(sent[0]).toMatch(/ to='check-[0-9a-f]{32}@rooms\.localhost\/check'/)
    expect(sent[1]).toMatch(/muc#owner'><destroy\/><\/query>/)
  })

  test('the check names the room when it cannot be taken away', async () => {
    const { finding } = await squat((xml, jid) =>
      xml.startsWith('<presence') ? entered(jid) : answered(jid, errorOf('forbidden')),
    )

    expect(finding.advice).toMatch(/check-[0-9a-f]{32}@rooms\.localhost could not be taken away/)
  })

  test('the check warns when the server does not answer, or another room does', async () => {
    const silent = await squat(() => '')
    const foreign = await squat(() => entered('other@rooms.localhost'))

    expect([silent.finding.status, foreign.finding.status]).toEqual(['warn', 'warn'])
  })

  test('the check only warns when the owners are known, which a room of a stranger lacks', async () => {
    const { attempt } = await squat((xml, jid) => (xml.startsWith('<presence') ? entered(jid) : answered(jid)))

    expect(squatFinding([attempt], true, 'Prosody')).toMatchObject({
      status: 'warn',
      advice: expect.stringContaining('restrict_room_creation = true'),
    })
  })
})
