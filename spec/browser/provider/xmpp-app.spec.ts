import { type Browsers, openBrowsers, PHONE } from '../fixture/browser'
import { PASSWORD } from '../fixture/pages'
import { KIT } from './fixture/chats'
import { type Demo, startDemo } from './fixture/demo'
import { claimsAt, comeTo, consent } from './fixture/steps'
import { inWorld, T } from './fixture/visits'

/* A visitor signs in at a party with the XMPP app instead of the password. */

const ASK = 'Sign in with your XMPP app'

const [kit, startKit] = KIT

inWorld(kit, startKit, visits => {
  test.each([
    ['with scripts', {}],
    ['without a script, on a phone', { ...PHONE, javaScriptEnabled: false }],
  ])(
    'a visitor answers the number in the XMPP app, agrees, and the party hears of the way (%s)',
    async (how, options) => {
      const { wiki, chat } = visits.world
      const name = how === 'with scripts' ? 'carol' : 'dave'
      await chat.addUser(name, PASSWORD)
      chat.users?.add(`${name}@localhost`, { client: 'text' })
      const visitor = await visits.visitor(options)
      await comeTo(visitor, wiki)
      await visitor.page.locator('#jid').fill(name)
      await visitor.see.press(ASK)
      const number = (await visitor.page.locator('.number strong').textContent()) ?? ''
      await chat.users?.asked(`${name}@localhost`)
      chat.users?.reply(`${name}@localhost`, number)
      await consent(visitor)
      expect(await claimsAt(visitor, wiki)).toMatchObject({
        sub: `xmpp:${name}@localhost`,
        xmpp: `${name}@localhost`,
        amr: ['xmpp'],
      })
    },
  )
})

describe('of npm run start:provider', () => {
  let demo: Demo
  let browsers: Browsers
  beforeAll(async () => {
    demo = await startDemo()
    browsers = await openBrowsers()
  })
  afterAll(async () => {
    await browsers?.close()
    await demo?.stop()
  })

  test('a visitor of the demo answers on its phone, agrees, and sees the claims', async () => {
    // A proxy in front of the provider hides the phone.
    const { page } = await browsers.person(demo.sites, { extraHTTPHeaders: {} })
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
    await page.goto(demo.party)
    await page.getByRole('link', { name: 'Sign in', exact: true }).click()
    await page.locator('#jid').fill('alice')
    await press(ASK)
    const number = (await page.locator('.number strong').textContent()) ?? ''
    const opening = page.context().waitForEvent('page')
    await page.getByRole('link', { name: 'Phone of a demo user' }).click()
    const phone = await opening
    await phone.getByText('Answer with the number').last().waitFor()
    await phone.getByLabel('Answer').fill(number)
    await phone.getByRole('button', { name: 'Send', exact: true }).click()
    await press(T.consentYes)
    await page.getByRole('heading', { name: 'Hello, alice' }).waitFor()
    expect(page.url()).toBe(`${demo.party}/`)
    const claim = (name: string) =>
      page
        .locator('tr', { has: page.locator('th code', { hasText: RegExp(`^${name}$`) }) })
        .locator('td')
        .first()
        .textContent()
    expect(await claim('sub')).toContain('xmpp:alice@localhost')
    expect(await claim('groups')).toContain('["admins"]')
    expect(await claim('amr')).toContain('["xmpp"]')
    expect(await browsers.leave()).toEqual([])
  })
})
