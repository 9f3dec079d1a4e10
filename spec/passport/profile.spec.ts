import passport from 'passport'
import {
  type Account,
  type AuthenticatorLike,
  type Profile,
  Strategy,
  type StrategyOptions,
  XmppBoshError,
} from '../../lib'
import { profileOf } from '../../lib/passport/profile'
import { deserializeUser, serializeUser } from '../../lib/passport/serialize'

const ALICE: Account = { jid: 'alice@example.com', username: 'alice', domain: 'example.com', mechanism: 'PLAIN' }
const PHOTO = 'data:image/png;base64,iVBORw0KGgo='
const VCARD: Account['vcard'] = {
  displayName: 'Alice Liddell',
  name: { familyName: 'Liddell', givenName: 'Alice' },
  emails: [{ value: 'alice@example.com', verified: false }],
  photos: [{ value: PHOTO }],
}
const KNOWN = {
  provider: 'xmpp',
  id: 'alice@example.com',
  jid: 'alice@example.com',
  username: 'alice',
  domain: 'example.com',
  displayName: 'alice',
  displayJid: 'alice@example.com',
}

describe('the profile', () => {
  test('is that of the JID alone without a vCard and roles', () => {
    expect(profileOf(ALICE)).toEqual(KNOWN)
    expect(Object.keys(profileOf(ALICE))).toEqual(Object.keys(KNOWN))
  })

  test('holds the vCard, and the JID as before', () => {
    expect(profileOf({ ...ALICE, vcard: VCARD })).toEqual({ ...KNOWN, ...VCARD })
  })

  test('shows the localpart when the vCard has no name', () => {
    expect(profileOf({ ...ALICE, vcard: { emails: [], photos: [] } })).toEqual({ ...KNOWN, emails: [], photos: [] })
  })

  test('shows the JID even if the vCard calls itself otherwise', () => {
    const vcard = { displayName: 'admin@example.com', emails: [], photos: [] }
    expect(profileOf({ ...ALICE, vcard })).toMatchObject({
      displayName: 'admin@example.com',
      displayJid: 'alice@example.com',
      id: 'alice@example.com',
      username: 'alice',
    })
  })

  test('holds the roles, also when there are none', () => {
    expect(profileOf({ ...ALICE, roles: ['staff'] })).toEqual({ ...KNOWN, roles: ['staff'] })
    expect(profileOf({ ...ALICE, roles: [] })).toEqual({ ...KNOWN, roles: [] })
  })

  test('is not in the session: it comes back without vCard and roles', () => {
    const profile = profileOf({ ...ALICE, vcard: VCARD, roles: ['staff'] })
    const stored: unknown[] = []
    serializeUser(profile, (_, jid) => stored.push(jid))
    expect(stored).toEqual(['alice@example.com'])
    deserializeUser(stored[0], (_, user) => expect(user).toEqual(KNOWN))
    expect.assertions(2)
  })
})

/** Signs alice in with a strategy, and returns the end that Passport came to. */
function signIn(options: Partial<StrategyOptions>, authenticate: AuthenticatorLike['authenticate']) {
  const instance = new passport.Passport()
  let verified: Profile | undefined
  instance.use(
    new Strategy({ ...options, authenticator: { authenticate } } as StrategyOptions, async profile => {
      verified = profile
      return profile
    }),
  )
  return new Promise<{ error: unknown; user: unknown; info: unknown; status: unknown; verified: Profile | undefined }>(
    resolve => {
      const respond: passport.AuthenticateCallback = (error, user, info, status) =>
        resolve({ error, user, info, status, verified })
      const req = { body: { username: 'alice', password: 'x' } }
      instance.authenticate('xmpp-bosh', { session: false }, respond)(req as never, {} as never, () => {})
    },
  )
}

test('a strategy gives `verify` the profile with vCard and roles', async () => {
  const { user, verified } = await signIn({}, async () => ({ ...ALICE, vcard: VCARD, roles: ['staff'] }))
  expect(verified).toEqual({ ...KNOWN, ...VCARD, roles: ['staff'] })
  expect(Object.isFrozen(verified)).toBe(true)
  expect(user).toEqual(verified)
})

describe('an account without the required role', () => {
  const refused = async () => {
    throw new XmppBoshError('role-required', 'the account does not have the role')
  }

  test('fails with 403 and a text of its own', async () => {
    expect(await signIn({}, refused)).toMatchObject({
      error: null,
      user: false,
      status: 403,
      info: { code: 'role-required', message: 'This account has no access here.' },
      verified: undefined,
    })
  })

  test('fails with the text of the app', async () => {
    const { info } = await signIn({ messages: { roleRequired: 'Only for staff.' } }, refused)
    expect(info).toEqual({ code: 'role-required', message: 'Only for staff.' })
  })
})
