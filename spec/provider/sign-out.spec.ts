import { CHATS, PASSWORD } from './servers/chat'
import { eventually } from './servers/eventually'
import { PAGES } from './servers/registered'
import { startWorld, type World } from './servers/world'
import {
  comesBy,
  described,
  isLoginForm,
  isSignedIn,
  isSignedInAt,
  signsIn,
  signsOutAt,
  signsOutEverywhere,
} from './visitor/steps'
import { newVisitor, type Visitor } from './visitor/visitor'

/*
 * A visitor who signs out at one party, or at the provider, is signed out of all of them: the provider tells each by
 * back-channel logout.
 */

const CREDENTIALS = { username: 'user1', password: PASSWORD }

describe.each(CHATS)('on %s', chat => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(chat)
  })
  afterAll(() => world?.stop())

  const parties = () => PAGES.map(name => world.parties[name])

  /** Returns a visitor who is signed in to all parties. */
  async function signedInToAll(credentials = CREDENTIALS): Promise<Visitor> {
    const visitor = newVisitor()
    const [first, ...others] = parties()
    if (first) await signsIn(visitor, first, credentials)
    for (const party of others) await comesBy(visitor, party)
    expect(await signedInTo(visitor)).toEqual(PAGES)
    return visitor
  }

  async function signedInTo(visitor: Visitor) {
    const states = await Promise.all(parties().map(async party => ({ party, is: await isSignedIn(visitor, party) })))
    return states.filter(({ is }) => is).map(({ party }) => party.name)
  }

  /** Waits until the visitor is signed out everywhere, and looks at the form that every party leads to. */
  async function expectSignedOut(visitor: Visitor) {
    await eventually(async () => expect(await signedInTo(visitor)).toEqual([]))
    expect(await isSignedInAt(visitor, world.provider)).toBe(false)
    for (const party of parties()) expect(isLoginForm(await visitor.open(party.account))).toBe(true)
  }

  test.each(PAGES)('a sign-out at %s ends the sessions of all parties and of the provider', async name => {
    const visitor = await signedInToAll()
    const page = await visitor.open(world.parties[name].logout)

    const { post_logout_redirect_uris: after } = world.parties[name].entry
    expect(described(page)).toContain(`\n${[after].flat()[0]}`)
    await expectSignedOut(visitor)
  })

  test('a sign-out at the provider ends the sessions of all parties', async () => {
    const visitor = await signedInToAll()
    await signsOutAt(visitor, world.provider)

    await expectSignedOut(visitor)
  })

  test('a sign-out ends no session of another account', async () => {
    const visitor = await signedInToAll()
    const other = await signedInToAll({ username: 'user2', password: PASSWORD })
    await signsOutAt(visitor, world.provider)

    await expectSignedOut(visitor)
    expect(await signedInTo(other)).toEqual(PAGES)
    expect(await isSignedInAt(other, world.provider)).toBe(true)
  })

  test('a sign-out ends the sessions of one browser alone, but for express-openid-connect', async () => {
    const [visitor, elsewhere] = [await signedInToAll(), await signedInToAll()]
    await signsOutAt(visitor, world.provider)

    await expectSignedOut(visitor)
    // Its page says that it ends all sessions of the account.
    expect(await signedInTo(elsewhere)).toEqual(PAGES.filter(name => name !== 'express-openid-connect'))
  })

  test('a sign-out everywhere ends the sessions of the account in all browsers', async () => {
    const [visitor, elsewhere] = [await signedInToAll(), await signedInToAll()]
    await signsOutEverywhere(visitor, world.provider, PASSWORD)

    await expectSignedOut(visitor)
    await expectSignedOut(elsewhere)
  })
})
