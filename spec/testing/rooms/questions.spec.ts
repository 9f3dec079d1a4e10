import { ServiceAccount } from '../../../lib'
import { Responder } from '../../../lib/testing/responder'
import {
  type Fault,
  type PersonalityName,
  type ResponderOptions,
  type Step,
  startBoshServer,
} from '../../../lib/testing/server'
import { MUC_ADMIN } from '../../../lib/xml/namespaces'
import { textOf } from '../../../lib/xml/read'
import { element } from '../../../lib/xml/write'
import { ChatSession, type Said } from '../users/chat-session'

/*
 * Questions about roles and vCards in one body: how many replies the answers take, and faults of one answer or of all.
 */

const ROOM = 'staff@rooms.localhost'
const SERVERS: readonly PersonalityName[] = ['ejabberd', 'prosody']
const VCARD = "<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard>"
const OPTIONS: ResponderOptions = {
  domain: 'localhost',
  accounts: { alice: 'alice' },
  rooms: { [ROOM]: { owners: ['boss@localhost'], members: ['alice@localhost'] } },
  vcards: { alice: VCARD },
}

const list = (affiliation: string) =>
  `<iq type='get' id='${affiliation}' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='${affiliation}'/></query></iq>`
const INFO = `<iq type='get' id='info' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`
const CARD = "<iq type='get' id='card'><vCard xmlns='vcard-temp'/></iq>"
const OTHER = "<iq type='get' id='other'><query xmlns='jabber:iq:roster'/></iq>"
const ROLES = `${INFO}${list('owner')}${list('member')}`
const BOTH = `${ROLES}${CARD}`

/** Returns each answer as its id and type. */
const answersIn = (said: Said) =>
  typeof said === 'string'
    ? [said]
    : said.children.map(({ attributes }) => `${attributes.get('id')} ${attributes.get('type')}`)

