import { setImmediate } from 'node:timers/promises'
import express, { type ErrorRequestHandler } from 'express'
import request from 'supertest'
import { XmppBoshError } from '../../lib/errors/error'
import { type RequireRoleOptions, type RoleHolders, requireRole } from '../../lib/passport/roles/require-role'
import { RoleReader } from '../../lib/roles/role-reader'
import { ROOM } from '../roles/answers'
import { RoomsAccount } from '../roles/rooms-account'

const ALICE = 'alice@localhost'
const BOB = { jid: 'bob@localhost' }

/** Returns a reader that answers alike for each account. */
function holders(answer: unknown, roles = ['admins', 'staff']) {
  const has = jest.fn(async (_jid: string, _role: string, _options?: object) => {
    if (answer instanceof Error) throw answer
    return answer as boolean
  })
  return { roles, has } satisfies RoleHolders
}

/** Calls the middleware and returns the arguments of `next`. */
async function call(
  reader: RoleHolders,
  req: object,
  options?: RequireRoleOptions<object>,
): Promise<readonly unknown[]> {
  const next = jest.fn()
  requireRole(reader, 'admins', options)(req, {}, next)
  await setImmediate()
  expect(next).toHaveBeenCalledTimes(1)
  return next.mock.calls[0]
}

const refusal = (code: string, status: number) => [expect.objectContaining({ name: 'XmppBoshError', code, status })]

describe('requireRole', () => {
  it('lets an account with the role pass', async () => {
    const reader = holders(true)
    expect(await call(reader, { user: { jid: ALICE } })).toEqual([])
    expect(reader.has).toHaveBeenCalledWith(ALICE, 'admins', undefined)
  })

  it('refuses an account without the role by `role-required`', async () => {
    expect(await call(holders(false), { user: BOB })).toEqual(refusal('role-required', 403))
  })

  it.each([undefined, null, 1, 'true', {}, ['admins']])('refuses when the reader says %j', async answer => {
    expect(await call(holders(answer), { user: BOB })).toEqual(refusal('role-required', 403))
  })

  it.each([
    {},
    { user: undefined },
    { user: null },
    { user: false },
    { user: {} },
    { user: { jid: '' } },
    { user: { jid: [ALICE] } },
    { user: { jid: new String(ALICE) } },
    { user: ALICE },
  ])('refuses %j, which names no account, by `sign-in-required`', async req => {
    const reader = holders(true)
    expect(await call(reader, req)).toEqual(refusal('sign-in-required', 401))
    expect(reader.has).not.toHaveBeenCalled()
  })

  it.each(['ERR_XMPP_UNAVAILABLE', 'ERR_XMPP_BUSY'] as const)('passes %s on', async code => {
    const fault = new XmppBoshError(code, 'lost')
    expect(await call(holders(fault), { user: BOB })).toEqual([fault])
  })

  it.each([
    new XmppBoshError('ERR_XMPP_TIMEOUT', 'late'),
    new XmppBoshError('ERR_XMPP_ACCOUNT', 'refused'),
    new XmppBoshError('role-required', 'no error of a reader'),
    new Error('a stub'),
  ])('makes 503 of $name $code', async cause => {
    const [error] = await call(holders(cause), { user: BOB })
    expect([error]).toEqual(refusal('ERR_XMPP_UNAVAILABLE', 503))
    expect((error as Error).cause).toBe(cause)
  })

  it('makes 503 of a reader that throws at once', async () => {
    const reader: RoleHolders = {
      roles: ['admins'],
      has: () => {
        throw new Error('a stub')
      },
    }
    expect(await call(reader, { user: BOB })).toEqual(refusal('ERR_XMPP_UNAVAILABLE', 503))
  })

  it('names neither account nor room in what it refuses with', async () => {
    for (const answer of [false, new Error('a stub')]) {
      const [error] = await call(holders(answer), { user: BOB })
      expect((error as Error).message).not.toMatch(/bob|@/)
    }
  })
})

