import express from 'express'
import session from 'express-session'
import passport from 'passport'
import request from 'supertest'
import { deserializeUser, deserializeUserOf, Strategy, serializeUser } from '../../lib/index'
import { profileOf } from '../../lib/passport/profile'

const serialized = (user: object) => {
  const done = jest.fn()
  serializeUser(user, done)
  expect(done).toHaveBeenCalledTimes(1)
  return done.mock.calls[0] as [error: unknown, jid?: string]
}
const deserialized = (jid: unknown) => {
  const done = jest.fn()
  deserializeUser(jid, done)
  expect(done).toHaveBeenCalledTimes(1)
  return done.mock.calls[0] as [error: unknown, user?: unknown]
}

const JULIET = profileOf({ username: 'juliet', domain: 'example.com' })

test('serializeUser() keeps the bare JID as a text and nothing else', () => {
  expect(serialized(JULIET)).toEqual([null, 'juliet@example.com'])
  const user = { jid: 'juliet@example.com', password: 'r0m30myr0m30', id: 7 }
  expect(serialized(user)).toEqual([null, 'juliet@example.com'])
})

test('deserializeUser() returns the profile of the login', () => {
  expect(deserialized('juliet@example.com')).toEqual([null, JULIET])
  expect(JULIET).toEqual({
    provider: 'xmpp',
    id: 'juliet@example.com',
    jid: 'juliet@example.com',
    username: 'juliet',
    domain: 'example.com',
    displayName: 'juliet',
    displayJid: 'juliet@example.com',
  })
})

test('the profile shows a name without escapes and a domain in U-labels', () => {
  expect(profileOf({ username: 'o\\27neil', domain: 'xn--mnchen-3ya.example' })).toEqual({
    provider: 'xmpp',
    id: 'o\\27neil@xn--mnchen-3ya.example',
    jid: 'o\\27neil@xn--mnchen-3ya.example',
    username: 'o\\27neil',
    domain: 'xn--mnchen-3ya.example',
    displayName: "o'neil",
    displayJid: "o'neil@m\u00fcnchen.example",
  })
})

test('the profile of a name that looks like an address shows its escape', () => {
  expect(profileOf({ username: 'alice\\40evil.example', domain: 'example.com' })).toMatchObject({
    displayName: 'alice\\40evil.example',
    displayJid: 'alice\\40evil.example@example.com',
  })
})

test.each([
  profileOf({ username: 'zo\u00eb', domain: 'xn--mnchen-3ya.example' }),
  profileOf({ username: 'user1', domain: 'localhost' }),
  profileOf({ username: 'user1', domain: '127.0.0.1' }),
  profileOf({ username: 'a!#$%()*,;=?[]^`{|}~', domain: 'example.com' }),
])('the profile of $jid survives a session', profile => {
  const [, jid] = serialized(profile)
  expect(deserialized(JSON.parse(JSON.stringify(jid)))).toEqual([null, profile])
})

test.each<object>([
  {},
  { id: 7 },
  { jid: undefined },
  { jid: '' },
  { jid: 7 },
  { jid: ['juliet@example.com'] },
  { jid: { toString: () => 'juliet@example.com' } },
  { jid: 'juliet' },
  { jid: 'juliet@example.com/balcony' },
  { jid: 'Juliet@Example.com' },
  { username: 'juliet', domain: 'example.com' },
])('serializeUser() fails with advice when the user lacks the JID of the strategy: %j', user => {
  const [error, jid] = serialized(user)
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).toContain('pass your own function to passport.serializeUser')
  expect(jid).toBeUndefined()
})

test.each([
  undefined,
  null,
  '',
  7,
  true,
  [],
  ['juliet@example.com'],
  { jid: 'juliet@example.com' },
  'juliet',
  '@example.com',
  'juliet@',
  'juliet@example.com/balcony',
  'JULIET@example.com',
  'juliet@EXAMPLE.COM',
  'juliet@m\u00fcnchen.example',
  'juliet@evil.example@example.com',
  ' juliet@example.com',
])('deserializeUser() returns false when the session holds %j', jid => {
  expect(deserialized(jid)).toEqual([null, false])
})

describe('deserializeUserOf()', () => {
  const restored = (domains: string | readonly string[], jid: unknown) => {
    const done = jest.fn()
    deserializeUserOf(domains)(jid, done)
    expect(done).toHaveBeenCalledTimes(1)
    return done.mock.calls[0] as [error: unknown, user?: unknown]
  }

  test.each<[string | readonly string[], string]>([
    ['example.com', 'juliet@example.com'],
    ['EXAMPLE.com.', 'juliet@example.com'],
    [['one.example', 'example.com'], 'juliet@example.com'],
    ['m\u00fcnchen.example', 'juliet@xn--mnchen-3ya.example'],
    ['xn--mnchen-3ya.example', 'juliet@xn--mnchen-3ya.example'],
    ['127.0.0.1', 'juliet@127.0.0.1'],
  ])('of %j restores %s', (domains, jid) => {
    expect(restored(domains, jid)).toEqual([null, expect.objectContaining({ jid })])
  })

  test.each<[string | readonly string[], unknown]>([
    ['example.com', 'juliet@two.example'],
    ['example.com', 'juliet@sub.example.com'],
    ['sub.example.com', 'juliet@example.com'],
    ['example.com', 'example.com@two.example'],
    ['example.com', 'juliet@EXAMPLE.com'],
    ['example.com', ['juliet@example.com']],
    ['example.com', undefined],
  ])('of %j returns false when the session holds %j', (domains, jid) => {
    expect(restored(domains, jid)).toEqual([null, false])
  })

  test.each([undefined, null, [], '', 7, ['example.com', ''], 'juliet@example.com', {}])(
    'throws a TypeError when the domains are %j',
    domains => {
      expect(() => deserializeUserOf(domains as never)).toThrow(TypeError)
    },
  )

  test('ends the session of one tenant at another', async () => {
    const of = new Map(['one.example', 'two.example'].map(domain => [domain, deserializeUserOf(domain)]))
    const own = new passport.Passport()
    const authenticate = async ({ username }: { username: string }) =>
      ({ jid: `${username}@one.example`, username, domain: 'one.example', mechanism: 'PLAIN' }) as const
    own.use(new Strategy({ authenticator: { authenticate } }))
    own.serializeUser(serializeUser)
    own.deserializeUser((req: express.Request, jid: unknown, done: Parameters<typeof deserializeUser>[1]) =>
      of.get(req.hostname)?.(jid, done),
    )
    const site = express()
      .use(express.urlencoded({ extended: false }))
      .use(session({ secret: 's', resave: false, saveUninitialized: false }))
      .use(own.session())
      .post('/login', own.authenticate('xmpp-bosh'), (_req, res) => void res.end())
      .get('/', (req, res) => void res.json(req.user ?? null))
    const browser = request.agent(site)
    const login = browser.post('/login').set('Host', 'one.example').type('form')
    const [cookie = ''] = (await login.send({ username: 'juliet', password: 'x' })).get('Set-Cookie') ?? []
    const seenAt = async (host: string) => (await request(site).get('/').set({ Host: host, Cookie: cookie })).body

    expect(await seenAt('one.example')).toMatchObject({ jid: 'juliet@one.example' })
    expect(await seenAt('two.example')).toBeNull()
  })
})
