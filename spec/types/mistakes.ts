/*
 * Code that must not compile. consumer.ts shows the right forms. A directive over a line without an error is an error
 * itself.
 */
import {
  Authenticator,
  type ConfirmAuthenticateOptions,
  type ConfirmAuthInfo,
  Confirmations,
  ConfirmStrategy,
  deserializeUser,
  type Profile,
  Registration,
  RoleReader,
  requireRole,
  ServiceAccount,
  Strategy,
  serializeUser,
  type VerifyDone,
  type XmppAuthenticateOptions,
  XmppBoshError,
} from 'passport-xmpp-bosh'
import { startBoshServer } from 'passport-xmpp-bosh/testing'
import { mockBosh } from 'passport-xmpp-bosh/testing/nock'

const service = 'https://xmpp.example.com/bosh'
const domain = 'example.com'
const connection = { service, domain }
const authenticator = new Authenticator(connection)

// The server with the accounts.
// @ts-expect-error no options
new Strategy()
// @ts-expect-error `domain` is required
new Strategy({ service })
// @ts-expect-error `service` is required
new Strategy({ domain })
// @ts-expect-error a URL is a text
new Strategy({ service: 5, domain })
// @ts-expect-error so is each of several
new Strategy({ service: [service, 5], domain })
// @ts-expect-error no such option
new Strategy({ ...connection, host: 'example.com' })
// @ts-expect-error no such mechanism
new Strategy({ ...connection, mechanisms: ['DIGEST-MD5'] })
// @ts-expect-error a list
new Strategy({ ...connection, mechanisms: 'PLAIN' })
// @ts-expect-error a number of ms
new Strategy({ ...connection, timeout: '15s' })
// @ts-expect-error a number
new Strategy({ ...connection, maxConcurrent: '50' })
// @ts-expect-error yes or no
new Strategy({ ...connection, bind: 'yes' })
// @ts-expect-error yes or no
new Strategy({ ...connection, allowInsecure: 1 })
// @ts-expect-error certificates are always verified
new Strategy({ ...connection, tls: { rejectUnauthorized: false } })
// @ts-expect-error older versions are not spoken
new Strategy({ ...connection, tls: { minVersion: 'TLSv1.1' } })
// @ts-expect-error an agent, not its options
new Strategy({ ...connection, agent: { keepAlive: true } })
// @ts-expect-error the vCard is the only profile
new Strategy({ ...connection, profile: true })
// @ts-expect-error a room has a JID
new Strategy({ ...connection, roles: { staff: { owners: ['alice@example.com'] } } })
// @ts-expect-error rooms by their roles, not a list
new Strategy({ ...connection, roles: ['staff@rooms.example.com'] })
// @ts-expect-error one role
new Strategy({ ...connection, requireRole: ['staff'] })
// @ts-expect-error the roles are those of the Authenticator
new Strategy({ authenticator, roles: { staff: 'staff@rooms.example.com' } })
// @ts-expect-error a registration reads no profile
new Registration({ ...connection, profile: 'vcard' })
// @ts-expect-error a service account has no roles
new ServiceAccount({ ...connection, username: 'a', password: 'b', roles: { staff: 'staff@rooms.example.com' } })
// @ts-expect-error an Authenticator has its own service
new Strategy({ authenticator, service })
// @ts-expect-error and its own domain
new Strategy({ authenticator, domain })
// @ts-expect-error and its own bounds
new Strategy({ authenticator, timeout: 5_000 })
// @ts-expect-error an Authenticator, not the options of one
new Strategy({ authenticator: connection })
// @ts-expect-error the same when it is chosen by the request
new Strategy({ authenticator: () => connection })

// The strategy's own options.
// @ts-expect-error one name
new Strategy({ ...connection, usernameField: ['user', 'name'] })
// @ts-expect-error a name
new Strategy({ ...connection, name: 5 })
// @ts-expect-error a password as well
new Strategy({ ...connection, credentialsLookup: () => ({ username: 'user1' }) })
// @ts-expect-error the address, not whether to forward one
new Strategy({ ...connection, forwardClientIp: true })
// @ts-expect-error one address
new Strategy({ ...connection, forwardClientIp: () => ['192.0.2.1', '192.0.2.2'] })
// @ts-expect-error yes or no
new Strategy({ ...connection, handleErrorsAsFailures: 'yes' })
// @ts-expect-error no such text
new Strategy({ ...connection, messages: { oops: '' } })
// @ts-expect-error a text
new Strategy({ ...connection, messages: { unavailable: 503 } })
// @ts-expect-error no such text
export const perCall: XmppAuthenticateOptions = { messages: { oops: '' } }

