/*
 * A user's app, as the compiler sees it: without types of node, Express or Passport, and with a check of the
 * declarations of the package. mistakes.ts holds the code that must not compile.
 */
import {
  type Account,
  Authenticator,
  deserializeUser,
  type Profile,
  Registration,
  type RegistrationState,
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
new Strategy({ authenticator: async () => new Authenticator(connection) })

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
