import { CHATS, PASSWORD } from './servers/chat'
import { PAGES, type PartyName } from './servers/registered'
import { startWorld, type World } from './servers/world'
import {
  claimsOn,
  comesBy,
  declines,
  isConsent,
  isLoginForm,
  isSignedIn,
  passes,
  signsIn,
  signsInByApp,
  typesIn,
} from './visitor/steps'
import { newVisitor } from './visitor/visitor'

/*
 * Five relying parties by other authors sign their visitors in at the provider, each as its page in docs/identity-provider
 * shows. The visitor is a browser without a screen.
 */

const PEOPLE = [
  {
    username: 'user1',
    claims: { sub: 'xmpp:user1@localhost', xmpp: 'user1@localhost', groups: ['staff', 'editors'] },
  },
  { username: 'user2', claims: { sub: 'xmpp:user2@localhost', xmpp: 'user2@localhost', groups: [] } },
  { username: 'zoë', claims: { sub: 'xmpp:zo%C3%AB@localhost', xmpp: 'zoë@localhost', groups: ['staff'] } },
] as const
const [USER1, , ZOE] = PEOPLE
const CREDENTIALS = { username: 'user1', password: PASSWORD }

/** openid-client's strategy relies on PKCE alone. */
const WITHOUT_NONCE: readonly PartyName[] = ['passport']
/** A page in docs/identity-provider says that it cannot. */
const WITHOUT_PKCE: readonly PartyName[] = ['passport-openidconnect']

const now = () => Math.floor(Date.now() / 1_000)

describe.each(CHATS)('on %s', chat => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(chat)
  })
  afterAll(() => world?.stop())

  const isOwn = (name: PartyName) => world.parties[name].entry['first_party'] === true

  describe.each(PAGES)('the party of %s', name => {
    const party = () => world.parties[name]

    test.each(PEOPLE)('the party gets the claims of $username to the letter', async ({ username, claims }) => {
      const before = now()
      const signedIn = await signsIn(newVisitor(), party(), { username, password: PASSWORD })

      expect(signedIn.claims).toMatchObject({
        ...claims,
        preferred_username: username,
        amr: ['pwd'],
        iss: world.provider.issuer,
        aud: party().entry.client_id,
      })
      expect(signedIn.claims.auth_time).toBeGreaterThanOrEqual(before)
      expect(signedIn.claims.auth_time).toBeLessThanOrEqual(now())
      expect(signedIn.claims.exp).toBeGreaterThan(now())
    })

    test('the party asks with a nonce and a PKCE challenge where it can, and gets the nonce back', async () => {
      const { asked, claims } = await signsIn(newVisitor(), party(), CREDENTIALS)

      expect(asked.has('nonce')).toBe(!WITHOUT_NONCE.includes(name))
      expect(claims.nonce).toBe(asked.get('nonce') ?? undefined)
      expect(asked.get('code_challenge_method')).toBe(WITHOUT_PKCE.includes(name) ? null : 'S256')
    })

    test('a wrong password is refused, and the right one afterwards leads back to the party', async () => {
      const visitor = newVisitor()
      const login = await visitor.open(party().account)
      const refused = await typesIn(visitor, login, { ...CREDENTIALS, password: 'wrong' })

      expect(isLoginForm(refused)).toBe(true)
      expect(refused.url.origin).toBe(new URL(world.provider.issuer).origin)

      const accepted = await passes(visitor, await typesIn(visitor, refused, CREDENTIALS))
      expect(claimsOn(party(), accepted)).toMatchObject(USER1.claims)
    })

    test('a visitor is asked for consent unless the entry says that the party is an own one', async () => {
      const visitor = newVisitor()
      const next = await typesIn(visitor, await visitor.open(party().account), CREDENTIALS)

      expect(isConsent(next)).toBe(!isOwn(name))
      if (isOwn(name)) return expect(claimsOn(party(), next)).toMatchObject(USER1.claims)
      expect(next.text).toContain(String(party().entry['client_name']))
      const declined = await declines(visitor, next)
      expect(declined).toMatchObject({ status: 403, text: 'You did not sign in.' })
      expect(await isSignedIn(visitor, party())).toBe(false)
    })
  })

  test('the parties learn that a visitor has answered in their XMPP app', async () => {
    const visitor = newVisitor()
    const app = await world.chat.online('zoë')
    const claims = await signsInByApp(visitor, world.parties['openid-client'], 'zoë@localhost', app)
    await app.stop()

    expect(claims).toMatchObject({ ...ZOE.claims, amr: ['xmpp'] })
    const second = await comesBy(visitor, world.parties.apache)
    expect(second.claims).toMatchObject({ ...ZOE.claims, amr: ['xmpp'], auth_time: claims.auth_time })
  })

  test('a visitor of a second party types no password, and sees no page if it is an own one', async () => {
    const visitor = newVisitor()
    const first = await signsIn(visitor, world.parties['openid-client'], CREDENTIALS)

    for (const name of PAGES.slice(1)) {
      const party = world.parties[name]
      const page = await visitor.open(party.account)
      expect(isConsent(page)).toBe(!isOwn(name))
      expect(claimsOn(party, await passes(visitor, page))).toMatchObject({
        ...USER1.claims,
        amr: ['pwd'],
        auth_time: first.claims.auth_time,
      })
    }
  })

  test('a visitor who comes back to a party consents once', async () => {
    const visitor = newVisitor()
    const party = world.parties['openid-client']
    const first = await signsIn(visitor, party, CREDENTIALS)
    const again = await visitor.open(`${party.origin}/login`)

    expect(claimsOn(party, again)).toMatchObject({ ...USER1.claims, auth_time: first.claims.auth_time })
  })
})
