import { KIT } from './fixture/chats'
import { arrived, requestOf } from './fixture/steps'
import { inWorld, T } from './fixture/visits'

/*
 * Chromium applies the policy `form-action` of a page to each redirect after its forms, unlike other clients of HTTP. The way back
 * to a party is such a redirect, and so is the way from there to wherever the party sends its visitors.
 */

const [name, start] = KIT

inWorld(name, start, visits => {
  const ways = [
    ['by the login form', 'own'],
    ['by the consent', 'plain'],
  ] as const

  test.each(ways)(
    'the policy lets a visitor back to a party that leads on to another site %s',
    async (_way, client) => {
      const { world } = visits
      const visitor = await visits.visitor()
      await visitor.page.goto(requestOf(world, client, { redirect_uri: world.plain.onward }))
      await visitor.see.signIn('alice')
      if (client === 'plain') await visitor.see.press(T.consentYes)
      await arrived(visitor)
      expect(visitor.page.url()).toMatch(`${world.plain.elsewhere}/arrived`)
    },
  )

  test('the policy lets a visitor who declines back to a party that leads on to another site', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    await visitor.page.goto(requestOf(world, 'plain', { redirect_uri: world.plain.onward }))
    await visitor.see.signIn('alice')
    await visitor.see.press(T.consentNo)
    await arrived(visitor)
    expect(visitor.page.url()).toMatch(`${world.plain.elsewhere}/arrived`)
  })

  test.each(ways)('the policy lets a visitor back to a party with response_mode=form_post %s', async (_way, client) => {
    const { world } = visits
    const visitor = await visits.visitor()
    await visitor.page.goto(requestOf(world, client, { response_mode: 'form_post' }))
    await visitor.see.signIn('alice')
    if (client === 'plain') await visitor.see.press(T.consentYes)
    expect(await arrived(visitor)).toBe('POST code iss state no error')
  })

  test.each([true, false])(
    'the policy lets a visitor who signs out on to another site (scripts: %s)',
    async scripts => {
      const { world } = visits
      const visitor = await visits.visitor({ javaScriptEnabled: scripts })
      await visitor.page.goto(requestOf(world, 'own'))
      await visitor.see.signIn('alice')
      await arrived(visitor)
      const parameters = new URLSearchParams({ client_id: 'own', post_logout_redirect_uri: world.plain.onward })
      await visitor.page.goto(`${world.provider.issuer}/session/end?${parameters}`)
      await visitor.page.locator('main').getByRole('button', { name: T.logoutYes, exact: true }).click()
      await arrived(visitor)
      expect(visitor.page.url()).toMatch(`${world.plain.elsewhere}/arrived`)
    },
  )

  test('the browser refuses a form that leads to a site which the policy does not name', async () => {
    const { world } = visits
    const visitor = await visits.visitor()
    await visitor.page.goto(requestOf(world, 'plain'))
    await visitor.page.evaluate(`document.querySelector('main form').action = '${world.plain.elsewhere}/stolen'`)
    const complaint = visitor.page.waitForEvent('console')
    await visitor.page.locator('#username').fill('alice')
    await visitor.page.locator('#password').fill('a password')
    // A press would wait for the page that never comes.
    await visitor.page.evaluate("document.querySelector('main form').requestSubmit()")
    await complaint
    expect(visitor.trouble.splice(0).join()).toContain('form-action')
    expect(visitor.page.url()).toMatch(world.url)
  })
})
