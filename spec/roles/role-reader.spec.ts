import { XmppBoshError } from '../../lib/errors/error'
import { MAX_ASKED } from '../../lib/limits'
import type { RoleAccount } from '../../lib/roles/role-account'
import { RoleReader, type RoleReaderOptions } from '../../lib/roles/role-reader'
import { handClock } from '../fixtures/clock'
import { errorOf, ROOM, type Said } from './answers'
import { RoomsAccount } from './rooms-account'

const ALICE = 'alice@localhost'
const STAFF = 'staff@rooms.localhost'
const ALICE_IS_ADMIN: Said = { member: [ALICE] }

/** Returns a reader of one room, whose clock a spec moves. */
function start(given: Said | Error = ALICE_IS_ADMIN, options: Partial<RoleReaderOptions<'admins'>> = {}) {
  const clock = handClock()
  const account = new RoomsAccount(given)
  const reader = new RoleReader({ account, rooms: { admins: ROOM }, ...options }, { clock })
  return { clock, account, reader, says: (now: Said | Error) => account.rooms.set(ROOM, now) }
}

const unavailable = expect.objectContaining({ name: 'XmppBoshError', code: 'ERR_XMPP_UNAVAILABLE' })
const settled = () => new Promise<void>(resolve => setImmediate(resolve))
const LOST = new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'the session of the service account ended before the answer')

beforeEach(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => {
  jest.restoreAllMocks()
})

describe('a reader', () => {
  it('tells the roles of an account', async () => {
    const { reader } = start()
    expect(await reader.of(ALICE)).toEqual(['admins'])
    expect(await reader.has(ALICE, 'admins')).toBe(true)
    expect(await reader.of('bob@localhost')).toEqual([])
    expect(await reader.has('bob@localhost', 'admins')).toBe(false)
  })

  it('tells the roles in the order of its rooms, and asks a room of two roles once', async () => {
    const account = new RoomsAccount({ admin: [ALICE] })
    account.rooms.set(STAFF, { owner: [ALICE] })
    const reader = new RoleReader({ account, rooms: { staff: STAFF, admins: ROOM, chiefs: ROOM } })
    expect(reader.roles).toEqual(['staff', 'admins', 'chiefs'])
    expect(await reader.of(ALICE)).toEqual(['staff', 'admins', 'chiefs'])
    expect(account.reads).toEqual([STAFF, ROOM])
  })

  it.each(['Alice@LOCALHOST', 'ａlice@localhost'])('takes %s for alice', async spelling => {
    expect(await start().reader.of(spelling)).toEqual(['admins'])
  })

  it('compares an account of another domain as a whole', async () => {
    const { reader } = start({ member: ['alice@münchen.example'] })
    expect(await reader.of('alice@xn--mnchen-3ya.example')).toEqual(['admins'])
    expect(await reader.of(ALICE)).toEqual([])
  })

  it.each([
    'alıce@localhost',
    'аlice@localhost',
    'alice@localhost/phone',
    'localhost',
    '@localhost',
    'alice',
    '',
    'alice@localhost ',
    undefined,
    null,
    5,
    [ALICE],
    { jid: ALICE },
  ])('gives %j no role', async jid => {
    const { reader } = start({ member: [ALICE, 'localhost'] })
    expect(await reader.of(jid as string)).toEqual([])
    expect(await reader.has(jid as string, 'admins')).toBe(false)
  })

  it('gives its own account no role: it is in the rooms to read them', async () => {
    const { account, reader } = start({ member: ['login@localhost'] })
    expect(await reader.of('login@localhost')).toEqual([])
    expect(await reader.has('Login@localhost', 'admins')).toBe(false)
    expect(account.reads).toEqual([])
  })

  it('does not know a role that is not one of its rooms', async () => {
    const { reader } = start()
    for (const role of ['staff', 'constructor', '__proto__', undefined] as readonly unknown[]) {
      await expect(reader.has(ALICE, role as 'admins')).rejects.toThrow(TypeError)
    }
  })

  it('asks a room only when a role of it is asked for', async () => {
    const account = new RoomsAccount(ALICE_IS_ADMIN)
    account.rooms.set(STAFF, {})
    const reader = new RoleReader({ account, rooms: { admins: ROOM, staff: STAFF } })
    expect(account.reads).toEqual([])
    await reader.has(ALICE, 'admins')
    expect(account.reads).toEqual([ROOM])
  })
})

