/*
 * Somebody's app, as the compiler sees it: no types of node, Express or Passport anywhere, and the declarations of the
 * package checked too. Every `@ts-expect-error` is a mistake that must not compile.
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

// @ts-expect-error `domain` is required
new Strategy({ service: 'https://xmpp.example.com/bosh' })
// @ts-expect-error no such option
new Strategy({ ...connection, host: 'example.com' })
// @ts-expect-error no such mechanism
new Strategy({ ...connection, mechanisms: ['DIGEST-MD5'] })
// @ts-expect-error not a number
new Strategy({ ...connection, timeout: '15s' })
// @ts-expect-error an Authenticator has its own domain
new Strategy({ authenticator: new Authenticator(connection), domain: 'example.com' })
// @ts-expect-error a user is an object
new Strategy(connection, async () => 'user1')
// @ts-expect-error no request without `passReqToCallback`
new Strategy(connection, (req, profile, done) => done(null, { req, profile }))
// @ts-expect-error no such text
new Strategy({ ...connection, messages: { oops: '' } })

export async function authenticate(): Promise<string> {
  try {
    const account: Account = await new Authenticator(connection).authenticate({ username: 'a', password: 'b' })
    // @ts-expect-error there is no password in an account
    account.password
    return account.jid
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    // @ts-expect-error no such code
    if (error.code === 'wrong-password') return ''
    return error.code === 'ERR_XMPP_TIMEOUT' ? `${error.status}` : error.code
  }
}

export async function signUp(kept: RegistrationState | undefined, body: Record<string, unknown>): Promise<string> {
  const registration = new Registration(connection)
  const { fields, captcha, state } = await registration.form({ clientIp: '192.0.2.1' })
  const shown = fields.map(({ name, label = name, required }) => `${label}${required ? '*' : ''}`).join()
  const picture = captcha && `data:${captcha.type};base64,${captcha.image.toString('base64')}`
  await registration.changePassword({ username: 'a', password: 'b' }, 'c')
  // @ts-expect-error the old password is asked for
  await registration.changePassword('a', 'c')
  // @ts-expect-error a state is what form() gave
  await registration.submit({ challenge: '1' }, body)
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
  // @ts-expect-error no such fault
  server.fault({ on: 'auth', reply: 'explode' })
  server.accounts.add('zoë', 'pä$$')
  return [server, mockBosh('https://xmpp.example.com/bosh', { domain: 'example.com' })]
}
