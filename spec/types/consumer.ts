/*
 * A user's app, as the compiler sees it: without types of node, Express or Passport, and with a check of the
 * declarations of the package. mistakes.ts holds the code that must not compile.
 */
import {
  type Account,
  Authenticator,
  type ConfirmAuthInfo,
  Confirmations,
  type ConfirmRequest,
  ConfirmStrategy,
  deserializeUser,
  type Profile,
  Registration,
  type RegistrationState,
  RoleReader,
  type RoleReaderLike,
  requireRole,
  ServiceAccount,
  Strategy,
  serializeUser,
  XmppBoshError,
} from 'passport-xmpp-bosh'
import { type BoshServer, startBoshServer } from 'passport-xmpp-bosh/testing'
import { type BoshMock, mockBosh } from 'passport-xmpp-bosh/testing/nock'

const connection = { service: 'https://xmpp.example.com/bosh', domain: 'example.com' }

new Strategy(connection)
new Strategy(connection, (profile, done) => done(null, { jid: profile.jid }))
new Strategy(connection, async profile => (profile.username === 'root' ? false : { id: 1 }))
new Strategy({ ...connection, passReqToCallback: true }, (req, profile, done) => done(null, { ip: req.ip, profile }))
new Strategy<{ tenant: string }>({ ...connection, passReqToCallback: true }, async req => ({ of: req.tenant }))
new Strategy({
  ...connection,
  forwardClientIp: req => req.ip,
  mechanisms: ['SCRAM-SHA-256'],
  messages: { badRequest: '?' },
})
new Strategy({ authenticator: new Authenticator(connection) })
const rooms = {
  staff: 'staff@rooms.example.com',
  admins: { room: 'admins@rooms.example.com', owners: ['a@example.com'] },
}
new Strategy({ ...connection, profile: 'vcard', roles: rooms, requireRole: 'staff', messages: { roleRequired: 'no' } })
new Strategy(
  { ...connection, roles: { of: async jid => (jid === 'a@example.com' ? ['staff'] : []) } },
  async profile =>
    profile.roles?.includes('staff') ? { name: profile.name?.givenName, photo: profile.photos?.[0]?.value } : false,
)
new Strategy({ authenticator: async () => new Authenticator(connection) })

const account = new ServiceAccount({ ...connection, username: 'login', password: 'secret' })
const site = { site: 'app.example.com', url: 'https://app.example.com/login', allow: 'example.com' }
const confirmations = new Confirmations({ account, ...site, allow: jid => jid.endsWith('@example.com') })

new ConfirmStrategy({ account, ...site })
new ConfirmStrategy({ account, ...site, allow: '*', code: 'alone', asks: { perJid: 1 } })
new ConfirmStrategy({ account, ...site, allow: ['example.com'] }, (profile, done) => done(null, { id: profile.jid }))
new ConfirmStrategy({ account, ...site, dialog: true, describe: req => req.ip }, async profile => ({ ...profile }))
new ConfirmStrategy({ account, ...site, passReqToCallback: true }, (req, profile, done) =>
  done(null, { from: req.ip, profile }),
)
new ConfirmStrategy({ confirmations })
new ConfirmStrategy({ confirmations: async () => confirmations, dialog: (_req, jid) => jid === 'alice@example.com' })

const reader = new RoleReader({
  account,
  rooms: { admins: 'admins@rooms.example.com', staff: { room: 'staff@rooms.example.com', owners: ['o@example.com'] } },
  maxAge: 10_000,
})
export const like: RoleReaderLike = reader

/** A request of Express or another framework. */
interface PageRequest {
  readonly session: { readonly account?: string }
  readonly path: string
}
export const adminsOnly: (req: PageRequest, res: { end(): void }, next: (error?: unknown) => void) => void =
  requireRole(reader, 'admins')
requireRole(reader, 'staff', { jid: (req: PageRequest) => req.session.account, maxAge: 0 })
requireRole({ roles: ['admins'], has: async (jid, role) => jid === `${role}@example.com` }, 'admins')

export async function roles(jid: string): Promise<readonly ('admins' | 'staff')[]> {
  return (await reader.has(jid, 'admins')) ? reader.roles : reader.of(jid, { maxAge: 0 })
}

/** The second factor of an app that keeps the JID of the first in its session. */
interface SecondRequest extends ConfirmRequest {
  session?: { first: string }
}
export const second = new ConfirmStrategy<SecondRequest>(
  { confirmations, jidLookup: req => req.session?.first, passReqToCallback: true, messages: { denied: 'no' } },
  async (req, profile) => profile.jid === req.session?.first && { id: 1 },
)

export async function confirm(info: ConfirmAuthInfo, strategy: ConfirmStrategy): Promise<string> {
  const view = await strategy.waiting({ session: {} }, { hold: 20_000 })
  await strategy.cancel({ session: {} })
  await strategy.close()
  const shown = view?.state === 'waiting' ? `${view.number} ${view.code ?? ''} ${view.bot}` : String(view?.granted)
  return info.way === 'number' ? shown : info.mechanism
}

export async function authenticate(): Promise<string> {
  try {
    const account: Account = await new Authenticator(connection).authenticate({ username: 'a', password: 'b' })
    return account.jid
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return error.code === 'ERR_XMPP_TIMEOUT' ? `${error.status}` : error.code
  }
}

export async function signUp(kept: RegistrationState | undefined, body: Record<string, unknown>): Promise<string> {
  const registration = new Registration(connection)
  const { fields, captcha, state } = await registration.form({ clientIp: '192.0.2.1' })
  const shown = fields.map(({ name, label = name, required }) => `${label}${required ? '*' : ''}`).join()
  const picture = captcha?.image ? `data:${captcha.type};base64,${captcha.image.toString('base64')}` : captcha?.url
  await registration.changePassword({ username: 'a', password: 'b' }, 'c')
  return `${shown}${picture}${await registration.submit(kept ?? state, body)}`
}

export function sessions(profile: Profile): void {
  serializeUser(profile, (_error, jid) => jid)
  deserializeUser('a@example.com', (_error, user) => (user ? user.jid : undefined))
}

export async function kit(): Promise<[BoshServer, BoshMock]> {
  const server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, mechanisms: ['PLAIN'] })
  server.fault({ on: 'auth', times: 1, reply: 'temporary-auth-failure' })
  server.fault({ on: 'auth', reply: { status: 503 } })
  server.accounts.add('zoë', 'pä$$')
  return [server, mockBosh('https://xmpp.example.com/bosh', { domain: 'example.com' })]
}