describe('an answer', () => {
  it('is used again for a minute, and not longer', async () => {
    const { account, clock, reader, says } = start()
    await reader.of(ALICE)
    says({ member: [] })
    clock.advance(60_000)
    expect(await reader.of(ALICE)).toEqual(['admins'])
    expect(account.reads).toHaveLength(1)
    clock.advance(1)
    expect(await reader.of(ALICE)).toEqual([])
    expect(await reader.has(ALICE, 'admins')).toBe(false)
    expect(account.reads).toHaveLength(2)
  })

  it('is used again for option `maxAge`', async () => {
    const { clock, reader, says } = start(ALICE_IS_ADMIN, { maxAge: 1_000 })
    await reader.of(ALICE)
    says({ member: [] })
    clock.advance(1_000)
    expect(await reader.of(ALICE)).toEqual(['admins'])
    clock.advance(1)
    expect(await reader.of(ALICE)).toEqual([])
  })

  it('is used again for the `maxAge` of a call', async () => {
    const { account, clock, reader, says } = start()
    await reader.of(ALICE)
    says({ member: [] })
    clock.advance(10)
    expect(await reader.of(ALICE, { maxAge: 10 })).toEqual(['admins'])
    expect(await reader.has(ALICE, 'admins', { maxAge: 9 })).toBe(false)
    expect(account.reads).toHaveLength(2)
  })

  it.each([0, -1, Number.NaN, '60000', null])('is asked for anew with a `maxAge` of %j', async maxAge => {
    const { clock, reader, says } = start()
    await reader.of(ALICE)
    says({ member: [] })
    clock.advance(1)
    expect(await reader.of(ALICE, { maxAge: maxAge as number })).toEqual([])
  })

  it('is used again for a minute at most, whatever the `maxAge` of a call', async () => {
    const { clock, reader, says } = start()
    await reader.of(ALICE)
    says({ member: [] })
    clock.advance(60_001)
    expect(await reader.of(ALICE, { maxAge: 3_600_000 })).toEqual([])
  })

  it('counts its age from the moment the question left', async () => {
    const { account, clock, reader, says } = start()
    account.isHeld = true
    const first = reader.of(ALICE)
    await settled()
    clock.advance(1_500)
    account.answer()
    expect(await first).toEqual(['admins'])
    account.isHeld = false
    says({ member: [] })
    clock.advance(58_500)
    expect(await reader.of(ALICE)).toEqual(['admins'])
    clock.advance(1)
    expect(await reader.of(ALICE)).toEqual([])
  })

  it('is asked for again after 5 s when it denied a role', async () => {
    const { account, clock, reader, says } = start({ member: [] })
    expect(await reader.of(ALICE)).toEqual([])
    says(ALICE_IS_ADMIN)
    clock.advance(5_000)
    expect(await reader.of(ALICE)).toEqual([])
    clock.advance(1)
    expect(await reader.of(ALICE)).toEqual(['admins'])
    expect(account.reads).toHaveLength(2)
  })

  it('is asked for again once for all accounts without a role', async () => {
    const { account, clock, reader } = start()
    await reader.of('bob@localhost')
    clock.advance(5_001)
    await Promise.all(Array.from({ length: 50 }, (_, index) => reader.of(`nobody-${index}@localhost`)))
    expect(account.reads).toHaveLength(2)
  })

  it('takes a role away when the room is refused at the next read', async () => {
    const { clock, reader, says } = start()
    await reader.of(ALICE)
    says({ ...ALICE_IS_ADMIN, flags: ['muc_persistent', 'muc_open', 'muc_nonanonymous'] })
    clock.advance(60_001)
    expect(await reader.of(ALICE)).toEqual([])
    expect(await reader.has(ALICE, 'admins')).toBe(false)
  })

  it.each(['item-not-found', 'gone', 'forbidden'])('takes the role away when it is %s', async condition => {
    const { clock, reader, says } = start()
    await reader.of(ALICE)
    const error = errorOf(condition)
    says({ ...(condition !== 'forbidden' && { info: error }), owner: error, admin: error, member: error })
    clock.advance(1)
    expect(await reader.has(ALICE, 'admins', { maxAge: 0 })).toBe(false)
    expect(await reader.of(ALICE)).toEqual([])
  })

  it('takes the role away when another user made the room again', async () => {
    const rooms = { admins: { room: ROOM, owners: ['owner@localhost'] } }
    const { clock, reader, says } = start({ owner: ['owner@localhost'], member: [ALICE] }, { rooms })
    expect(await reader.of(ALICE)).toEqual(['admins'])
    says({ owner: ['mallory@localhost'], member: [ALICE] })
    clock.advance(1)
    expect(await reader.of(ALICE, { maxAge: 0 })).toEqual([])
    expect(await reader.of(ALICE)).toEqual([])
  })
})

