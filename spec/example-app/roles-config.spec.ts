import { readConfig } from '../../example-app/config'
import { type RoleAccount, RoleReader, type RoleRooms } from '../../lib'
import { ConfigError } from '../../login-site/config/readers'
import { toConfigError } from '../../login-site/config/site-config'

const SERVER = { XMPP_SERVICE: 'https://xmpp.example.com/bosh', XMPP_DOMAIN: 'example.com' }
const ACCOUNT = { ...SERVER, XMPP_CONFIRM_USERNAME: 'login', XMPP_CONFIRM_PASSWORD: 'secret' }

test('the demo has names and pictures, and a room for admins on its own domain', () => {
  const roles = { admins: 'admins@rooms.localhost' }
  expect(readConfig({})).toMatchObject({ profile: 'vcard', roles })
  expect(readConfig({ XMPP_PROFILE: 'off' }).profile).toBeUndefined()
  expect(readConfig({ XMPP_DOMAIN: 'demo.example' }).roles).toEqual({ admins: 'admins@rooms.demo.example' })
})

test('an app on another server has neither names and pictures nor roles unless it is told to', () => {
  expect(readConfig(ACCOUNT)).toMatchObject({ profile: undefined, roles: undefined })
  expect(readConfig({ ...SERVER, XMPP_PROFILE: ' vCard ' }).profile).toBe('vcard')
})

test('the config reads the room of each role, and the owners of all', () => {
  const env = { ...ACCOUNT, XMPP_ROLES: 'admins=admins@rooms.example.com, staff = team@rooms.example.com' }
  expect(readConfig(env).roles).toEqual({ admins: 'admins@rooms.example.com', staff: 'team@rooms.example.com' })
  const owners = ['one@rooms.example.com', 'two@rooms.example.com']
  expect(readConfig({ ...env, XMPP_ROLE_OWNERS: owners.join() }).roles).toEqual({
    admins: { room: 'admins@rooms.example.com', owners },
    staff: { room: 'team@rooms.example.com', owners },
  })
})

test('a role may be named like a property of every object', () => {
  const { roles } = readConfig({ ...ACCOUNT, XMPP_ROLES: 'constructor=b@rooms.example.com' })
  expect(Object.keys(roles ?? {})).toEqual(['constructor'])
})

test.each<[string, Record<string, string>, RegExp]>([
  ['__proto__', { XMPP_ROLES: '__proto__=a@rooms.localhost' }, /^XMPP_ROLES has a role whose name is not allowed/],
  ['a room without a name', { XMPP_ROLES: 'admins=rooms.localhost' }, /^XMPP_ROLES must be the bare JID of a room/],
  [
    'a room without a name for the role owners',
    { XMPP_ROLES: 'owners=rooms.localhost' },
    /^XMPP_ROLES must be the bare JID of a room/,
  ],
  [
    'an owner without a name',
    { XMPP_ROLES: 'admins=a@rooms.localhost', XMPP_ROLE_OWNERS: 'rooms.localhost' },
    /^XMPP_ROLE_OWNERS must be a list of 1 to 16 bare JIDs, as in owner@example.com$/,
  ],
])('the demo server gets no rooms with %s, and the error names the variable', (_, env, message) => {
  let thrown: unknown
  try {
    readConfig(env)
  } catch (reason) {
    thrown = toConfigError(reason)
  }
  expect(thrown).toBeInstanceOf(ConfigError)
  expect((thrown as Error).message).toMatch(message)
})

test.each<[string, Record<string, string>, RegExp]>([
  ['a room without a role', { XMPP_ROLES: 'admins@rooms.example.com' }, /^XMPP_ROLES must be roles with their rooms/],
  ['a role without a room', { XMPP_ROLES: 'admins=' }, /^XMPP_ROLES must be/],
  ['two rooms of a role in a pair', { XMPP_ROLES: 'a=b@c=d@e' }, /^XMPP_ROLES must be/],
  [
    'a role that is there twice',
    { XMPP_ROLES: 'a=b@c.example,a=d@c.example' },
    /^XMPP_ROLES must not name a role twice/,
  ],
  ['owners without rooms', { XMPP_ROLE_OWNERS: 'a@b.example' }, /^XMPP_ROLES is required with XMPP_ROLE_OWNERS/],
  ['owners that are commas alone', { XMPP_ROLES: 'a=b@c.example', XMPP_ROLE_OWNERS: ' , ' }, /^XMPP_ROLE_OWNERS /],
  ['an account for a room', { XMPP_ROLES: 'admins=Admins@EXAMPLE.com' }, /^XMPP_ROLES must name rooms/],
  ['another profile', { XMPP_PROFILE: 'pubsub' }, /^XMPP_PROFILE must be vcard or off/],
])('the config refuses %s', (_, env, message) => {
  expect(() => readConfig({ ...ACCOUNT, ...env })).toThrow(ConfigError)
  expect(() => readConfig({ ...ACCOUNT, ...env })).toThrow(message)
})

test('the config refuses roles without the account that reads them', () => {
  expect(() => readConfig({ ...SERVER, XMPP_ROLES: 'admins=admins@rooms.example.com' })).toThrow(
    /^XMPP_CONFIRM_USERNAME is required with XMPP_ROLES/,
  )
})

test.each<[string, RoleRooms]>([
  ['XMPP_ROLES', { Admins: 'admins@rooms.example.com' }],
  ['XMPP_ROLES', { admins: 'rooms.example.com' }],
  ['XMPP_ROLE_OWNERS', { admins: { room: 'admins@rooms.example.com', owners: ['rooms.example.com'] } }],
])('an error of the library names %s for the rooms %j', (variable, rooms) => {
  const account: RoleAccount = {
    jid: 'login@example.com',
    ready: async () => {},
    ask: () => Promise.reject(new Error()),
  }
  let thrown: unknown
  try {
    new RoleReader({ account, rooms })
  } catch (reason) {
    thrown = toConfigError(reason)
  }
  expect(thrown).toBeInstanceOf(ConfigError)
  expect((thrown as Error).message).toMatch(new RegExp(`^${variable} `))
})