describe('option `jid` of requireRole', () => {
  it('tells the account', async () => {
    const reader = holders(true)
    expect(await call(reader, { user: BOB, session: 1 }, { jid: () => ALICE })).toEqual([])
    expect(reader.has).toHaveBeenCalledWith(ALICE, 'admins', undefined)
  })

  it('tells that none is signed in, whoever `user` is', async () => {
    expect(await call(holders(true), { user: BOB }, { jid: () => undefined })).toEqual(refusal('sign-in-required', 401))
  })

  it('hands an error that it throws to `next`', async () => {
    const fault = new RangeError('no session')
    const jid = () => {
      throw fault
    }
    expect(await call(holders(true), { user: BOB }, { jid })).toEqual([fault])
  })

  it.each([undefined, null, false, 0, '', 'route', 'router'])('lets no one pass by throwing %j', async thrown => {
    const jid = () => {
      throw thrown
    }
    const [error] = await call(holders(true), { user: BOB }, { jid })
    expect(error).toBeInstanceOf(Error)
  })
})

it('option `maxAge` of requireRole is handed to the reader', async () => {
  const reader = holders(true)
  await call(reader, { user: BOB }, { maxAge: 0 })
  expect(reader.has).toHaveBeenCalledWith('bob@localhost', 'admins', { maxAge: 0 })
})

describe('requireRole is not created', () => {
  it.each(['chiefs', 'Admins', '', 'constructor', undefined])('with role %j, which the reader does not have', role => {
    const create = () => requireRole(holders(true) as RoleHolders, role as string)
    expect(create).toThrow(TypeError)
    expect(create).toThrow('admins, staff')
  })

  it.each([undefined, null, 'admins', {}, { roles: ['admins'] }, { roles: 'admins', has: async () => true }])(
    'with %j, which is no reader',
    reader => {
      const create = () => requireRole(reader as unknown as RoleHolders, 'admins')
      expect(create).toThrow(TypeError)
      expect(create).toThrow('RoleReader')
    },
  )

  it.each<readonly [object, string]>([
    [{ jid: 'alice@localhost' }, '`jid`'],
    [{ maxAge: -1 }, '`maxAge`'],
    [{ maxAge: 60_001 }, '`maxAge`'],
    [{ maxage: 0 }, '`maxage`'],
  ])('with options %j', (options, name) => {
    expect(() => requireRole(holders(true), 'admins', options)).toThrow(name)
  })
})

describe('an Express app with requireRole', () => {
  const account = new RoomsAccount({ member: [ALICE] })
  const reader = new RoleReader({ account, rooms: { admins: ROOM } })
  const codeOf: ErrorRequestHandler = (error, _req, res, _next) => {
    res.status(error.status).json(error.code)
  }
  const app = express()
  app.use((req, _res, next) => {
    const jid = req.get('x-account')
    if (jid) Object.assign(req, { user: { jid } })
    next()
  })
  app.get('/admin', requireRole(reader, 'admins'), (_req, res) => {
    res.json('shown')
  })
  app.get(
    '/now',
    requireRole(reader, 'admins', { jid: (req: express.Request) => req.get('x-account'), maxAge: 0 }),
    (_req, res) => {
      res.json('shown')
    },
  )
  app.use(codeOf)

  it.each(['/admin', '/now'])('answers %s by 200, 403 and 401', async path => {
    await request(app).get(path).set('x-account', ALICE).expect(200, '"shown"')
    await request(app).get(path).set('x-account', 'bob@localhost').expect(403, '"role-required"')
    await request(app).get(path).expect(401, '"sign-in-required"')
  })

  it('answers 503 while the room cannot be read', async () => {
    account.rooms.set(ROOM, new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'lost'))
    await request(app).get('/now').set('x-account', ALICE).expect(503, '"ERR_XMPP_UNAVAILABLE"')
  })
})
