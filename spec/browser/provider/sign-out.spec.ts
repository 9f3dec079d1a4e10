import type { Visitor } from '../fixture/visits'
import { KIT } from './fixture/chats'
import { claimsAt, comeTo, consent, isOutOf, isSignedInTo, requestOf, signIn } from './fixture/steps'
import { inWorld, T, type Visits, withEveryChat } from './fixture/visits'
import type { World } from './fixture/world'

/* A visitor who signs out at one party, or at the provider, is signed out of all of them. */

const SIGN_OUT = 'Sign out'

/** Returns a visitor who is signed in to both parties and to the provider. */
async function signedInToBoth(visits: Visits, options: Parameters<Visits['visitor']>[0] = {}): Promise<Visitor> {
  const { shop } = visits.world
  const visitor = await visits.visitor(options)
  await signIn(visitor, visits.world)
  await visitor.page.goto(shop.account)
  await claimsAt(visitor, shop)
  return visitor
}

async function expectSignedOut(visitor: Visitor, { wiki, shop }: World): Promise<void> {
  await isOutOf(visitor, wiki, shop)
  await visitor.see.open('/')
  await visitor.see.says('hello world')
  for (const party of [wiki, shop]) await comeTo(visitor, party)
}

withEveryChat(visits => {
  test('a sign-out at a party ends the sessions of both parties and of the provider without a question', async () => {
    const { wiki } = visits.world
    const visitor = await signedInToBoth(visits)
    await visitor.page.goto(wiki.logout)
    await visitor.page.getByText('You are signed out.').waitFor()
    expect(visitor.page.url()).toMatch(`${wiki.origin}/signed-out`)
    await expectSignedOut(visitor, visits.world)
  })

  test('a sign-out at the provider ends the sessions of both parties', async () => {
    const visitor = await signedInToBoth(visits)
    await visitor.see.open('/')
    await visitor.page.locator('main').getByRole('button', { name: SIGN_OUT, exact: true }).click()
    await visitor.see.says('hello world')
    await expectSignedOut(visitor, visits.world)
  })
})

const [name, start] = KIT

inWorld(name, start, visits => {
  test('a sign-out at a party takes one press when no script runs', async () => {
    const { shop } = visits.world
    const visitor = await signedInToBoth(visits, { javaScriptEnabled: false })
    await visitor.page.goto(shop.logout)
    await visitor.see.says(T.logoutTitle)
    await visitor.page.locator('main').getByRole('button', { name: T.logoutYes, exact: true }).click()
    await visitor.page.getByText('You are signed out.').waitFor()
    expect(visitor.page.url()).toMatch(`${shop.origin}/signed-out`)
    await expectSignedOut(visitor, visits.world)
  })

  test('a sign-out that no token proves is asked about, and a visitor who stays is signed in everywhere', async () => {
    const { chat, provider, wiki, shop } = visits.world
    const visitor = await signedInToBoth(visits)
    const { page, see } = visitor
    await page.goto(`${provider.issuer}/session/end`)
    await see.says(T.logoutTitle)
    expect(await page.locator('main').textContent()).toContain(T.logoutText)
    await see.press(T.logoutNo)
    await see.says(T.stillTitle)
    expect(await page.locator('main').textContent()).toMatch(/alice@localhost/)
    await see.open('/')
    await see.says(`hello ${chat.alice.name ?? 'alice'}`)
    expect(await isSignedInTo(visitor, wiki)).toBe(true)
    expect(await isSignedInTo(visitor, shop)).toBe(true)
    await page.goto(`${provider.issuer}/session/end`)
    await page.locator('main').getByRole('button', { name: T.logoutYes, exact: true }).click()
    await see.says(T.signedOutTitle)
    await expectSignedOut(visitor, visits.world)
  })

  test('the page after a sign-out says so when the visitor is signed in at the site alone, and stays so', async () => {
    const { chat, provider } = visits.world
    const { page, see } = await visits.visitor()
    await see.open('/login')
    await see.signIn('alice')
    await see.says(`hello ${chat.alice.name ?? 'alice'}`)
    await page.goto(`${provider.issuer}/session/end`)
    await see.says(T.stillTitle)
    expect(await page.locator('main').textContent()).not.toContain(T.signedOutText)
  })

  test('a sign-out ends no session of another account, nor of another browser', async () => {
    const { chat, wiki, shop } = visits.world
    const visitor = await signedInToBoth(visits)
    const elsewhere = await signedInToBoth(visits)
    const bob = await visits.visitor()
    await signIn(bob, visits.world, 'bob')
    await visitor.page.goto(shop.logout)
    await isOutOf(visitor, wiki, shop)
    for (const other of [elsewhere, bob]) {
      expect(await isSignedInTo(other, wiki)).toBe(true)
      await other.see.open('/')
      await other.see.says(`hello ${other === bob ? 'bob' : (chat.alice.name ?? 'alice')}`)
    }
  })

  test('another account can sign in after a sign-out, and is asked for its own consent', async () => {
    const { wiki } = visits.world
    const visitor = await visits.visitor()
    await signIn(visitor, visits.world)
    await visitor.page.goto(wiki.logout)
    await visitor.page.getByText('You are signed out.').waitFor()
    await comeTo(visitor, wiki)
    await visitor.see.signIn('bob')
    await consent(visitor)
    expect(await claimsAt(visitor, wiki)).toMatchObject({ sub: 'xmpp:bob@localhost' })
  })

  test('a foreign address after the sign-out leads to a page of the provider, and ends nothing', async () => {
    const { provider, plain, wiki } = visits.world
    const visitor = await visits.visitor()
    visitor.expected.add(400)
    await signIn(visitor, visits.world)
    const parameters = new URLSearchParams({ client_id: 'wiki', post_logout_redirect_uri: `${plain.elsewhere}/` })
    await visitor.page.goto(`${provider.issuer}/session/end?${parameters}`)
    await visitor.see.says(T.errorTitle)
    expect(await visitor.page.locator('main').textContent()).not.toContain(plain.elsewhere)
    expect(await isSignedInTo(visitor, wiki)).toBe(true)
    await visitor.page.goto(requestOf(visits.world, 'own'))
    await visitor.page.getByRole('heading', { name: 'Arrived' }).waitFor()
  })
})
