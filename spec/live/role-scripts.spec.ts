import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authenticate, bind, openSession, removeAccount, type Session, untilSaid } from './servers/bare-session'
import type { Printed } from './servers/command'
import { type ScriptedServer, scripted } from './servers/scripted'

// make-room and role of ejabberd/ and prosody/, called as an operator calls them, and what the server then says to accounts.

const password = 'correct horse battery'
/** ejabberd takes a deleted account out of the lists itself. */
const SERVERS = [
  { name: 'ejabberd', keeps: false },
  { name: 'prosody', keeps: true },
] as const

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'role-scripts-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

describe.each(SERVERS)('on $name', ({ name, keeps }) => {
  let server: ScriptedServer
  let dir: string
  const makeRoom = (...words: string[]) => server.call('make-room', words)
  const role = (...words: string[]) => server.call('role', words)
  const lines = async (room: string) => (await role('list', room)).stdout.split('\n')
  const unguessable = async () => `${(await readFile(join(dir, 'room-owner'), 'utf8')).trim()}@rooms.localhost`

  beforeAll(async () => {
    dir = join(place, name)
    server = await scripted(name, dir)
    await server.start()
    for (const account of ['alice', 'bob', 'mallory']) await server.call('add-user', [account], password)
    // At the same moment: both have to find one password, that of the account.
    await Promise.all([server.call('add-service-account'), server.call('add-service-account')])
  })
  afterAll(() => server.call('stop'))

  async function sessionOf(username: string): Promise<Session> {
    const session = await openSession(server)
    await authenticate(session, username, password)
    await bind(session)
    return session
  }

  describe('with the room of a role', () => {
    let said: string
    let others: Printed[]
    beforeAll(async () => {
      const [first, ...rest] = await Promise.all([makeRoom('admins'), makeRoom('admins'), makeRoom('admins')])
      said = first.stdout
      others = rest
    })

    test('make-rooms that run for the first time, at the same moment, agree on the owner', () => {
      for (const { stdout, stderr } of others) expect({ stdout, stderr }).toEqual({ stdout: said, stderr: '' })
    })

    test('make-room prints the variables of the app, with an owner whose name cannot be guessed', async () => {
      expect(said).toMatch(
        /^XMPP_ROLES=admins=admins@rooms\.localhost\nXMPP_ROLE_OWNERS=owner-[0-9a-f]{32}@rooms\.localhost$/,
      )
      expect(said).toContain(await unguessable())
      expect((await stat(join(dir, 'room-owner'))).mode & 0o777).toBe(0o600)
    })

    test('the service account is a plain member of the room', async () => {
      expect(await lines('admins')).toEqual([`owner ${await unguessable()}`, 'member login@localhost'])
    })

    test('a second make-room changes nothing', async () => {
      const before = await lines('admins')

      expect((await makeRoom('admins')).stdout).toBe(said)
      expect(await lines('admins')).toEqual(before)
    })

    test('role grants, lists and revokes a role', async () => {
      expect(
        (await role('grant', 'admins', 'Alice', 'bob@localhost', 'eve@elsewhere.example')).stdout.split('\n'),
      ).toEqual([
        'alice@localhost is a member of admins@rooms.localhost',
        'bob@localhost is a member of admins@rooms.localhost',
        'eve@elsewhere.example is a member of admins@rooms.localhost',
      ])
      expect(await lines('admins')).toEqual([
        `owner ${await unguessable()}`,
        'member alice@localhost',
        'member bob@localhost',
        'member eve@elsewhere.example',
        'member login@localhost',
      ])

      expect((await role('revoke', 'admins', 'bob', 'eve@elsewhere.example')).stdout.split('\n')).toEqual([
        'bob@localhost has no role in admins@rooms.localhost any more',
        'eve@elsewhere.example has no role in admins@rooms.localhost any more',
      ])
      expect(await lines('admins')).not.toContainEqual(expect.stringMatching(/bob|eve/))
    })

    test('revoke takes the role of an account in both spellings of its domain', async () => {
      const both = ['zoë@münchen.example', 'zoë@xn--mnchen-3ya.example']
      await role('grant', 'admins', ...both, 'zoë@munchen.example')

      await role('revoke', 'admins', 'zoë@xn--mnchen-3ya.example')

      expect((await lines('admins')).filter(line => line.includes('zoë'))).toEqual(['member zoë@munchen.example'])
      await role('revoke', 'admins', 'zoë@munchen.example')
    })

    test('a plain member reads flags and lists without joining, and a stranger does not read the lists', async () => {
      await role('grant', 'admins', 'alice')
      const alice = await sessionOf('alice')
      const mallory = await sessionOf('mallory')

      const flags = await asked(alice, info)
      for (const feature of ['muc_persistent', 'muc_membersonly', 'muc_nonanonymous', 'muc_hidden']) {
        expect(flags).toMatch(new RegExp(`<feature var=['"]${feature}['"]`))
      }
      const owners = await asked(alice, list('owner'))
      expect(owners).toContain(await unguessable())
      expect(owners.match(/<item /g)).toHaveLength(1)
      expect(await asked(alice, list('member'))).toMatch(/jid=['"]alice@localhost['"]/)
      expect(await asked(mallory, list('member'))).toMatch(/<forbidden/)
    })

    test('make-room repairs what an owner changed, and takes the room from owners that are not named', async () => {
      await makeRoom('admins', 'bob')
      const bob = await sessionOf('bob')
      expect(await asked(bob, opened, 'set')).toMatch(/type=['"]result['"]/)
      expect(await asked(bob, affiliation('mallory', 'owner'), 'set')).toMatch(/type=['"]result['"]/)
      expect(await asked(bob, info)).toMatch(/muc_open.*muc_semianonymous|muc_semianonymous.*muc_open/s)

      const { stdout, stderr } = await makeRoom('admins', 'bob')

      expect(stdout).toBe(
        `XMPP_ROLES=admins=admins@rooms.localhost\nXMPP_ROLE_OWNERS=bob@localhost,${await unguessable()}`,
      )
      expect(stderr).toBe('mallory@localhost does not own admins@rooms.localhost any more.')
      expect(await lines('admins')).not.toContainEqual(expect.stringContaining('mallory'))
      expect(await asked(bob, info)).toMatch(/muc_membersonly.*muc_nonanonymous|muc_nonanonymous.*muc_membersonly/s)
    })

    test('make-room makes a room again that its owner destroyed, without its members', async () => {
      await makeRoom('admins', 'bob')
      await role('grant', 'admins', 'alice')
      const destroy = "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>"
      expect(await asked(await sessionOf('bob'), destroy, 'set')).toMatch(/type=['"]result['"]/)
      await expect(role('list', 'admins')).rejects.toThrow('there is no room admins@rooms.localhost: make-room admins')

      expect((await makeRoom('admins')).stdout).toBe(said)
      expect(await lines('admins')).toEqual([`owner ${await unguessable()}`, 'member login@localhost'])
    })

    test(`an account that is deleted ${keeps ? 'stays a member, and role list says so' : 'has no role any more'}`, async () => {
      await server.call('add-user', ['carol'], password)
      await role('grant', 'admins', 'carol')
      await removeAccount(await sessionOf('carol'))

      const { stdout, stderr } = await role('list', 'admins')

      expect(stdout.includes('carol@localhost')).toBe(keeps)
      expect(stderr).toBe(
        keeps ? 'carol@localhost has no account: whoever gets that name has the role. Revoke it.' : '',
      )
    })

    test('an account that add-user makes has no role of a deleted account of its name', async () => {
      await server.call('add-user', ['dave'], password)
      await role('grant', 'admins', 'dave')
      await removeAccount(await sessionOf('dave'))

      const { stderr } = await server.call('add-user', ['dave'], password)

      expect(stderr).toBe(
        keeps ? 'A deleted account dave@localhost was member of admins@rooms.localhost. The new one is not.' : '',
      )
      expect(await lines('admins')).not.toContainEqual(expect.stringContaining('dave'))
    })

    test('make-room prints the rooms of all roles, and names those with other owners', async () => {
      const { stdout, stderr } = await makeRoom('staff', 'alice')

      expect(stdout).toMatch(/^XMPP_ROLES=admins=admins@rooms\.localhost,staff=staff@rooms\.localhost$/m)
      expect(stderr).toBe(
        'admins@rooms.localhost has other owners, and the app takes one list for all rooms: make-room admins with the same owners.',
      )
    })

    test('a stranger cannot make a room by joining it', async () => {
      const mallory = await sessionOf('mallory')
      const join =
        "<presence xmlns='jabber:client' id='join' to='squat@rooms.localhost/m'><x xmlns='http://jabber.org/protocol/muc'/></presence>"

      expect(await untilSaid(mallory, join, 'squat@rooms.localhost')).toMatch(
        /type=['"]error['"].*<(not-allowed|forbidden)/s,
      )
      await expect(role('list', 'squat')).rejects.toThrow('there is no room squat@rooms.localhost: make-room squat')
    })

    test.each([
      [['grant', 'admins', 'missing'], 'there is no account missing@localhost.'],
      [['grant', 'admins', 'alice', 'a b'], 'that is not the address of an account: a b.'],
      [['grant', 'admins', 'alice@localhost/phone'], 'that is not the address of an account: alice@localhost/phone.'],
      [['grant', 'admins', '"quoted\\'], 'that is not the address of an account: "quoted\\.'],
      [['grant', 'admins', '@localhost'], 'that is not the address of an account: @localhost.'],
      [['revoke', 'admins', 'mallory'], 'mallory@localhost has no role in admins@rooms.localhost.'],
      [['grant', 'none', 'alice'], 'there is no room none@rooms.localhost: make-room none.'],
    ])('role %j is refused: %s', async (words, reason) => {
      await expect(role(...words)).rejects.toThrow(`Not done: ${reason}`)
    })

    test('role does not take a room from its owner', async () => {
      const owner = await unguessable()

      await expect(role('revoke', 'admins', owner)).rejects.toThrow(
        `Not done: ${owner} owns admins@rooms.localhost: make-room without it takes that away.`,
      )
      expect(await lines('admins')).toContain(`owner ${owner}`)
    })

    test.each(['Admins', 'a b', '-admins', 'admins-', 'ädmins', 'a@rooms.localhost', 'a'.repeat(65)])(
      'make-room and role refuse the name %j',
      async name => {
        const reason = /^a room is called by its role: |^usage: /

        await expect(makeRoom(name)).rejects.toThrow(reason)
        await expect(role('list', name)).rejects.toThrow(reason)
      },
    )

    test('make-room refuses an owner that has no account', async () => {
      await expect(makeRoom('admins', 'missing')).rejects.toThrow('Not done: there is no account missing@localhost.')
    })

    test.each([[[]], [['nonsense', 'admins']], [['grant', 'admins']], [['list', 'admins', 'alice']]])(
      'role refuses the arguments %j with its usage',
      async words => {
        await expect(role(...words)).rejects.toThrow(/^usage: /)
      },
    )
  })
})

test.each(SERVERS)('$name has one spelling for the accounts of its own domain', async ({ name }) => {
  const server = await scripted(name, join(place, `${name}-letters`), ['DOMAIN=münchen.example'])
  await server.start()
  try {
    await server.call('add-user', ['zoë'], password)
    await server.call('make-room', ['admins'])

    expect((await server.call('role', ['grant', 'admins', 'ZOË@xn--mnchen-3ya.example'])).stdout).toBe(
      'zoë@münchen.example is a member of admins@rooms.münchen.example',
    )
    await expect(server.call('role', ['grant', 'admins', 'missing@xn--mnchen-3ya.example'])).rejects.toThrow(
      'Not done: there is no account missing@münchen.example.',
    )
  } finally {
    await server.call('stop')
  }
})

const info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
const affiliation = (user: string, word: string) =>
  `<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='${word}' jid='${user}@localhost'/></query>`
const field = (name: string, value: string) => `<field var='muc#roomconfig_${name}'><value>${value}</value></field>`
/** The configuration of a room that everybody may join. */
const opened = `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>
  <field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>
  ${field('persistentroom', '1')}${field('membersonly', '0')}${field('whois', 'moderators')}</x></query>`

const list = (affiliation: string) =>
  `<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='${affiliation}'/></query>`

let asks = 0

/** Returns the answer of the room `admins`. */
function asked(session: Session, question: string, type = 'get'): Promise<string> {
  const id = `ask-${++asks}`
  const iq = `<iq xmlns='jabber:client' type='${type}' id='${id}' to='admins@rooms.localhost'>${question}</iq>`
  return untilSaid(session, iq, id)
}