describe('callers at the same time', () => {
  it('share one read', async () => {
    const { account, reader } = start()
    const answers = await Promise.all(Array.from({ length: 10 }, () => reader.of(ALICE, { maxAge: 0 })))
    expect(answers).toEqual(Array(10).fill(['admins']))
    expect(account.reads).toHaveLength(1)
  })

  it('share the read that is under way, if it is fresh enough for them', async () => {
    const { account, clock, reader } = start()
    account.isHeld = true
    const first = reader.has(ALICE, 'admins')
    await settled()
    clock.advance(100)
    const second = reader.has(ALICE, 'admins')
    account.answer()
    expect(await Promise.all([first, second])).toEqual([true, true])
    expect(account.reads).toHaveLength(1)
  })

  it('share the next read, if the one under way left too early for them', async () => {
    const { account, clock, reader, says } = start()
    account.isHeld = true
    const first = reader.has(ALICE, 'admins', { maxAge: 0 })
    await settled()
    clock.advance(1)
    const late = Array.from({ length: 10 }, () => reader.has(ALICE, 'admins', { maxAge: 0 }))
    account.isHeld = false
    says({ member: [] })
    expect(account.waiting).toBe(4)
    account.answer()
    expect(await first).toBe(true)
    expect(await Promise.all(late)).toEqual(Array(10).fill(false))
    expect(account.reads).toHaveLength(2)
  })

  it('wait for the rooms one after another', async () => {
    const account = new RoomsAccount(ALICE_IS_ADMIN)
    account.rooms.set(STAFF, ALICE_IS_ADMIN)
    account.isHeld = true
    const clock = handClock()
    const reader = new RoleReader({ account, rooms: { admins: ROOM, staff: STAFF } }, { clock })
    const roles = reader.of(ALICE)
    await settled()
    expect(account.reads).toEqual([ROOM])
    account.answer()
    await settled()
    expect(account.reads).toEqual([ROOM, STAFF])
    account.answer()
    expect(await roles).toEqual(['admins', 'staff'])
    expect(clock.waiting).toEqual([])
  })

  it('do not wait longer than 250 ms for a room that does not answer', async () => {
    const account = new RoomsAccount({ info: undefined })
    account.rooms.set(STAFF, ALICE_IS_ADMIN)
    const clock = handClock()
    const reader = new RoleReader({ account, rooms: { admins: ROOM, staff: STAFF } }, { clock })
    const roles = reader.of(ALICE)
    const staff = reader.has(ALICE, 'staff')
    await settled()
    expect(account.reads).toEqual([ROOM])
    clock.advance(250)
    expect(await staff).toBe(true)
    await settled()
    clock.advance(1_649)
    await settled()
    expect(await Promise.race([roles, 'waiting'])).toBe('waiting')
    clock.advance(1)
    expect(await roles).toEqual(['staff'])
    clock.advance(100)
    await settled()
    expect(clock.waiting).toEqual([])
  })

  it('learn the roles of an account within 1.9 s, however many rooms do not answer', async () => {
    const account = new RoomsAccount({ info: undefined })
    const clock = handClock()
    const rooms = Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`role-${n}`, `${n}@rooms.localhost`]))
    const roles = new RoleReader({ account, rooms }, { clock }).of(ALICE)
    for (let ms = 0; ms < 1_900; ms += 50) {
      await settled()
      clock.advance(50)
    }
    expect(await Promise.race([roles, settled().then(() => 'waiting')])).toEqual([])
  })
})

