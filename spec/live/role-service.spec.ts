import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { authenticate, bind, openSession, removeAccount, type Session, untilSaid } from './servers/bare-session'
import { type ScriptedServer, scripted } from './servers/scripted'

// The rooms of roles after a restart of the server, with the shipped configuration and with a worse one.

const password = 'correct horse battery'
const SERVERS = [
  {
    name: 'ejabberd',
    shipped: 'ejabberd/ejabberd.yml',
    restricted: 'access_create: none',
    open: 'access_create: all',
    cure: 'set access_create of mod_muc to none',
    service: /^ {2}mod_muc:\n(?: {4}.*\n)+ {2}mod_muc_admin:.*\n/m,
    missing: 'its configuration has no mod_muc',
  },
  {
    name: 'prosody',
    shipped: 'prosody/prosody.cfg.lua',
    restricted: 'restrict_room_creation = true',
    open: 'restrict_room_creation = false',
    cure: 'set restrict_room_creation to true',
    service: /^Component.*\nrestrict_room_creation.*\n/m,
    missing: 'its configuration has no component rooms.localhost',
  },
] as const

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'role-service-'))
})
afterAll(() => rm(place, { recursive: true, force: true }))

describe.each(SERVERS)('on $name', ({ name, shipped, restricted, open, cure, service, missing }) => {
  let server: ScriptedServer
  let members: string
  beforeAll(async () => {
    server = await scripted(name, join(place, name))
    await server.start()
    await server.call('add-user', ['alice'], password)
    await server.call('make-room', ['admins'])
    await server.call('role', ['grant', 'admins', 'alice'])
    members = (await server.call('role', ['list', 'admins'])).stdout
    await server.call('stop')
  })
  afterEach(() => server.call('stop'))

  /** Starts the server with another text in place of a part of its configuration. */
  async function startWith(part: string | RegExp, other: string): Promise<void> {
    const text = await readFile(resolve(__dirname, '../..', shipped), 'utf8')
    const changed = text.replace(part, other)
    expect(changed).not.toBe(text)
    const file = join(place, basename(shipped))
    await writeFile(file, changed)
    await server.start(file)
  }

  test('a room and its members are there again when the server starts again', async () => {
    await server.start()

    expect(members).toContain('member alice@localhost')
    expect((await server.call('role', ['list', 'admins'])).stdout).toBe(members)
  })

  test('an account keeps a vCard, and reads it', async () => {
    await server.start()
    const session = await sessionOf(server)
    await untilSaid(session, vCard('set', 'v1', '<FN>Alice</FN>'), 'v1')

    expect(await untilSaid(session, vCard('get', 'v2'), 'v2')).toMatch(/type=['"]result['"].*<FN>Alice<\/FN>/s)
  })

  test('make-room refuses a service where accounts can make rooms', async () => {
    await startWith(restricted, open)

    await expect(server.call('make-room', ['staff'])).rejects.toThrow(
      `Not done: accounts can make rooms at rooms.localhost, and own them: ${cure}.`,
    )
  })

  test('make-room and role name what a configuration without rooms lacks', async () => {
    await startWith(service, '')

    await expect(server.call('make-room', ['admins'])).rejects.toThrow(`Not done: ${missing}.`)
    await expect(server.call('role', ['list', 'admins'])).rejects.toThrow(`Not done: ${missing}.`)
  })
})

test('Prosody refuses a sign-up with the name of an account that was removed, once the registration is open', async () => {
  const server = await scripted('prosody', join(place, 'prosody-open'))
  const text = await readFile(resolve(__dirname, '../../prosody/prosody.cfg.lua'), 'utf8')
  const file = join(place, 'open.cfg.lua')
  await writeFile(file, text.replace('allow_registration = false', 'allow_registration = true'))
  await server.start(file)
  try {
    await server.call('add-user', ['alice'], password)
    await server.call('make-room', ['admins'])
    await server.call('role', ['grant', 'admins', 'alice'])
    await removeAccount(await sessionOf(server))

    expect(await signUp(server, 'alice')).toContain('<not-acceptable')
    expect(await signUp(server, 'bob')).toMatch(/type=['"]result['"]/)
  } finally {
    await server.call('stop')
  }
})

async function sessionOf(server: ScriptedServer): Promise<Session> {
  const session = await openSession(server)
  await authenticate(session, 'alice', password)
  await bind(session)
  return session
}

async function signUp(server: ScriptedServer, username: string): Promise<string> {
  const query = `<username>${username}</username><password>${password}</password>`
  const iq = `<iq xmlns='jabber:client' type='set' id='s'><query xmlns='jabber:iq:register'>${query}</query></iq>`
  return (await openSession(server)).send(iq)
}

const vCard = (type: string, id: string, content = '') =>
  `<iq xmlns='jabber:client' type='${type}' id='${id}'><vCard xmlns='vcard-temp'>${content}</vCard></iq>`
