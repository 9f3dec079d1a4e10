import { Responder } from '../../../lib/testing/responder'
import { PERSONALITY_NAMES, type PersonalityName } from '../../../lib/testing/server'
import { ChatSession } from '../users/chat-session'

/*
 * The lists of a room and its service discovery, asked without entering it, as recorded on the six servers.
 */

const ROOM = 'staff@rooms.localhost'
const AFFILIATED = {
  owners: ['boss@localhost'],
  admins: ['bob@localhost'],
  members: ['alice@localhost'],
  outcasts: ['mallory@localhost'],
}
const NAMES = ['boss', 'bob', 'alice', 'mallory', 'nemo']
const LISTS = ['owner', 'admin', 'member', 'outcast']
const ACCOUNTS = Object.fromEntries(NAMES.map(name => [name, name]))

const listOf = (affiliation: string) =>
  `<iq type='get' id='l' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='${affiliation}'/></query></iq>`
const discoOf = (what: 'info' | 'items', to = ROOM) =>
  `<iq type='get' id='d' to='${to}'><query xmlns='http://jabber.org/protocol/disco#${what}'/></iq>`

async function open(personality: PersonalityName, name: string, rooms: Responder['rooms'] | object) {
  const kit = new Responder({
    domain: 'localhost',
    accounts: ACCOUNTS,
    personality,
    answerPause: 0,
    mechanisms: ['PLAIN'],
    rooms: rooms as Record<string, object>,
  })
  const session = await ChatSession.open(kit, `${name}@localhost/web`, 1)
  // Tigase sends its features with the next answer, and MongooseIM answers nothing before the session of RFC 3921.
  await session.say("<iq type='set' id='s1'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>")
  return { kit, session }
}

/** Asks and returns what the server writes. */
async function answer(session: ChatSession, question: string): Promise<string> {
  await session.tell(question)
  return session.text()
}

/** Returns the lists of the room that a user may read. */
async function readable(personality: PersonalityName, name: string, flags = {}): Promise<readonly string[]> {
  const { session } = await open(personality, name, { [ROOM]: { ...AFFILIATED, ...flags } })
  const lists: string[] = []
  for (const affiliation of LISTS) {
    const text = await answer(session, listOf(affiliation))
    if (!text.includes("type='error'")) lists.push(affiliation)
    else expect(text).toContain('<forbidden ')
  }
  return lists
}

const ALL = LISTS

test.each<[PersonalityName, name: string, lists: readonly string[]]>([
  ['ejabberd', 'boss', ALL],
  ['ejabberd', 'bob', ALL],
  ['ejabberd', 'alice', ALL],
  ['ejabberd', 'nemo', []],
  ['ejabberd', 'mallory', []],
  ['prosody', 'boss', ALL],
  ['prosody', 'bob', ALL],
  ['prosody', 'alice', ALL],
  ['prosody', 'nemo', []],
  ['prosody', 'mallory', []],
  ['openfire', 'boss', ALL],
  ['openfire', 'bob', ALL],
  ['openfire', 'alice', ['owner', 'admin', 'member']],
  ['openfire', 'nemo', ['owner', 'admin']],
  ['tigase', 'boss', ALL],
  ['tigase', 'alice', []],
  ['tigase', 'nemo', []],
  ['mongooseim', 'boss', ALL],
  ['mongooseim', 'bob', ALL],
  ['mongooseim', 'alice', []],
  ['metronome', 'boss', ALL],
  ['metronome', 'bob', ['member']],
  ['metronome', 'alice', []],
])('the room for a role on %s shows %s the lists %p', async (personality, name, lists) => {
  expect(await readable(personality, name)).toEqual(lists)
})

test.each<[PersonalityName, name: string, lists: readonly string[]]>([
  ['ejabberd', 'bob', ALL],
  ['ejabberd', 'alice', []],
  ['prosody', 'bob', ['admin', 'member', 'outcast']],
  ['prosody', 'alice', []],
  ['openfire', 'bob', ['member', 'outcast']],
  ['openfire', 'alice', ['member']],
  ['openfire', 'nemo', []],
])('an anonymous room on %s shows %s the lists %p', async (personality, name, lists) => {
  expect(await readable(personality, name, { isAnonymous: true })).toEqual(lists)
})