describe.each(SERVERS)('on %s', personality => {
  const open = async (options: Partial<ResponderOptions> = {}) => {
    const kit = new Responder({ ...OPTIONS, personality, ...options })
    return { kit, alice: await ChatSession.open(kit, 'alice@localhost/web', 1) }
  }

  test.each([
    [ROLES, ['info result', 'owner result', 'member result']],
    [
      BOTH,
      personality === 'ejabberd'
        ? ['card result', 'info result', 'owner result', 'member result']
        : ['info result', 'owner result', 'member result', 'card result'],
    ],
    [`${CARD}${OTHER}`, ['card result', 'other result']],
    [CARD, ['card result']],
  ])('the answers come in two replies or in one (%#)', async (questions, answers) => {
    const { alice } = await open()
    const alone = personality === 'ejabberd' ? 1 : answers.length

    expect(answersIn(await alice.say(questions))).toEqual(answers.slice(0, alone))
    expect(answersIn(await alice.say())).toEqual(answers.slice(alone))
  })

  test('the answers come in one reply when there is neither a room nor a vCard', async () => {
    const { alice } = await open({ rooms: {}, vcards: {} })

    expect(answersIn(await alice.say(BOTH))).toHaveLength(4)
  })

  test.each<[questions: string, step: Step]>([
    [ROLES, 'roles'],
    [INFO, 'roles'],
    [list('member'), 'roles'],
    [`${CARD}${ROLES}`, 'roles'],
    [CARD, 'vcard'],
    [`${OTHER}${CARD}`, 'vcard'],
    [OTHER, 'stanza'],
    [INFO.replace(ROOM, 'alice@localhost'), 'stanza'],
    [INFO.replace(ROOM, 'rooms.localhost'), 'stanza'],
    [CARD.replace('get', 'set'), 'stanza'],
  ])('the step of a request is that of its questions (%#)', async (questions, step) => {
    const { kit, alice } = await open()
    await alice.say(questions)

    expect(kit.requests.at(-1)?.step).toBe(step)
  })

  test.each<[what: string, fault: Fault, answers: readonly string[]]>([
    [
      'all roles get an error',
      { on: 'roles', reply: { stanzaError: 'forbidden' } },
      ['info error', 'owner error', 'member error', 'card result'],
    ],
    [
      'the vCard gets an error',
      { on: 'vcard', reply: { stanzaError: 'not-allowed' } },
      ['info result', 'owner result', 'member result', 'card error'],
    ],
    [
      'one answer is left out',
      { on: 'roles', reply: { answer: (answer, question) => (question.includes("'owner'") ? '' : answer) } },
      ['info result', 'member result', 'card result'],
    ],
    [
      'one answer is another',
      { on: 'vcard', reply: { answer: answer => answer.replace("id='card'", "id='x'") } },
      ['info result', 'owner result', 'member result', 'x result'],
    ],
    ['all answers are lost', { on: 'roles', reply: 'empty' }, []],
    ['the session ends', { on: 'vcard', reply: { terminate: 'item-not-found' } }, []],
    ['the request hangs', { on: 'roles', reply: 'hang' }, ['hang']],
    ['the connection is reset', { on: 'vcard', reply: 'reset' }, ['reset']],
  ])('after a fault %s', async (_, fault, answers) => {
    const { kit, alice } = await open()
    kit.fault(fault)

    expect(answersIn(await alice.say(BOTH))).toEqual(answers)
  })

  test('a rewritten reply holds all answers', async () => {
    const { kit, alice } = await open()
    kit.fault({ on: 'roles', reply: { rewrite: body => body.replaceAll("type='result'", "type='error'") } })

    expect(answersIn(await alice.say(BOTH))).toEqual(['info error', 'owner error', 'member error', 'card error'])
  })

  test('an answer that comes late comes with the next reply', async () => {
    const { kit, alice } = await open()
    kit.fault({ on: 'vcard', reply: 'late' })

    expect(answersIn(await alice.say(CARD))).toEqual([])
    expect(answersIn(await alice.say())).toEqual(['card result'])
  })

  test('faults of the roles and of the vCard happen one after the other', async () => {
    const { kit, alice } = await open()
    kit.fault({ on: 'vcard', reply: { stanzaError: 'not-allowed' } })
    kit.fault({ on: 'roles', reply: { stanzaError: 'not-allowed' } })

    expect(answersIn(await alice.say(BOTH)).at(-1)).toBe('card result')
    expect(answersIn(await alice.say(CARD))).toEqual(['card error'])
  })

  test.each([
    ['an HTML page', '<html/>'],
    ['an unfinished element', "<vCard xmlns='vcard-temp'><FN>"],
    ['an entity', "<vCard xmlns='vcard-temp'><FN>&xxe;</FN></vCard>"],
    ['a control character', "<vCard xmlns='vcard-temp'><FN>\u0000</FN></vCard>"],
    ['two elements', "<vCard xmlns='vcard-temp'/><vCard xmlns='vcard-temp'/>"],
    ['a megabyte', `<vCard xmlns='vcard-temp'><FN>${'é'.repeat(500_000)}</FN></vCard>`],
  ])('a vCard that is %s is sent as it is', async (_, xml) => {
    const { kit, alice } = await open()
    kit.vcards.set('ALICE', xml)
    await alice.tell(CARD)

    expect(await alice.text()).toContain(`type='result' id='card'>${xml}</iq>`)
  })

  test('a vCard that is taken away is as one that was never set', async () => {
    const [{ kit, alice }, never] = [await open(), await open({ vcards: {} })]
    kit.vcards.set('alice', undefined)
    await alice.tell(CARD)
    await never.alice.tell(CARD)

    expect(await alice.text()).toBe(await never.alice.text())
  })

  test('a client replaces its vCard', async () => {
    const { alice } = await open()
    await alice.say("<iq type='set' id='set'><vCard xmlns='vcard-temp'><FN>Bob</FN></vCard></iq>")
    const said = await alice.say(CARD)
    const [answer] = typeof said === 'string' ? [] : said.children

    expect(answer && textOf(answer.children[0]?.children[0] ?? answer)).toBe('Bob')
  })

  test('the session of a service account reads a room, also after a fault', async () => {
    const server = await startBoshServer({ ...OPTIONS, personality })
    const login = { service: server.url, domain: 'localhost', username: 'alice', password: 'alice' }
    const account = new ServiceAccount(login)
    await account.ready()
    server.fault({ on: 'roles', reply: 'empty' })
    const payload = element('query', { xmlns: MUC_ADMIN }, element('item', { affiliation: 'member' }))
    const ask = () => account.ask({ type: 'get', to: ROOM, payload }, AbortSignal.timeout(300))

    await expect(ask()).rejects.toThrow()
    const answer = await ask()
    expect(answer.children[0]?.children[0]?.attributes.get('jid')).toBe('alice@localhost')
    expect(server.requests.filter(({ step }) => step === 'poll').length).toBeLessThan(8)
    await account.close()
    await server.close()
  })
})