describe('a room that cannot be read', () => {
  it('gives no role, and rejects `has`', async () => {
    const { reader } = start(LOST)
    expect(await reader.of(ALICE)).toEqual([])
    await expect(reader.has(ALICE, 'admins')).rejects.toBe(LOST)
  })

  it('is given up after 2 s', async () => {
    const { account, clock, reader } = start({ member: undefined })
    const asked = reader.has(ALICE, 'admins')
    await settled()
    clock.advance(1_999)
    await settled()
    expect(account.waiting).toBe(1)
    clock.advance(1)
    await expect(asked).rejects.toEqual(expect.objectContaining({ code: 'ERR_XMPP_TIMEOUT', status: 504 }))
    expect(account.waiting).toBe(0)
    expect(clock.waiting).toEqual([])
  })

  it('holds few questions open when there are 16 of them', async () => {
    const account = new RoomsAccount()
    const names = Array.from({ length: 16 }, (_, index) => `role-${index}`)
    const rooms = Object.fromEntries(names.map(name => [name, `${name}@rooms.localhost`]))
    const clock = handClock()
    const roles = new RoleReader({ account, rooms }, { clock }).of(ALICE)
    let most = 0
    for (let ms = 0; ms < 6_000; ms += 250) {
      await settled()
      most = Math.max(most, account.waiting)
      clock.advance(250)
    }
    expect(await roles).toEqual([])
    expect(account.reads).toHaveLength(16)
    expect(most).toBeGreaterThan(4)
    expect(most).toBeLessThan(MAX_ASKED / 2)
    expect(clock.waiting).toEqual([])
  })

  it('leaves the roles of other rooms', async () => {
    const account = new RoomsAccount(LOST)
    account.rooms.set(STAFF, ALICE_IS_ADMIN)
    const reader = new RoleReader({ account, rooms: { admins: ROOM, staff: STAFF } })
    expect(await reader.of(ALICE)).toEqual(['staff'])
  })

  it('gives up the other questions when one fails', async () => {
    const { account, reader } = start()
    account.ask = jest.fn(({ payload }, signal) => {
      if (payload.children.length === 0) return Promise.reject(LOST)
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))))
    })
    await expect(reader.has(ALICE, 'admins')).rejects.toBe(LOST)
    for (const [, signal] of jest.mocked(account.ask).mock.calls) expect(signal?.aborted).toBe(true)
  })

  it('does not prolong what it said before', async () => {
    const { clock, reader, says } = start()
    await reader.of(ALICE)
    says(LOST)
    clock.advance(30_000)
    expect(await reader.of('bob@localhost')).toEqual([])
    expect(await reader.of(ALICE)).toEqual(['admins'])
    clock.advance(30_000)
    expect(await reader.of(ALICE)).toEqual(['admins'])
    clock.advance(1)
    expect(await reader.of(ALICE)).toEqual([])
    await expect(reader.has(ALICE, 'admins')).rejects.toBe(LOST)
  })

  it('rejects `has` of an account whose role it denied more than 5 s ago', async () => {
    const { clock, reader, says } = start({ member: [] })
    await reader.of(ALICE)
    says(LOST)
    clock.advance(5_001)
    await expect(reader.has(ALICE, 'admins')).rejects.toBe(LOST)
    expect(await reader.of(ALICE)).toEqual([])
  })

  it('is asked again after a second, and not before', async () => {
    const { account, clock, reader, says } = start(LOST)
    await reader.of(ALICE)
    says(ALICE_IS_ADMIN)
    clock.advance(999)
    await expect(reader.has(ALICE, 'admins', { maxAge: 0 })).rejects.toBe(LOST)
    expect(account.reads).toHaveLength(1)
    clock.advance(1)
    expect(await reader.has(ALICE, 'admins')).toBe(true)
  })

  it('is not asked twice at once when the read under way fails', async () => {
    const { account, clock, reader } = start(LOST)
    account.isHeld = true
    const first = reader.has(ALICE, 'admins', { maxAge: 0 })
    await settled()
    clock.advance(1)
    const second = reader.has(ALICE, 'admins', { maxAge: 0 })
    account.answer()
    await expect(first).rejects.toBe(LOST)
    await expect(second).rejects.toBe(LOST)
    expect(account.reads).toHaveLength(1)
  })

  it.each(['service-unavailable', 'remote-server-timeout', 'internal-server-error', 'resource-constraint'])(
    'answers %s, and keeps what it said before',
    async condition => {
      const { clock, reader, says } = start()
      await reader.of(ALICE)
      says({ info: errorOf(condition) })
      clock.advance(10_000)
      await expect(reader.has(ALICE, 'admins', { maxAge: 0 })).rejects.toEqual(unavailable)
      expect(await reader.of(ALICE)).toEqual(['admins'])
      clock.advance(50_001)
      expect(await reader.of(ALICE)).toEqual([])
    },
  )

  it.each<readonly [string, Said]>([
    ['malformed', { member: ['bob@localhost', '<item affiliation="member"/>'] }],
    ['an error', { member: errorOf('internal-server-error') }],
  ])('in part does not tell that an account has no role when a list is %s', async (_case, given) => {
    const { reader } = start({ ...given, admin: [ALICE] })
    expect(await reader.has(ALICE, 'admins')).toBe(true)
    await expect(reader.has('bob@localhost', 'admins')).rejects.toEqual(unavailable)
    expect(await reader.of('bob@localhost')).toEqual([])
  })
})