// verify
// @ts-expect-error a function
new Strategy(connection, { id: 1 })
// @ts-expect-error a user is an object
new Strategy(connection, async () => 'user1')
// @ts-expect-error a user is an object
new Strategy(connection, (_profile, done) => done(null, 'user1'))
// @ts-expect-error a returned value is not an answer unless it is a promise
new Strategy(connection, () => 'user1')
// @ts-expect-error a returned value is not an answer unless it is a promise
new Strategy(connection, profile => ({ jid: profile.jid }))
// @ts-expect-error no password comes along
new Strategy(connection, async profile => ({ password: profile.password }))
// @ts-expect-error no request without `passReqToCallback`
new Strategy(connection, (req, profile, done) => done(null, { req, profile }))
// @ts-expect-error no request without `passReqToCallback`
new Strategy({ ...connection, passReqToCallback: false }, (req, profile, done) => done(null, { req, profile }))
// @ts-expect-error the request comes first with `passReqToCallback`
new Strategy({ ...connection, passReqToCallback: true }, (profile: Profile, done: VerifyDone) => done(null, profile))
// @ts-expect-error the same with a promise
new Strategy({ ...connection, passReqToCallback: true }, async (profile: Profile) => profile)
// @ts-expect-error the same with an Authenticator
new Strategy({ authenticator, passReqToCallback: true }, (profile: Profile, done: VerifyDone) => done(null, profile))
// @ts-expect-error no request without `passReqToCallback`
new Strategy({ authenticator }, (req, profile, done) => done(null, { req, profile }))
// @ts-expect-error yes or no
new Strategy({ ...connection, passReqToCallback: 'yes' }, async () => false)
// @ts-expect-error not a property of this request
new Strategy<{ tenant: string }>({ ...connection, passReqToCallback: true }, async req => ({ of: req.user }))

export function verify(profile: Profile): void {
  // @ts-expect-error a profile is not to be changed
  profile.jid = ''
}

// A sign-in without a password.
const bot = new ServiceAccount({ ...connection, username: 'login', password: 'secret' })
const site = { site: 'app.example.com', url: 'https://app.example.com/login', allow: domain }
const confirmations = new Confirmations({ account: bot, ...site })

