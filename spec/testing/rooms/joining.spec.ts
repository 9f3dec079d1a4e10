import { createClient } from 'stanza'
import { Responder } from '../../../lib/testing/responder'
import { type BoshServer, type PersonalityName, type RoomOptions, startBoshServer } from '../../../lib/testing/server'
import { ChatSession } from '../users/chat-session'

/*
 * Clients that enter rooms of the test kit get the answers of real servers and never wait in vain (XEP-0045 §7).
 */

const ROOM = 'staff@rooms.localhost'
const NEW = 'squat@rooms.localhost'
const NAMES = ['boss', 'alice', 'mallory', 'nemo']
const ACCOUNTS = Object.fromEntries(NAMES.map(name => [name, name]))
const STAFF: RoomOptions = { owners: ['boss@localhost'], members: ['alice@localhost'], outcasts: ['mallory@localhost'] }
const MUC = "<x xmlns='http://jabber.org/protocol/muc'/>"
const SERVERS: readonly PersonalityName[] = ['ejabberd', 'prosody']

const join = (to: string) => `<presence to='${to}'>${MUC}</presence>`
const leave = (to: string) => `<presence to='${to}' type='unavailable'/>`
const owner = (content: string, type = 'set', to = NEW) =>
  `<iq type='${type}' id='o' to='${to}'><query xmlns='http://jabber.org/protocol/muc#owner'>${content}</query></iq>`