describe('a service account', () => {
  it.each([
    ['is closed', new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'close() was called')],
    ['is refused', new XmppBoshError('ERR_XMPP_ACCOUNT', 'the server refuses the login')],
  ])('gives no roles when it %s', async (_case, refusal) => {
    const { account, reader } = start()
    account.refusal = refusal
    expect(await reader.of(ALICE)).toEqual([])
    await expect(reader.has(ALICE, 'admins')).rejects.toBe(refusal)
    expect(account.reads).toEqual([])
  })

  it('is waited for 2 s at most while it is not online', async () => {
    const { account, clock, reader } = start()
    account.refusal = 'connecting'
    const asked = reader.has(ALICE, 'admins')
    await settled()
    clock.advance(2_000)
    await expect(asked).rejects.toEqual(unavailable)
    expect(clock.waiting).toEqual([])
  })

  it('has its own errors made the cause of an XmppBoshError', async () => {
    const fault = new Error('a stub')
    const { reader } = start(fault)
    await expect(reader.has(ALICE, 'admins')).rejects.toEqual(unavailable)
    expect(await reader.of(ALICE)).toEqual([])
  })
})

describe('an account of the app', () => {
  const rejections: unknown[] = []
  const note = (reason: unknown) => void rejections.push(reason)
  beforeAll(() => void process.on('unhandledRejection', note))
  afterAll(() => void process.off('unhandledRejection', note))

  const never = () => new Promise<never>(() => {})
  const readerBy = (own: Partial<RoleAccount>) => {
    const clock = handClock()
    const account = { jid: 'login@localhost', ready: async () => {}, ask: never, ...own }
    return { clock, reader: new RoleReader({ account, rooms: { admins: ROOM } }, { clock }) }
  }

  it.each<[string, Partial<RoleAccount>, string]>([
    ['come online', { ready: never }, 'ERR_XMPP_UNAVAILABLE'],
    ['answer', { ask: never }, 'ERR_XMPP_TIMEOUT'],
  ])('is given up after 2 s when it does not %s, even if it looks at no signal', async (_case, own, code) => {
    const { clock, reader } = readerBy(own)
    const asked = reader.has(ALICE, 'admins')
    await settled()
    clock.advance(2_000)
    await expect(asked).rejects.toMatchObject({ code })
  })

  it('may throw in place of one answer and reject in place of another', async () => {
    let asked = 0
    const ask = () => {
      if (++asked > 1) throw new Error('thrown')
      return Promise.reject(new Error('rejected'))
    }
    await expect(readerBy({ ask }).reader.has(ALICE, 'admins')).rejects.toEqual(unavailable)
    await settled()
    expect(rejections).toEqual([])
  })

  it.each([undefined, null, {}, 'text', []])('may answer by %j, which is no answer', async answer => {
    const { reader } = readerBy({ ask: async () => answer as never })
    await expect(reader.has(ALICE, 'admins')).rejects.toEqual(unavailable)
    expect(await reader.of(ALICE)).toEqual([])
  })
})

