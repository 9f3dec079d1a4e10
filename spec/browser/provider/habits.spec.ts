import { PASSWORD } from '../fixture/pages'
import type { Visitor } from '../fixture/visits'
import { KIT } from './fixture/chats'
import { arrived, claimsAt, comeTo, consent, isSignedInTo, requestOf, signIn } from './fixture/steps'
import { inWorld, T, tabOf } from './fixture/visits'

/* Visitors press twice, open tabs, go back, and send each other addresses. */

const [name, start] = KIT

/** ms of a slow line. Two presses come in less, on a busy machine as well: a later one would meet the next page. */
const LATENCY_MS = 600

async function slowDown({ page }: Visitor): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const line = { offline: false, latency: LATENCY_MS, downloadThroughput: -1, uploadThroughput: -1 }
  await session.send('Network.emulateNetworkConditions', line)
}

inWorld(name, start, visits => {
  test.each([true, false])('buttons that are pressed twice count once (scripts: %s)', async javaScriptEnabled => {
    const { wiki } = visits.world
    const visitor = await visits.visitor({ javaScriptEnabled })
    const { page, see } = visitor
    await slowDown(visitor)
    const pressTwice = async (button: string) => {
      // Until then, the scripts of the page may be missing.
      await page.waitForLoadState()
      const box = await page.locator('main').getByRole('button', { name: button, exact: true }).boundingBox()
      if (!box) throw new Error(`the button ${button} has no place`)
      const press = () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
      await press()
      await press()
    }
    await comeTo(visitor, wiki)
    await page.getByLabel('User name').fill('alice')
    await page.getByLabel('Password').fill(PASSWORD)
    await pressTwice('Sign in')
    await see.says(T.consentTitle('A wiki'))
    await pressTwice(T.consentYes)
    expect(await claimsAt(visitor, wiki)).toMatchObject({ sub: 'xmpp:alice@localhost' })
    await page.goto(requestOf(visits.world, 'plain'))
    await see.says(T.consentTitle('A plain party'))
    await pressTwice(T.consentNo)
    expect(await arrived(visitor)).toContain('access_denied')
  })

  test('two tabs with two requests are answered each at its own party', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    const tab = await tabOf(visitor, world)
    await comeTo(visitor, world.wiki)
    await comeTo(tab, world.shop)
    await visitor.see.signIn('alice')
    await visitor.see.says(T.consentTitle('A wiki'))
    // The form of the other tab is older than the sign-in.
    await tab.page.reload()
    expect(await claimsAt(tab, world.shop)).toMatchObject({ sub: 'xmpp:alice@localhost', aud: 'shop' })
    await consent(visitor)
    expect(await claimsAt(visitor, world.wiki)).toMatchObject({ sub: 'xmpp:alice@localhost', aud: 'wiki' })
  })

  test('a login form in a second tab, sent after the sign-in in the first one, leads to its own party', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    const tab = await tabOf(visitor, world)
    await comeTo(visitor, world.shop)
    await comeTo(tab, world.wiki)
    await visitor.see.signIn('alice')
    await claimsAt(visitor, world.shop)
    visitor.expected.add(403)
    await tab.see.signIn('alice')
    await consent(tab)
    expect(await claimsAt(tab, world.wiki)).toMatchObject({ sub: 'xmpp:alice@localhost' })
  })

  test('the back button after the consent leads to no second sign-in, and the visitor stays signed in', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    visitor.expected.add(400)
    await signIn(visitor, world)
    await visitor.page.goBack()
    const heading = await visitor.see.heading()
    expect([T.goneTitle, T.consentTitle('A wiki')]).toContain(heading)
    if (heading !== T.goneTitle) {
      await visitor.see.press(T.consentYes)
      await visitor.see.says(T.goneTitle)
    }
    expect(await isSignedInTo(visitor, world.wiki)).toBe(true)
  })

  test('a visitor who goes back to the party and begins again is not asked for the password again', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    await comeTo(visitor, world.wiki)
    await visitor.see.signIn('alice')
    await visitor.see.says(T.consentTitle('A wiki'))
    await visitor.page.goto(world.wiki.account)
    await consent(visitor)
    await claimsAt(visitor, world.wiki)
  })

  test.each([
    ['a stranger', false],
    ['a signed-in visitor', true],
  ])('the request of another browser is not answered by %s who opens its address', async (_who, isSignedIn) => {
    const { world } = visits
    const victim = await visits.visitor()
    const attacker = await visits.visitor()
    victim.expected.add(400)
    await comeTo(attacker, world.wiki)
    const path = new URL(attacker.page.url()).searchParams.get('returnTo') ?? ''
    expect(path).toMatch(/^\/interaction\//)
    if (isSignedIn) await signIn(victim, world)
    await victim.see.open(path)
    await victim.see.says(T.goneTitle)
    if (!isSignedIn) {
      // The form of the login page leads back to the interaction, which is not this browser's.
      await victim.see.open(`/login?${new URLSearchParams({ returnTo: path })}`)
      await victim.see.signIn('alice')
      await victim.see.says(T.goneTitle)
      expect(await isSignedInTo(victim, world.wiki)).toBe(false)
    }
    await attacker.see.open(path)
    await attacker.see.says('Sign in')
    expect(await isSignedInTo(attacker, world.wiki)).toBe(false)
  })

  test('a link in a consent page leads to no foreign site by itself, and sends no address along', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    await visitor.page.goto(requestOf(world, 'plain'))
    await visitor.see.signIn('alice')
    const links = visitor.page.locator('main a')
    await links.first().waitFor()
    for (const link of await links.all()) expect(await link.getAttribute('rel')).toContain('noreferrer')
    expect(await links.count()).toBe(2)
  })
})
