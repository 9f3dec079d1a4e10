import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { authenticate, bind, openSession, type Session } from './servers/bare-session'
import { command } from './servers/command'
import { freePorts } from './servers/free-ports'

// make-room and role of ejabberd/ and prosody/, called as an operator calls them, and what the server then says to accounts.

const password = 'correct horse battery'
const SERVERS = [
  {
    name: 'ejabberd',
    path: '/bosh',
    ports: ['BOSH_PORT', 'C2S_PORT', 'S2S_PORT'],
    values: [`CAPTCHA_CMD=${join(__dirname, 'servers/captcha.sh')}`],
  },
  { name: 'prosody', path: '/http-bind', ports: ['BOSH_PORT', 'S2S_PORT'], values: [] },
] as const

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'role-scripts-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

describe.each(SERVERS)('on $name', ({ name: server, path, ports, values }) => {
  const script = (name: string) => resolve(__dirname, '../..', server, name)
  let dir: string
  let url: string
  const makeRoom = (...words: string[]) => command([script('make-room'), dir, ...words])
  const role = (...words: string[]) => command([script('role'), dir, ...words])
  const lines = async (room: string) => (await role('list', room)).stdout.split('\n')
  const unguessable = async () => `${(await readFile(join(dir, 'room-owner'), 'utf8')).trim()}@rooms.localhost`

  beforeAll(async () => {
    dir = join(place, server)
    const free = await freePorts(ports.length)
    url = `http://127.0.0.1:${free[0]}${path}`
    const settings = [...ports.map((port, n) => `${port}=${free[n]}`), ...values]
    // A test process that dies cannot stop its servers, so they end with it.
    await command([script('start'), '--while', String(process.pid), dir, ...settings])
    for (const name of ['alice', 'bob', 'mallory']) await command([script('add-user'), dir, name], password)
    await command([script('add-service-account'), dir])
  })
  afterAll(() => command([script('stop'), dir]))

  async function sessionOf(username: string): Promise<Session> {
    const session = await openSession({ url })
    await authenticate(session, username, password)
    await bind(session)
    return session
  }

  describe('with the room of a role', () => {
    let said: string
    beforeAll(async () => {
      said = (await makeRoom('admins')).stdout
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

    test('a plain member reads flags and lists without joining, and a stranger does not read the lists', async () => {
      await role('grant', 'admins', 'alice')
      const alice = await sessionOf('alice')
      const mallory = await sessionOf('mallory')

      const info = await asked(alice, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
      for (const feature of ['muc_persistent', 'muc_membersonly', 'muc_nonanonymous', 'muc_hidden']) {
        expect(info).toMatch(new RegExp(`<feature var=['"]${feature}['"]`))
      }
      const owners = await asked(alice, list('owner'))
      expect(owners).toContain(await unguessable())
      expect(owners).not.toContain('alice@localhost')
      expect(await asked(alice, list('member'))).toMatch(/jid=['"]alice@localhost['"]/)
      expect(await asked(mallory, list('member'))).toMatch(/type=['"]error['"].*<forbidden/s)
    })
  })
})

const list = (affiliation: string) =>
  `<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='${affiliation}'/></query>`

let asks = 0

/** Returns the answer of the room to a question, which may come with a later reply. */
async function asked(session: Session, question: string): Promise<string> {
  const id = `ask-${++asks}`
  let replies = await session.send(
    `<iq xmlns='jabber:client' type='get' id='${id}' to='admins@rooms.localhost'>${question}</iq>`,
  )
  while (!replies.includes(id)) replies = await session.send('')
  return replies
}
