import {
  Authenticator,
  type AuthenticatorOptions,
  Registration,
  RoleReader,
  type RoleReaderLike,
  XmppBoshError,
} from '../../lib'
import { ASK_MARGIN_MS, ASK_MS } from '../../lib/limits'
import type { Internals } from '../../lib/sessions/bounded-sessions'
import {
  type Affiliation,
  type BoshServer,
  type FaultReply,
  type PersonalityName,
  type ResponderOptions,
  startBoshServer,
} from '../../lib/testing/server'
import { askingClock } from '../fixtures/asking-clock'
import { ROOM } from '../roles/answers'
import { RoomsAccount } from '../roles/rooms-account'

/* A login that reads the roles of the account, on a server whose rooms are as those of roles have to be. */

const STAFF = 'staff@rooms.localhost'
const ADMINS = 'admins@rooms.localhost'
const ROLES = { staff: STAFF, admins: ADMINS }
const ALICE = { username: 'alice', password: 'alice' }
const VCARD = "<vCard xmlns='vcard-temp'><FN>Alice Liddell</FN></vCard>"
const LOGIN = ['create', 'auth', 'restart', 'bind']
const SERVERS: readonly PersonalityName[] = ['ejabberd', 'prosody']

// Rooms that are refused are told on the console; spec/roles has the specs of that.
beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
})

let server: BoshServer
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.map(each => each.close()))
  opened.length = 0
  await server.close()
})

async function start(personality: PersonalityName = 'prosody', options: Partial<ResponderOptions> = {}): Promise<void> {
  server = await startBoshServer({
    domain: 'localhost',
    accounts: { alice: 'alice' },
    personality,
    rooms: {
      [STAFF]: { owners: ['boss@localhost'], members: ['alice@localhost'] },
      [ADMINS]: { owners: ['boss@localhost'] },
    },
    vcards: { alice: VCARD },
    ...options,
  })
}

function authenticatorFor(options: Partial<AuthenticatorOptions> = {}, internals: Internals = {}): Authenticator {
  const common = { service: server.url, domain: 'localhost', mechanisms: ['PLAIN'], failureDelay: 0 } as const
  const made = new (Authenticator as new (o: AuthenticatorOptions, i: Internals) => Authenticator)(
    { ...common, ...options },
    internals,
  )
  opened.push(made)
  return made
}

const logIn = (options: Partial<AuthenticatorOptions> = {}) => authenticatorFor(options).authenticate(ALICE)
const steps = () => server.requests.map(({ step }) => step).filter(step => step !== 'terminate')
const questionsIn = (body: string | undefined) => body?.match(/<iq [^>]*type='get'/g)?.length
const asked = () => server.requests.filter(({ step }) => step === 'roles').map(({ body }) => body)
async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 100_000) throw new Error('the condition was never met')
    await new Promise(resolve => setImmediate(resolve))
  }
}