// @ts-expect-error no options
new ConfirmStrategy()
// @ts-expect-error `site`, `url` and `allow` are required
new ConfirmStrategy({ account: bot })
// @ts-expect-error `account` is required
new ConfirmStrategy(site)
// @ts-expect-error `allow` is required: no silent "every account"
new ConfirmStrategy({ account: bot, site: site.site, url: site.url })
// @ts-expect-error `site` is required
new ConfirmStrategy({ account: bot, url: site.url, allow: domain })
// @ts-expect-error a service account, not its options
new ConfirmStrategy({ ...site, account: { ...connection, username: 'login', password: 'secret' } })
// @ts-expect-error a service account, not the Authenticator of passwords
new ConfirmStrategy({ ...site, account: authenticator })
// @ts-expect-error the connection is the account's
new ConfirmStrategy({ account: bot, ...site, service })
// @ts-expect-error no such option
new ConfirmStrategy({ account: bot, ...site, usernameField: 'jid' })
// @ts-expect-error domains, not a pattern
new ConfirmStrategy({ account: bot, ...site, allow: /example/ })
// @ts-expect-error a way, or false
new ConfirmStrategy({ account: bot, ...site, code: true })
// @ts-expect-error no such way
new ConfirmStrategy({ account: bot, ...site, code: 'always' })
// @ts-expect-error a number of ms
new ConfirmStrategy({ account: bot, ...site, lifetime: '3m' })
// @ts-expect-error no such limit
new ConfirmStrategy({ account: bot, ...site, asks: { perHour: 3 } })
// @ts-expect-error yes, no or a function
new ConfirmStrategy({ account: bot, ...site, dialog: 'known' })
// @ts-expect-error the function says yes or no
new ConfirmStrategy({ account: bot, ...site, dialog: () => 'yes' })
// @ts-expect-error a function of the request
new ConfirmStrategy({ account: bot, ...site, describe: 'a browser' })
// @ts-expect-error a function of the request
new ConfirmStrategy({ account: bot, ...site, language: 'de' })
// @ts-expect-error one name
new ConfirmStrategy({ account: bot, ...site, field: ['user', 'jid'] })
// @ts-expect-error a text
new ConfirmStrategy({ account: bot, ...site, jidLookup: () => 5 })
// @ts-expect-error no such text
new ConfirmStrategy({ account: bot, ...site, messages: { invalidCredentials: '' } })
// @ts-expect-error yes or no
new ConfirmStrategy({ account: bot, ...site, handleErrorsAsFailures: 'yes' })
// @ts-expect-error Confirmations have their own account
new ConfirmStrategy({ confirmations, account: bot })
// @ts-expect-error and their own domains
new ConfirmStrategy({ confirmations, allow: '*' })
// @ts-expect-error Confirmations, not the options of some
new ConfirmStrategy({ confirmations: { account: bot, ...site } })
// @ts-expect-error the same when they are chosen by the request
new ConfirmStrategy({ confirmations: () => ({ account: bot, ...site }) })
// @ts-expect-error a function
new ConfirmStrategy({ confirmations }, { id: 1 })
// @ts-expect-error a user is an object
new ConfirmStrategy({ account: bot, ...site }, async () => 'user1')
// @ts-expect-error no request without `passReqToCallback`
new ConfirmStrategy({ account: bot, ...site }, (req, profile, done) => done(null, { req, profile }))
// @ts-expect-error no request without `passReqToCallback`
new ConfirmStrategy({ confirmations }, (req, profile, done) => done(null, { req, profile }))
// @ts-expect-error the request comes first with `passReqToCallback`
new ConfirmStrategy({ confirmations, passReqToCallback: true }, (profile: Profile, done: VerifyDone) =>
  done(null, profile),
)
// @ts-expect-error not a property of this request
new ConfirmStrategy<{ tenant: string }>({ confirmations, describe: req => req.ip })
// @ts-expect-error no such step
export const confirmCall: ConfirmAuthenticateOptions = { step: 'wait' }

export async function waits(strategy: ConfirmStrategy, info: ConfirmAuthInfo): Promise<void> {
  // @ts-expect-error the request is needed
  await strategy.waiting()
  // @ts-expect-error a number of ms
  await strategy.waiting({}, { hold: '20s' })
  // @ts-expect-error an object of options
  await strategy.waiting({}, 20_000)
  const view = await strategy.waiting({})
  // @ts-expect-error there may be no request that waits
  view.number
  // @ts-expect-error no such way
  info.way === 'password'
  // @ts-expect-error not a mechanism of SASL
  info.mechanism === 'PLAIN'
}

// Without Passport.
// @ts-expect-error an option of the strategy
new Authenticator({ ...connection, usernameField: 'user' })
// @ts-expect-error the replacements for specs are not public
new Authenticator(connection, {})
// @ts-expect-error an object
export const first = authenticator.authenticate('user1', 'user1')
// @ts-expect-error a password as well
export const second = authenticator.authenticate({ username: 'user1' })
// @ts-expect-error no such thing of a request
export const third = authenticator.authenticate({ username: 'user1', password: 'user1' }, { ip: '192.0.2.1' })
// @ts-expect-error a signal, not its controller
export const fourth = authenticator.authenticate({ username: 'a', password: 'b' }, { signal: { abort() {} } })

export async function account(): Promise<void> {
  const found = await authenticator.authenticate({ username: 'a', password: 'b' })
  // @ts-expect-error there is no password in an account
  found.password
  // @ts-expect-error an account is not to be changed
  found.jid = ''
}

export function error(caught: unknown): void {
  // @ts-expect-error no such code
  new XmppBoshError('ERR_XMPP_OOPS', '')
  if (!XmppBoshError.is(caught)) return
  // @ts-expect-error no such code
  caught.code === 'wrong-password'
  // @ts-expect-error a number
  caught.status === '401'
}