describe.each(SERVERS)('on %s', personality => {
  const start = (options: { rooms?: Record<string, RoomOptions>; allowsNewRooms?: boolean } = {}) =>
    new Responder({ domain: 'localhost', accounts: ACCOUNTS, personality, rooms: { [ROOM]: STAFF }, ...options })
  const open = (kit: Responder, name: string) => ChatSession.open(kit, `${name}@localhost/web`, 1)
  const answer = async (session: ChatSession, stanza: string) => {
    await session.tell(stanza)
    return session.text()
  }

  test('a member who enters gets its own presence and the subject', async () => {
    const text = await answer(await open(start(), 'alice'), join(`${ROOM}/al`))

    expect(text).toContain(`from='${ROOM}/al'`)
    expect(text).toContain("<item affiliation='member' role='participant' jid='alice@localhost/web'/>")
    expect(text).toContain("<status code='110'/>")
    expect(text).toContain("<status code='100'/>")
    expect(text).not.toContain("<status code='201'/>")
    expect(text).toContain('<subject/>')
  })

  test.each([
    ['nemo', ROOM, 'registration-required'],
    ['mallory', ROOM, 'forbidden'],
    ['nemo', NEW, personality === 'ejabberd' ? 'forbidden' : 'not-allowed'],
  ])('a join of %s to %s gets the error %s', async (name, room, condition) => {
    const kit = start()
    const text = await answer(await open(kit, name), join(`${room}/me`))

    expect(text).toContain(`<presence xmlns='jabber:client' from='${room}/me' to='${name}@localhost/web' type='error'>`)
    expect(text).toContain(`<${condition} `)
    expect(kit.rooms.find(NEW)).toBeUndefined()
  })

  test('a nickname that is taken is a conflict, and a join without one is malformed', async () => {
    const kit = start()
    await answer(await open(kit, 'boss'), join(`${ROOM}/me`))
    const alice = await open(kit, 'alice')

    expect(await answer(alice, join(`${ROOM}/me`))).toContain('<conflict ')
    expect(await answer(alice, join(ROOM))).toContain('<jid-malformed ')
  })

  test('occupants see who enters, speaks and leaves', async () => {
    const kit = start()
    const [boss, alice] = [await open(kit, 'boss'), await open(kit, 'alice')]
    await answer(boss, join(`${ROOM}/b`))
    expect(await answer(alice, join(`${ROOM}/a`))).toContain(`from='${ROOM}/b'`)
    expect(await boss.text()).toContain(`from='${ROOM}/a'`)

    const said = await answer(alice, `<message to='${ROOM}' type='groupchat' id='m'><body>Hello</body></message>`)
    expect(said).toContain('<body>Hello</body>')
    expect(await boss.text()).toContain('<body>Hello</body>')

    expect(await answer(alice, leave(`${ROOM}/a`))).toContain("type='unavailable'")
    expect(await boss.text()).toContain("role='none'")
    expect(await answer(alice, `<message to='${ROOM}' type='groupchat' id='m'><body>Hello</body></message>`)).toContain(
      '<not-acceptable ',
    )
  })

  test('an anonymous room hides the JIDs of others from a member', async () => {
    const kit = start({ rooms: { [ROOM]: { ...STAFF, isAnonymous: true } } })
    const [boss, alice] = [await open(kit, 'boss'), await open(kit, 'alice')]
    await answer(boss, join(`${ROOM}/b`))

    expect(await answer(alice, join(`${ROOM}/a`))).not.toContain('boss@localhost')
    expect(await boss.text()).toContain('alice@localhost/web')
  })

  test('a stranger makes a room by entering it where new rooms are allowed', async () => {
    const kit = start({ allowsNewRooms: true })
    const nemo = await open(kit, 'nemo')

    expect(await answer(nemo, join(`${NEW}/me`))).toMatch(/<status code='201'\/><status code='110'\/>/)
    expect(kit.rooms.affiliations(NEW)).toEqual({ 'nemo@localhost': 'owner' })
    expect(await answer(nemo, owner('', 'get'))).toContain("type='form'")

    expect(await answer(nemo, owner("<destroy reason='test'/>"))).toContain("type='result' id='o'")
    expect(kit.rooms.find(NEW)).toBeUndefined()
  })

  test('a room that was destroyed is gone where the server keeps a tombstone', async () => {
    const kit = start({ allowsNewRooms: true })
    const nemo = await open(kit, 'nemo')
    await answer(nemo, join(`${NEW}/me`))
    await answer(nemo, owner('<destroy/>'))
    const again = await answer(nemo, join(`${NEW}/me`))
    const isGone = personality === 'prosody'

    expect(again.includes('<gone ')).toBe(isGone)
    expect(again.includes("<status code='201'/>")).toBe(!isGone)
    kit.rooms.add(NEW, { members: ['nemo@localhost'] })
    expect(await answer(nemo, join(`${NEW}/you`))).toContain("affiliation='member'")
  })

  test('a stranger makes a room that looks like the one of a role, with the owners of that one', async () => {
    const kit = start({ allowsNewRooms: true })
    const nemo = await open(kit, 'nemo')
    await answer(nemo, join(`${NEW}/me`))
    for (const [user, affiliation] of [
      ['boss', 'owner'],
      ['nemo', 'none'],
    ]) {
      await answer(
        nemo,
        `<iq type='set' id='c' to='${NEW}'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='${affiliation}' jid='${user}@localhost'/></query></iq>`,
      )
    }

    expect(kit.rooms.affiliations(NEW)).toEqual({ 'boss@localhost': 'owner' })
  })

  test('several changes in one request are done, or the first alone', async () => {
    const kit = start()
    const boss = await open(kit, 'boss')
    const items = ['bob', 'carol'].map(name => `<item affiliation='member' jid='${name}@localhost'/>`).join('')
    await answer(
      boss,
      `<iq type='set' id='c' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#admin'>${items}</query></iq>`,
    )

    expect(kit.rooms.affiliations(ROOM)).toHaveProperty('bob@localhost')
    expect('carol@localhost' in kit.rooms.affiliations(ROOM)).toBe(personality === 'ejabberd')
  })

  test.each<[way: string, (session: ChatSession) => Promise<unknown>]>([
    ['leaves it', session => session.tell(leave(`${NEW}/me`))],
    ['is gone', session => session.tell("<presence type='unavailable'/>")],
    ['ends its session', session => session.terminate()],
  ])('a temporary room ends when its last occupant %s', async (_, end) => {
    const kit = start({ allowsNewRooms: true })
    const nemo = await open(kit, 'nemo')
    await answer(nemo, join(`${NEW}/me`))
    await end(nemo)

    expect(kit.rooms.find(NEW)).toBeUndefined()
    expect(kit.rooms.find(ROOM)).toBeDefined()
  })

  test('an owner makes a new room fit for a role, and it stays', async () => {
    const kit = start({ allowsNewRooms: true })
    const nemo = await open(kit, 'nemo')
    await answer(nemo, join(`${NEW}/me`))
    const fields = { persistentroom: '1', membersonly: 'true', whois: 'anyone' }
    const submitted = Object.entries(fields)
      .map(([name, value]) => `<field var='muc#roomconfig_${name}'><value>${value}</value></field>`)
      .join('')
    await answer(nemo, owner(`<x xmlns='jabber:x:data' type='submit'>${submitted}</x>`))
    await nemo.terminate()

    expect(kit.rooms.find(NEW)?.flags).toEqual({ isPersistent: true, isMembersOnly: true, isAnonymous: false })
  })

  test('a stranger neither configures nor destroys a room', async () => {
    const kit = start()
    const alice = await open(kit, 'alice')

    expect(await answer(alice, owner('', 'get', ROOM))).toContain('<forbidden ')
    expect(await answer(alice, owner('<destroy/>', 'set', ROOM))).toContain('<forbidden ')
    expect(kit.rooms.find(ROOM)).toBeDefined()
  })
})

describe('for the client stanza', () => {
  let server: BoshServer
  afterEach(() => server.close())

  test.each([
    ['ejabberd', 'alice', 'entered'],
    ['prosody', 'alice', 'entered'],
    ['ejabberd', 'nemo', 'registration-required'],
    ['prosody', 'nemo', 'registration-required'],
  ] as const)('a join on %s as %s is %s', async (personality, name, outcome) => {
    server = await startBoshServer({ domain: 'localhost', accounts: ACCOUNTS, personality, rooms: { [ROOM]: STAFF } })
    const transports = { bosh: server.url, websocket: false }
    const client = createClient({ jid: `${name}@localhost`, password: name, autoReconnect: false, transports })
    const joined = new Promise<string>(resolve => {
      client.on('session:started', () => {
        client.joinRoom(ROOM, name).then(
          () => resolve('entered'),
          (presence: { error?: { condition?: string } }) => resolve(presence.error?.condition ?? ''),
        )
      })
    })
    const disconnected = new Promise(resolve => client.on('disconnected', resolve))
    client.connect()

    expect(await joined).toBe(outcome)
    client.disconnect()
    await disconnected
  })
})
