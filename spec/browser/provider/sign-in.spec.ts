import { PHONE } from '../fixture/browser'
import { PASSWORD } from '../fixture/pages'
import { arrived, claimsAt, comeTo, consent, isSignedInTo, pagesSeen, requestOf, signIn } from './fixture/steps'
import { GERMAN, T, withEveryChat } from './fixture/visits'

/* A visitor goes from a relying party to the provider and back, in Chromium. The parties are programs by other authors. */

withEveryChat(visits => {
  test('a new visitor signs in with the password, agrees, and the party gets the claims', async () => {
    const { chat, wiki, provider, url } = visits.world
    const visitor = await visits.visitor()
    const { page, see } = visitor
    const before = Math.floor(Date.now() / 1_000)
    await comeTo(visitor, wiki)
    expect(page.url()).toMatch(`${url}/login?returnTo=%2Finteraction%2F`)
    await see.signIn('alice')
    await see.says(T.consentTitle('A wiki'))
    const text = await page.locator('main').textContent()
    expect(text).toContain('alice@localhost')
    expect(text).toContain(new URL(wiki.origin).host)
    for (const scope of ['openid', 'xmpp', 'profile', 'groups'] as const) expect(text).toContain(T.scopes[scope])
    expect(text).not.toContain(T.scopes.offline_access)
    await see.press(T.consentYes)
    const claims = await claimsAt(visitor, wiki)
    const { name, groups } = chat.alice
    expect(claims).toMatchObject({
      iss: provider.issuer,
      aud: 'wiki',
      sub: 'xmpp:alice@localhost',
      xmpp: 'alice@localhost',
      preferred_username: 'alice',
      groups,
      amr: ['pwd'],
    })
    expect(claims['name']).toBe(name)
    expect(claims.auth_time).toBeGreaterThanOrEqual(before)
    expect(typeof claims['picture']).toBe(name === undefined ? 'undefined' : 'string')
    if (name === undefined) return
    const picture = await page.context().request.get(String(claims['picture']))
    expect(picture.status()).toBe(200)
    expect(picture.headers()).toMatchObject({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' })
  })

  test('a signed-in visitor comes to a second party without a page', async () => {
    const { wiki, shop } = visits.world
    const visitor = await visits.visitor()
    const first = await signIn(visitor, visits.world)
    const seen = pagesSeen(visitor)
    await visitor.page.goto(shop.account)
    const second = await claimsAt(visitor, shop)
    expect(seen).toEqual([shop.account])
    expect(second).toMatchObject({ sub: first.sub, auth_time: first.auth_time, amr: ['pwd'], aud: 'shop' })
    // The consent is remembered for the session.
    await visitor.page.goto(`${wiki.origin}/login`)
    await claimsAt(visitor, wiki)
    expect(seen).toEqual([shop.account, wiki.account])
  })

  test('a new user signs up, agrees, and is back at the party', async () => {
    const { wiki, chat } = visits.world
    const visitor = await visits.visitor()
    const { page, see } = visitor
    await comeTo(visitor, wiki)
    await page.locator('.asides a[href*="/register"]').click()
    await see.says('Sign up')
    const name = `newcomer${chat.env['XMPP_ROLES'] ? 1 : 2}`
    await see.signUp(name, PASSWORD, 'a wrong answer')
    expect(await see.told('alert')).toMatch(/picture/i)
    await see.signUp(name, PASSWORD, await chat.captchaText())
    await consent(visitor)
    expect(await claimsAt(visitor, wiki)).toMatchObject({ sub: `xmpp:${name}@localhost`, amr: ['pwd'] })
  })

  test('a visitor who mistypes the password is told so, and is back at the party after the right one', async () => {
    const { shop } = visits.world
    const visitor = await visits.visitor()
    await comeTo(visitor, shop)
    await visitor.see.signIn('alice', 'a wrong one')
    expect(await visitor.see.told('alert')).toBe('Unknown user name or wrong password.')
    expect(await isSignedInTo(visitor, shop)).toBe(false)
    await visitor.see.signIn('alice')
    expect(await claimsAt(visitor, shop)).toMatchObject({ sub: 'xmpp:alice@localhost' })
  })

  test('a visitor who declines is back at the party without being signed in to it', async () => {
    const { wiki } = visits.world
    const visitor = await visits.visitor()
    visitor.expected.add(403)
    await comeTo(visitor, wiki)
    await visitor.see.signIn('alice')
    await visitor.see.press(T.consentNo)
    await visitor.page.getByText('You did not sign in.').waitFor()
    expect(visitor.page.url()).toMatch(`${wiki.origin}/callback?error=access_denied`)
    expect(await isSignedInTo(visitor, wiki)).toBe(false)
    // The visitor is asked again, and for nothing else.
    await visitor.page.goto(wiki.account)
    await consent(visitor)
    expect(await claimsAt(visitor, wiki)).toMatchObject({ sub: 'xmpp:alice@localhost' })
  })

  test('a visitor signs in on a phone, in German, when no script runs', async () => {
    const { wiki } = visits.world
    const visitor = await visits.visitor({ ...PHONE, locale: 'de-DE', javaScriptEnabled: false })
    const { page, see } = visitor
    await page.goto(wiki.account)
    await see.says('Anmelden')
    expect(await see.hidden()).toBeLessThanOrEqual(0)
    await page.locator('#username').fill('alice')
    await page.locator('#password').fill(PASSWORD)
    await see.press('Anmelden')
    await see.says(GERMAN.consentTitle('A wiki'))
    expect(await see.hidden()).toBeLessThanOrEqual(0)
    await see.press(GERMAN.consentYes)
    expect(await claimsAt(visitor, wiki)).toMatchObject({ sub: 'xmpp:alice@localhost' })
  })

  test('a foreign redirect_uri leads to a page of the provider, which names no part of it', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    visitor.expected.add(400)
    await visitor.page.goto(requestOf(world, 'plain', { redirect_uri: `${world.plain.elsewhere}/callback` }))
    await visitor.see.says(T.errorTitle)
    expect(visitor.page.url()).toMatch(world.url)
    expect(await visitor.page.locator('main').textContent()).not.toContain(world.plain.elsewhere)
    await visitor.page.goto(requestOf(world, 'plain'))
    await visitor.see.signIn('alice')
    await consent(visitor)
    expect(await arrived(visitor)).toBe('GET code iss state no error')
  })
})