test.each<[PersonalityName, items: string]>([
  ['ejabberd', "<item jid='alice@localhost' affiliation='member'/>"],
  ['prosody', "<item affiliation='member' jid='alice@localhost'/>"],
  ['mongooseim', "<item affiliation='member' jid='alice@localhost'><reason/></item>"],
])('a list on %s has the items %s and comes from the room', async (personality, items) => {
  const { session } = await open(personality, 'boss', { [ROOM]: AFFILIATED })
  const text = await answer(session, listOf('member'))

  expect(text).toContain(`<query xmlns='http://jabber.org/protocol/muc#admin'>${items}</query>`)
  expect(text).toContain(`from='${ROOM}' to='boss@localhost/web' type='result' id='l'`)
})

describe.each(PERSONALITY_NAMES)('on %s', personality => {
  test('an empty list is a result with an empty query', async () => {
    const { session } = await open(personality, 'boss', { [ROOM]: { owners: ['boss@localhost'] } })

    expect(await answer(session, listOf('member'))).toContain(
      "<query xmlns='http://jabber.org/protocol/muc#admin'/></iq>",
    )
  })

  test('a question about a room that does not exist gets item-not-found', async () => {
    const { kit, session } = await open(personality, 'boss', { [ROOM]: AFFILIATED })
    kit.rooms.remove(ROOM)

    expect(await answer(session, listOf('member'))).toContain('<item-not-found ')
    expect(await answer(session, discoOf('info'))).toContain('<item-not-found ')
  })

  test('the room tells its settings', async () => {
    const open_ = 'lobby@rooms.localhost'
    const { session } = await open(personality, 'nemo', {
      [ROOM]: AFFILIATED,
      [open_]: { isPersistent: false, isMembersOnly: false, isAnonymous: true },
    })
    const features = async (jid: string) =>
      [...(await answer(session, discoOf('info', jid))).matchAll(/var='(muc_[a-z]+)'/g)].map(([, name]) => name)

    expect(await features(ROOM)).toEqual(
      expect.arrayContaining(['muc_persistent', 'muc_membersonly', 'muc_nonanonymous']),
    )
    expect(await features(open_)).toEqual(expect.arrayContaining(['muc_temporary', 'muc_open', 'muc_semianonymous']))
    expect(await features(open_)).not.toEqual(expect.arrayContaining(['muc_persistent']))
  })

  test('the domain lists its chat service, and the service its open rooms', async () => {
    const { session } = await open(personality, 'nemo', { 'lobby@rooms.localhost': { isMembersOnly: false } })

    expect(await answer(session, discoOf('items', 'localhost'))).toContain("<item jid='rooms.localhost'/>")
    expect(await answer(session, discoOf('items', 'rooms.localhost'))).toContain("<item jid='lobby@rooms.localhost'/>")
    expect(await answer(session, discoOf('info', 'rooms.localhost'))).toContain("category='conference'")
  })

  test('a server without rooms has no chat service', async () => {
    const { session } = await open(personality, 'nemo', {})

    expect(await answer(session, discoOf('items', 'localhost'))).not.toContain('<item ')
    expect(await answer(session, listOf('member'))).toMatch(/<(remote-server-not-found|not-allowed) /)
  })

  test('an owner changes affiliations and a member does not', async () => {
    const set = (item: string) =>
      `<iq type='set' id='c' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#admin'>${item}</query></iq>`
    const item = "<item affiliation='member' jid='nemo@localhost'/>"
    const { kit, session } = await open(personality, 'boss', { [ROOM]: AFFILIATED })
    const alice = await ChatSession.open(kit, 'alice@localhost/web', 1)
    await alice.say("<iq type='set' id='s1'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>")

    expect(await answer(alice, set(item))).toContain('<forbidden ')
    expect(kit.rooms.affiliations(ROOM)).not.toHaveProperty('nemo@localhost')
    expect(await answer(session, set(item))).toContain("type='result'")
    expect(kit.rooms.affiliations(ROOM)).toHaveProperty('nemo@localhost', 'member')
  })
})