it('an account of the app has no role, however it spells its JID', async () => {
  const account = Object.assign(new RoomsAccount({ owner: ['login@localhost'] }), { jid: 'Login@LOCALHOST' })
  expect(await new RoleReader({ account, rooms: { admins: ROOM } }).of('login@localhost')).toEqual([])
})

describe('the options of a reader', () => {
  const account = new RoomsAccount()
  const rooms = { admins: ROOM }

  it.each<readonly [string, unknown, string]>([
    ['missing', undefined, 'options'],
    ['null', null, 'options'],
    ['without an account', { rooms }, '`account`'],
    ['with null as the account', { account: null, rooms }, '`account`'],
    ['with an account that cannot ask', { account: { jid: 'login@localhost' }, rooms }, '`account`'],
    [
      'with an account whose JID is not bare',
      { account: { jid: 'login@localhost/x', ready() {}, ask() {} }, rooms },
      '`account`',
    ],
    ['without rooms', { account }, '`rooms`'],
    ['with no room', { account, rooms: {} }, '`rooms`'],
    ['with a room that is no JID', { account, rooms: { admins: 'admins' } }, '`rooms.admins`'],
    ['with a negative age', { account, rooms, maxAge: -1 }, '`maxAge`'],
    ['with an age above a minute', { account, rooms, maxAge: 60_001 }, '`maxAge`'],
    ['with an age of half a ms', { account, rooms, maxAge: 0.5 }, '`maxAge`'],
    ['with an unknown name', { account, rooms, maxage: 5 }, '`maxage`'],
  ])('throw a TypeError that names the option when they are %s', (_case, options, name) => {
    expect(() => new RoleReader(options as RoleReaderOptions)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(name) }),
    )
  })

  it('can be changed afterwards without a change of the reader', async () => {
    const given: Record<string, string> = { admins: ROOM }
    const reader = new RoleReader({ account: new RoomsAccount(ALICE_IS_ADMIN), rooms: given })
    given['admins'] = STAFF
    given['staff'] = ROOM
    expect(await reader.of(ALICE)).toEqual(['admins'])
  })
})