export async function signUp(registration: Registration, body: Record<string, unknown>): Promise<void> {
  // @ts-expect-error its Authenticator is its own
  new Registration({ authenticator })
  // @ts-expect-error no such thing of a request
  await registration.form('192.0.2.1')
  const { fields, captcha, state } = await registration.form()
  // @ts-expect-error no such type of a field
  fields.some(({ type }) => type === 'password')
  // @ts-expect-error bytes
  captcha?.image.startsWith('data:')
  // @ts-expect-error a state comes from form(), not as its JSON
  await registration.submit(JSON.stringify(state), body)
  // @ts-expect-error a state comes from form()
  await registration.submit({ challenge: '1' }, body)
  // @ts-expect-error the typed values are needed
  await registration.submit(state)
  // @ts-expect-error the old password is asked for
  await registration.changePassword('user1', 'new')
  // @ts-expect-error and the new one
  await registration.changePassword({ username: 'user1', password: 'user1' })
  // @ts-expect-error the password is asked for
  await registration.remove('user1')
}

export function sessions(): void {
  // @ts-expect-error a user is an object
  serializeUser('user1@example.com', () => {})
  // @ts-expect-error a JID is a text
  serializeUser({}, (_error, jid: number) => jid)
  // @ts-expect-error the visitor may not be signed in
  deserializeUser('user1@example.com', (_error, user) => user.jid)
}

export async function kit(): Promise<void> {
  // @ts-expect-error `domain` is required
  await startBoshServer({ accounts: { user1: 'user1' } })
  // @ts-expect-error names with passwords
  await startBoshServer({ domain, accounts: ['user1'] })
  // @ts-expect-error no such mechanism
  await startBoshServer({ domain, mechanisms: ['DIGEST-MD5'] })
  // @ts-expect-error no such server
  await startBoshServer({ domain, personality: 'netscape' })
  // @ts-expect-error a mode of registration
  await startBoshServer({ domain, registration: true })
  // @ts-expect-error a number
  await startBoshServer({ domain, port: '5280' })
  // @ts-expect-error a key and a certificate
  await startBoshServer({ domain, tls: true })
  // @ts-expect-error no such option
  await startBoshServer({ domain, host: '0.0.0.0' })
  const server = await startBoshServer({ domain })
  // @ts-expect-error no such reply
  server.fault({ on: 'auth', reply: 'explode' })
  // @ts-expect-error no such step
  server.fault({ on: 'login', reply: 'hang' })
  // @ts-expect-error a number
  server.fault({ on: 'auth', reply: { status: '503' } })
  // @ts-expect-error a number
  server.fault({ on: 'auth', reply: 'hang', times: 'twice' })
  // @ts-expect-error a step is needed
  server.fault({ reply: 'hang' })
  // @ts-expect-error a password as well
  server.accounts.add('user1')
  // @ts-expect-error a session knows no password
  server.sessions[0]?.password
  // @ts-expect-error it listens where it listens
  server.url = service

  // @ts-expect-error options are needed
  mockBosh(service)
  // @ts-expect-error a URL first
  mockBosh({ domain })
  // @ts-expect-error there is no port
  mockBosh(service, { domain, port: 5280 })
  // @ts-expect-error there are no connections
  mockBosh(service, { domain }).connections
}

// Roles.
const rooms = { admins: 'admins@rooms.example.com', staff: 'staff@rooms.example.com' }
const reader = new RoleReader({ account: bot, rooms })

// @ts-expect-error `rooms` is required
new RoleReader({ account: bot })
// @ts-expect-error `account` is required
new RoleReader({ rooms })
// @ts-expect-error a service account, not a login
new RoleReader({ account: authenticator, rooms })
// @ts-expect-error a JID
new RoleReader({ account: bot, rooms: { admins: 5 } })
// @ts-expect-error a list of owners
new RoleReader({ account: bot, rooms: { admins: { room: rooms.admins, owners: 'owner@example.com' } } })
// @ts-expect-error no such option
new RoleReader({ account: bot, rooms, maxage: 5 })
// @ts-expect-error a misspelt role
requireRole(reader, 'admin')
// @ts-expect-error a misspelt role, with options
requireRole(reader, 'stuff', { maxAge: 0 })
// @ts-expect-error one role
requireRole(reader, ['admins', 'staff'])
// @ts-expect-error the JID, not whether somebody is signed in
requireRole(reader, 'admins', { jid: () => true })
// @ts-expect-error no such option
requireRole(reader, 'admins', { maxage: 0 })
// @ts-expect-error a misspelt role
export const misspelt = reader.has('alice@example.com', 'admin')
// @ts-expect-error no such role
export const compared = reader.of('alice@example.com').then(roles => roles.includes('root'))
