import { Confirmations, type ConfirmView, ServiceAccount } from '../../lib'
import type { ConfirmRecord } from '../../lib/confirm/store'
import { element } from '../../lib/xml/write'
import { authority } from '../fixtures/vectors/certificate'
import { within } from '../fixtures/waits'
import { authenticate, bind, openSession } from './servers/bare-session'
import { online as accountsOnline } from './servers/clients/account'
import { type Person, startPerson } from './servers/clients/person'
import { type HomeServer, KINDS, startHome } from './servers/federation/server'

// A sign-in without a password on the servers under test, with the configurations that operators copy. The people are
// asked by a service account of ejabberd/add-service-account and prosody/add-service-account. Their client is slixmpp.

const PASSWORD = 'correct horse battery'
const SITE = 'app.example'
/** ms in which an answer that counts would have been seen */
const UNANSWERED_MS = 500
/** ms until a decision is seen, at the latest */
const DECIDED_MS = 20_000

describe.each(KINDS)('on %s', kind => {
  let server: HomeServer
  let account: ServiceAccount
  let confirmations: Confirmations
  let alice: Person
  let mallory: Person
  let people: CrowdMember[] = []
  const stopped: string[] = []

  beforeAll(async () => {
    server = await startHome(kind, { domain: 'localhost', authority: authority('authority of the specs') })
    const users = ['alice', 'bob', 'mallory', ...CROWD]
    const [password] = await Promise.all([
      server.addServiceAccount(),
      ...users.map(name => server.addUser(name, PASSWORD)),
    ])
    account = new ServiceAccount({ service: server.url, domain: server.domain, username: 'login', password })
    confirmations = new Confirmations({
      account,
      site: SITE,
      url: `https://${SITE}/login`,
      allow: server.domain,
      asks: { perJid: 100 },
      onStop: jid => void stopped.push(jid),
    })
    ;[alice, mallory] = await Promise.all([online('alice'), online('mallory'), accountsOnline(account)])
  })
  afterAll(async () => {
    await account?.close()
    await confirmations?.close()
    await Promise.all([alice?.stop(), mallory?.stop(), ...people.map(({ client }) => client.close())])
    await server?.stop()
  })
  beforeEach(() => confirmations.allowAsking(jidOf('alice')))

  const jidOf = (name: string) => `${name}@${server.domain}`
  const online = (name: string) =>
    startPerson({ jid: jidOf(name), password: PASSWORD, port: Number(server.clientPort), ca: server.trusted })

  /** Starts a sign-in and waits until the person has the question. */
  async function ask(person: Person, name: string, dialog = false) {
    const skip = person.events.length
    const started = await confirmations.start({ jid: jidOf(name), visitor: { place: 'Firefox on Linux', dialog } })
    const question = await person.until(({ body }) => body?.includes('Answer with the number') ?? false, { skip })
    return { ...started, question, skip: person.events.length }
  }
  /** Returns the next text that the person gets after the first `skip` events. */
  const told = async (person: Person, skip: number) => (await person.told(skip)).body
  const decided = async (id: string): Promise<ConfirmView | undefined> => {
    for (const deadline = performance.now() + DECIDED_MS; ; ) {
      const view = await confirmations.settled(id, 1_000)
      if (view?.state !== 'waiting' || performance.now() > deadline) return view
    }
  }
  /** Returns the state of a request after the time in which an answer would have been seen. */
  const undecided = async (id: string) => (await confirmations.settled(id, UNANSWERED_MS))?.state

  test('a client that confirms the dialog signs its owner in once', async () => {
    const { id, view, question, skip } = await ask(alice, 'alice', true)
    expect(question.confirm).toMatchObject({ id: view.number })
    alice.do({ answer: 'yes' })

    expect(await decided(id)).toMatchObject({ state: 'decided', granted: true, way: 'dialog', jid: 'alice@localhost' })
    expect(await told(alice, skip)).toMatch(/^Confirmed\./)
    const before = alice.events.length
    const record = await confirmations.take(id)
    expect(record).toMatchObject({ state: 'granted', jid: 'alice@localhost' })
    expect(await confirmations.signedIn(record as ConfirmRecord)).toBe(true)
    expect(await told(alice, before)).toContain(`You are signed in to ${SITE}.\nFrom: Firefox on Linux`)
    expect(await confirmations.take(id)).toBeUndefined()
  })

  test('a client that refuses the dialog keeps its owner out', async () => {
    const { id, skip } = await ask(alice, 'alice', true)
    alice.do({ answer: 'no' })

    expect(await decided(id)).toMatchObject({ state: 'decided', granted: false })
    expect(await told(alice, skip)).toMatch(/^Refused:/)
  })

  test('a request goes on waiting when the client does nothing', async () => {
    const { id } = await ask(alice, 'alice', true)

    expect(await undecided(id)).toBe('waiting')
    await confirmations.cancel(id)
  })

  test('a person signs in by answering the number', async () => {
    const { id, view, question, skip } = await ask(alice, 'alice')
    expect(question.confirm).toBeNull()
    expect(question.body).not.toContain(view.number)
    alice.do({ say: `It is ${view.number}.` })

    expect(await decided(id)).toMatchObject({ granted: true, way: 'number', jid: 'alice@localhost' })
    expect(await told(alice, skip)).toMatch(/^Confirmed\./)
  })

  test.each([
    ['a wrong number', ({ number }: ConfirmView) => String(109 - Number(number)), /^Wrong number/],
    ['"no"', () => 'No', /^Refused:/],
  ])('a person who answers %s is not signed in', async (_, answer, reply) => {
    const { id, view, skip } = await ask(alice, 'alice')
    alice.do({ say: answer(view) })

    expect(await decided(id)).toMatchObject({ state: 'decided', granted: false })
    expect(await told(alice, skip)).toMatch(reply)
  })

  test('a person signs in by sending the code and answering the number', async () => {
    const { id, view } = await confirmations.start({ visitor: { place: 'Firefox on Linux' } })
    expect(view).toMatchObject({ asked: 'not-asked', bot: 'login@localhost' })
    const skip = alice.events.length
    alice.do({ say: (view.code ?? '').toLowerCase(), to: view.bot })
    expect(await told(alice, skip)).toMatch(/^You sent a code of app\.example\./)
    expect(await undecided(id)).toBe('waiting')
    alice.do({ say: view.number })

    expect(await decided(id)).toMatchObject({ granted: true, jid: 'alice@localhost' })
  })

  test('a person who answers STOP is asked no more', async () => {
    const { id, skip } = await ask(alice, 'alice')
    alice.do({ say: 'STOP' })

    expect(await decided(id)).toMatchObject({ state: 'decided', granted: false })
    expect(await told(alice, skip)).toMatch(/^Stopped\./)
    expect(stopped).toEqual(['alice@localhost'])
    const before = alice.events.length
    const { id: another, view } = await confirmations.start({ jid: jidOf('alice') })
    expect(view.asked).toBe('limited')
    expect(await undecided(another)).toBe('waiting')
    expect(alice.events.slice(before)).toEqual([])
    await confirmations.cancel(another)
  })

  test('a person who logs in later finds the question and answers it', async () => {
    const { id, view } = await confirmations.start({ jid: jidOf('bob'), visitor: { dialog: true } })
    expect(await undecided(id)).toBe('waiting')
    expect(await confirmations.waiting(id)).toMatchObject({ asked: 'sent' })
    const bob = await online('bob')
    try {
      expect(await bob.told()).toMatchObject({ delayed: true, confirm: { id: view.number } })
      bob.do({ say: view.number })

      expect(await decided(id)).toMatchObject({ granted: true, jid: 'bob@localhost' })
    } finally {
      await bob.stop()
    }
  })

  test('an answer counts from the asked account alone when another one sends the same', async () => {
    const { id, view, question } = await ask(alice, 'alice', true)
    const confirm = /<confirm [^>]*>/.exec(question.xml ?? '')?.[0].replace(/\s*\/?>$/, '/>') ?? ''
    expect(confirm).toContain(view.number)
    const forged = (attributes: string, content: string) =>
      `<message xmlns='jabber:client' to='${view.bot}' type='chat' id='f${++sent}' ${attributes}>${content}</message>`
    let sent = 0
    const contents = [confirm, `<body>${view.number}</body>`, `<thread>${question.thread}</thread>${confirm}`]
    for (const content of contents) mallory.do({ send: forged('', content) })
    expect(await undecided(id)).toBe('waiting')

    // ejabberd ends such a session, and Prosody writes the true address over the false one.
    for (const from of ['alice@localhost', 'alice@localhost/phone', question.to ?? '']) {
      const session = await openSession(server)
      await authenticate(session, 'mallory', PASSWORD)
      expect(await bind(session)).toContain('mallory@localhost/')
      const stanzas = contents.map(content => forged(`from='${from}'`, content)).join('')
      if (kind === 'ejabberd') expect(await session.send(stanzas)).toContain('invalid-from')
      else await session.send(stanzas, "type='terminate'")
    }
    expect(await undecided(id)).toBe('waiting')

    alice.do({ answer: 'yes' })
    expect(await decided(id)).toMatchObject({ granted: true, jid: 'alice@localhost' })
  })

  // This test is the last: it restarts the server.
  test('twenty requests that wait during a restart are granted to their own browsers when people answer again', async () => {
    people = CROWD.map(name => crowdMember(server, name))
    await accountsOnline(...people.map(({ client }) => client))
    // Four people wait at one browser, the others at two or three.
    const started = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const person = people[n < 4 ? n : 4 + (n % 6)]
        if (person === undefined) throw new Error('no person')
        return { person, ...(await confirmations.start({ jid: person.jid })) }
      }),
    )
    expect(new Set(started.map(({ id }) => id)).size).toBe(20)

    const restarting = server.restart()
    // Some people answer while the server is away: their clients send it as soon as they can.
    const early = started.slice(0, 4).map(({ person, view }) => person.say(view.number))
    await within(`the restart of ${kind}`, restarting, { ms: 45_000 })
    await accountsOnline(account, ...people.map(({ client }) => client))
    await within('the receipts of the early answers', Promise.all(early))
    const late = started.slice(4)
    await within(
      'the receipts of the late answers',
      Promise.all(late.map(({ person, view }) => person.say(view.number))),
    )

    for (const request of started) {
      const { id, person, view } = request
      let seen = await confirmations.settled(id, 3_000)
      if (seen?.state === 'waiting') {
        // A server that ends can lose an answer that it has taken. An answer that came before the service account was back
        // is not lost: the person is told to send it again.
        if (late.includes(request)) expect(person.told.join('\n')).toMatch(/came too late/)
        await person.say(view.number)
        seen = await decided(id)
      }
      expect(seen).toMatchObject({ state: 'decided', granted: true, jid: person.jid })
      expect(await confirmations.take(id)).toMatchObject({ id, jid: person.jid })
    }
  }, 180_000)
})

const CROWD = Array.from({ length: 10 }, (_, n) => `person${n}`)

type CrowdMember = ReturnType<typeof crowdMember>

/** A person whose client speaks BOSH and connects again by itself. */
function crowdMember({ url, domain }: HomeServer, name: string) {
  const client = new ServiceAccount({ service: url, domain, username: name, password: PASSWORD })
  const told: string[] = []
  client.onMessage(
    ({ children }) => void told.push(...children.filter(({ name }) => name === 'body').map(({ text }) => text)),
  )
  let sent = 0
  const say = (text: string) =>
    client.send(
      element(
        'message',
        { xmlns: 'jabber:client', to: `login@${domain}`, type: 'chat', id: `${name}-${++sent}` },
        element('body', {}, text),
      ),
    )
  return { jid: `${name}@${domain}`, client, told, say }
}