describe.each(SERVERS)('on %s', personality => {
  test.each<[Affiliation, readonly string[]]>([
    ['owner', ['staff']],
    ['admin', ['staff']],
    ['member', ['staff']],
    ['outcast', []],
    ['none', []],
  ])('an account that is %s of the room has the roles %j', async (affiliation, roles) => {
    await start(personality)
    server.rooms.grant(STAFF, 'alice@localhost', affiliation)

    expect(await logIn({ roles: ROLES })).toEqual({
      jid: 'alice@localhost',
      username: 'alice',
      domain: 'localhost',
      mechanism: 'PLAIN',
      roles,
    })
  })

  test.each([
    ['nothing', {}, []],
    ['roles', { roles: ROLES }, personality === 'prosody' ? ['roles'] : ['roles', 'poll']],
    ['the profile', { profile: 'vcard' }, ['vcard']],
    [
      'roles and profile',
      { roles: ROLES, profile: 'vcard' },
      personality === 'prosody' ? ['roles'] : ['roles', 'poll'],
    ],
  ] as const)('a login that reads %s takes no more requests than it must', async (_, options, more) => {
    await start(personality)
    await logIn(options)

    expect(steps()).toEqual([...LOGIN, ...more])
    await Promise.all(opened.map(each => each.close()))
    expect(server.connections).toBe(1)
    expect(server.sessions).toEqual([])
  })

  test('the roles stand in the order of the option, and a room of two roles is asked once', async () => {
    await start(personality)
    server.rooms.grant(ADMINS, 'alice@localhost', 'admin')

    const roles = { b: ADMINS, c: STAFF, a: ADMINS, none: 'no@rooms.localhost' }
    expect((await logIn({ roles })).roles).toEqual(['b', 'c', 'a'])
    expect(questionsIn(asked()[0])).toBe(3 * 4)
  })

  test('every account is asked the same, whatever its roles are', async () => {
    await start(personality)
    for (const affiliation of ['member', 'none', 'outcast'] as const) {
      server.rooms.grant(STAFF, 'alice@localhost', affiliation)
      await logIn({ roles: ROLES, profile: 'vcard' })
    }
    const bodies = asked().map(body => body.replace(/ (?:rid|sid|id)='[^']*'/g, ''))
    expect(bodies).toHaveLength(3)
    expect(new Set(bodies).size).toBe(1)
  })

  test('a room that must have other owners gives no role', async () => {
    await start(personality)
    const roles = {
      staff: { room: STAFF, owners: ['other@localhost'] },
      crew: { room: STAFF, owners: ['boss@localhost'] },
    }
    expect((await logIn({ roles })).roles).toEqual(['crew'])
  })

  test('a login reads the roles as they are now', async () => {
    await start(personality)
    const authenticator = authenticatorFor({ roles: ROLES })
    expect((await authenticator.authenticate(ALICE)).roles).toEqual(['staff'])
    server.rooms.grant(STAFF, 'alice@localhost', 'none')
    expect((await authenticator.authenticate(ALICE)).roles).toEqual([])
    server.rooms.remove(STAFF)
    expect((await authenticator.authenticate(ALICE)).roles).toEqual([])
  })
})

test('a server that demands it is asked for the session before it is asked for the roles', async () => {
  await start('mongooseim')
  server.rooms.grant(STAFF, 'alice@localhost', 'owner')
  expect((await logIn({ roles: ROLES })).roles).toEqual(['staff'])
  expect(steps().slice(0, 6)).toEqual([...LOGIN, 'stanza', 'roles'])
})

describe('when the server demands the session, and', () => {
  test.each<[string, FaultReply]>([
    ['refuses it', { stanzaError: 'forbidden' }],
    ['ends it', { terminate: 'internal-server-error' }],
    ['resets the connection', 'reset'],
    ['sends a page', 'not-xml'],
    ['does not answer', 'hang'],
  ])('%s, the login succeeds within its bound without roles and vCard', async (_, reply) => {
    await start('mongooseim')
    server.rooms.grant(STAFF, 'alice@localhost', 'owner')
    server.fault({ on: 'stanza', reply, times: 2 })
    const { account, wasDone } = await logInPast(ASK_MS, { roles: ROLES, profile: 'vcard' }, 'stanza')
    expect(account).toMatchObject({ jid: 'alice@localhost', roles: [] })
    expect(account).not.toHaveProperty('vcard')
    expect(wasDone).toBe(reply !== 'hang')
  })

  test('refuses it, an account is refused for want of the required role', async () => {
    await start('mongooseim')
    server.rooms.grant(STAFF, 'alice@localhost', 'owner')
    server.fault({ on: 'stanza', reply: { stanzaError: 'forbidden' } })
    await expect(logIn({ roles: ROLES, requireRole: 'staff' })).rejects.toMatchObject({ code: 'role-required' })
  })

  test('only a reader is asked for roles, the login does not ask for it', async () => {
    await start('mongooseim')
    expect(await logIn({ roles: { of: async () => ['staff'] } })).toMatchObject({ roles: ['staff'] })
    expect(steps()).toEqual(LOGIN)
  })
})

test('the vCard is asked for last, in the same body', async () => {
  await start()
  const { roles, vcard } = await logIn({ roles: ROLES, profile: 'vcard' })
  expect({ roles, vcard }).toEqual({
    roles: ['staff'],
    vcard: { displayName: 'Alice Liddell', emails: [], photos: [] },
  })
  expect(asked()).toEqual([expect.stringMatching(/<iq [^>]*><vCard xmlns='vcard-temp'\/><\/iq><\/body>$/)])
})

const FAULTS: readonly [string, FaultReply][] = [
  ['resets the connection', 'reset'],
  ['ends the session', 'terminate'],
  ['ends the session for a reason', { terminate: 'internal-server-error' }],
  ['ends the stream', { streamError: 'internal-server-error' }],
  ['bans the address', { streamError: 'policy-violation' }],
  ['answers with an error', { stanzaError: 'service-unavailable' }],
  ['answers forbidden', { stanzaError: 'forbidden' }],
  ['reports a failed request', 'error'],
  ['sends a page', 'not-xml'],
  ['sends nothing', { body: '' }],
  ['sends the status 503', { status: 503 }],
  ['sends the status 404', { status: 404 }],
  ['cuts the reply off', { cut: 300 }],
  ['sends too much', 'too-large'],
  ['compresses the reply', 'gzip'],
  ['leaves the lists out', { answer: (answer, question) => (question.includes('muc#admin') ? '' : answer) }],
  ['leaves the features out', { answer: (answer, question) => (question.includes('disco#info') ? '' : answer) }],
  [
    'answers in the name of another room',
    { answer: answer => answer.replace(/from='[^']*'/, "from='x@rooms.evil.example'") },
  ],
  ['answers twice', { answer: answer => answer + answer }],
]

/** Logs in on a clock that is moved past the deadline of the questions, the first of which is `step`. */
async function logInPast(ms: number, options: Partial<AuthenticatorOptions>, step: 'roles' | 'stanza' = 'roles') {
  const clock = askingClock()
  let isDone = false
  const login = authenticatorFor(options, { clock })
    .authenticate(ALICE)
    .finally(() => {
      isDone = true
    })
  login.catch(() => {})
  await until(() => isDone || steps().includes(step))
  for (let turns = 0; !isDone && turns < 200; turns++) await new Promise(resolve => setTimeout(resolve, 1))
  const wasDone = isDone
  clock.advance(ms)
  return { account: await login, wasDone, took: clock.now() }
}

describe('when the server', () => {
  test.each(FAULTS)('%s in place of the roles, the login succeeds without roles', async (_, reply) => {
    await start()
    server.fault({ on: 'roles', reply, times: 2 })
    const { account } = await logInPast(ASK_MS, { roles: ROLES })
    expect(account).toMatchObject({ jid: 'alice@localhost', roles: [] })
  })

  test.each(FAULTS)('%s in place of the roles, an account without the required role is refused', async (_, reply) => {
    await start()
    server.fault({ on: 'roles', reply, times: 2 })
    await expect(logInPast(ASK_MS, { roles: ROLES, requireRole: 'staff' })).rejects.toMatchObject({
      code: 'role-required',
      status: 403,
    })
  })

  test('does not answer, the login succeeds after 2 s', async () => {
    await start()
    server.fault({ on: 'roles', reply: 'hang' })
    const { account, wasDone } = await logInPast(ASK_MS, { roles: ROLES, profile: 'vcard' })
    expect(wasDone).toBe(false)
    expect(account).toMatchObject({ roles: [] })
    expect(account).not.toHaveProperty('vcard')
  })

  test('does not answer, the login succeeds before its own deadline', async () => {
    await start()
    server.fault({ on: 'roles', reply: 'hang' })
    const timeout = 1_500
    const { account, wasDone } = await logInPast(timeout - ASK_MARGIN_MS, { roles: ROLES, timeout })
    expect(wasDone).toBe(false)
    expect(account).toMatchObject({ roles: [] })
  })

  test('has left no time for questions, none is asked', async () => {
    await start()
    const clock = askingClock()
    const timeout = 1_500
    const slow = (body: string) => {
      clock.advance(timeout - ASK_MARGIN_MS)
      return body
    }
    server.fault({ on: 'bind', reply: { rewrite: slow } })
    const account = await authenticatorFor({ roles: ROLES, timeout }, { clock }).authenticate(ALICE)
    expect(account).toMatchObject({ roles: [] })
    expect(steps()).toEqual(LOGIN)
  })

  test('answers for one room alone, its role counts', async () => {
    await start()
    server.rooms.grant(ADMINS, 'alice@localhost', 'admin')
    server.fault({ on: 'roles', reply: { answer: (answer, question) => (question.includes(ADMINS) ? '' : answer) } })
    const { account, wasDone } = await logInPast(ASK_MS, { roles: ROLES, profile: 'vcard' })
    expect({ wasDone, roles: account.roles, name: account.vcard?.displayName }).toEqual({
      wasDone: false,
      roles: ['staff'],
      name: 'Alice Liddell',
    })
  })

  test('sends too much beside the vCard, the roles are asked for once more, alone', async () => {
    await start()
    server.vcards.set('alice', `<vCard xmlns='vcard-temp'><FN>${'x'.repeat(2_000_000)}</FN></vCard>`)
    const account = await logIn({ roles: ROLES, profile: 'vcard' })
    expect(account).toMatchObject({ roles: ['staff'] })
    expect(account).not.toHaveProperty('vcard')
    expect(asked().map(questionsIn)).toEqual([9, 8])
    expect(asked()[1]).not.toContain('vcard-temp')
  })

  test('has a room of more members than a reply holds, no role is read', async () => {
    await start()
    server.rooms.grant(ADMINS, 'alice@localhost', 'admin')
    const many = Array.from(
      { length: 20_000 },
      (_, n) => `<item jid='member-of-the-staff-${n}@localhost' affiliation='member'/>`,
    )
    const huge = (answer: string) => answer.replace(/<\/query>/, `${many.join('')}</query>`)
    server.fault({
      on: 'roles',
      reply: { answer: (answer, question) => (/to='staff@.*'member'/.test(question) ? huge(answer) : answer) },
    })
    expect((await logIn({ roles: ROLES })).roles).toEqual([])
  })
})

describe('with a large room', () => {
  test('a member of 10,000 is found', async () => {
    await start()
    for (let n = 0; n < 10_000; n++) server.rooms.grant(STAFF, `member-${n}@localhost`, 'member')
    const account = await logIn({ roles: ROLES, profile: 'vcard' })
    expect(account).toMatchObject({ roles: ['staff'], vcard: { displayName: 'Alice Liddell' } })
    expect(asked()).toHaveLength(1)
  })
})

describe('the required role', () => {
  test('lets an account in that has it', async () => {
    await start()
    expect(await logIn({ roles: ROLES, requireRole: 'staff' })).toMatchObject({ roles: ['staff'] })
  })

  test('refuses an account that has another one, and ends its session', async () => {
    await start()
    const login = logIn({ roles: ROLES, requireRole: 'admins' })
    await expect(login).rejects.toMatchObject({
      name: 'XmppBoshError',
      code: 'role-required',
      status: 403,
      message: expect.stringContaining('`requireRole`'),
    })
    await Promise.all(opened.map(each => each.close()))
    expect(server.requests.at(-1)?.step).toBe('terminate')
    expect(server.sessions).toEqual([])
  })

  test('does not change the refusal of a wrong password', async () => {
    await start()
    const login = authenticatorFor({ roles: ROLES, requireRole: 'admins' }).authenticate({ ...ALICE, password: 'x' })
    await expect(login).rejects.toMatchObject({ code: 'invalid-credentials', status: 401 })
    expect(asked()).toEqual([])
  })

  test('is refused at the level of other refusals', async () => {
    await start()
    const clock = askingClock()
    let refusedAt: number | undefined
    const login = authenticatorFor({ roles: ROLES, requireRole: 'admins', failureDelay: 300 }, { clock })
      .authenticate(ALICE)
      .catch((reason: unknown) => {
        refusedAt = clock.now()
        return reason
      })
    await until(() => server.requests.some(({ step }) => step === 'terminate'))
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(refusedAt).toBeUndefined()
    clock.advance(299)
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(refusedAt).toBeUndefined()
    clock.advance(100)
    expect(XmppBoshError.is(await login)).toBe(true)
  })
})

describe('with a reader', () => {
  const readerOf = (of: RoleReaderLike['of']) => ({ of: jest.fn(of) })

  test('a login asks the reader for the roles as they are now, and the server for nothing more', async () => {
    await start()
    const roles = readerOf(async () => ['staff'])
    expect(await logIn({ roles })).toMatchObject({ roles: ['staff'] })
    expect(roles.of.mock.calls).toEqual([['alice@localhost', { maxAge: 0 }]])
    expect(steps()).toEqual(LOGIN)
  })

  test('a login asks the server for the vCard meanwhile', async () => {
    await start()
    const roles = readerOf(async () => {
      await until(() => steps().includes('vcard'))
      return ['staff']
    })
    expect(await logIn({ roles, profile: 'vcard' })).toMatchObject({
      roles: ['staff'],
      vcard: { displayName: 'Alice Liddell' },
    })
    expect(steps()).toEqual([...LOGIN, 'vcard'])
  })

  test('the required role is that of the reader', async () => {
    await start()
    const roles = readerOf(async () => ['staff'])
    expect(await logIn({ roles, requireRole: 'staff' })).toMatchObject({ roles: ['staff'] })
    await expect(logIn({ roles, requireRole: 'other' })).rejects.toMatchObject({ code: 'role-required' })
  })

  test.each<[string, (jid: string) => unknown]>([
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['resolves to nothing', async () => undefined],
    ['resolves to a text', async () => 'staff'],
    ['resolves to an object', async () => ({ 0: 'staff', length: 1 })],
    ['returns no promise', () => null],
  ])('the login succeeds without roles when it %s', async (_, of) => {
    await start()
    const roles = { of } as unknown as RoleReaderLike
    expect(await logIn({ roles })).toMatchObject({ roles: [] })
    await expect(logIn({ roles, requireRole: 'staff' })).rejects.toMatchObject({ code: 'role-required' })
  })

  test('the login leaves out what is no role', async () => {
    await start()
    expect(await logIn({ roles: { of: async () => ['staff', 1, null, {}] as string[] } })).toMatchObject({
      roles: ['staff'],
    })
  })

  test('the login has the roles of the rooms that answer when another room does not', async () => {
    await start()
    const clock = askingClock()
    const account = new RoomsAccount({ info: undefined })
    account.rooms.set(STAFF, { member: ['alice@localhost'] })
    const roles = new RoleReader({ account, rooms: { admins: ROOM, staff: STAFF } }, { clock })
    const login = authenticatorFor({ roles, requireRole: 'staff' }, { clock }).authenticate(ALICE)
    await until(() => account.reads.includes(STAFF))
    await new Promise(resolve => setImmediate(resolve))
    clock.advance(ASK_MS - ASK_MARGIN_MS)
    expect(await login).toMatchObject({ roles: ['staff'] })
  })

  test('the login succeeds after 2 s when it does not answer', async () => {
    await start()
    const clock = askingClock()
    const roles = readerOf(() => new Promise(() => {}))
    const login = authenticatorFor({ roles }, { clock }).authenticate(ALICE)
    await until(() => roles.of.mock.calls.length > 0)
    clock.advance(ASK_MS)
    expect(await login).toMatchObject({ roles: [] })
  })
})

test('a visitor that leaves ends the login while it is asking', async () => {
  await start()
  server.fault({ on: 'roles', reply: 'hang' })
  const visitor = new AbortController()
  const login = authenticatorFor({ roles: ROLES }).authenticate(ALICE, { signal: visitor.signal })
  await until(() => asked().length > 0)
  visitor.abort()
  await expect(login).rejects.toMatchObject({ code: 'ERR_XMPP_ABORTED' })
})

test('a password is changed and an account removed without a question about roles', async () => {
  await start('prosody', { registration: 'open' })
  const registration = new Registration({ service: server.url, domain: 'localhost', mechanisms: ['PLAIN'] })
  opened.push(registration)
  await registration.changePassword(ALICE, 'correct horse')
  await registration.remove({ username: 'alice', password: 'correct horse' })
  expect(steps()).not.toContain('roles')
  expect(steps()).not.toContain('vcard')
})
