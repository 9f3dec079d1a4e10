import { LANGUAGES } from '../../login-site/texts'
import { ALICE, BOT, codeIn } from '../example-app/confirming'
import { until } from '../fixtures/waits'
import { PHONE } from './fixture/browser'
import { flaws } from './fixture/flaws'
import { PASSWORD } from './fixture/pages'
import { openDemoSite, SITES, type Site } from './fixture/site'
import { onSite, type Visitor } from './fixture/visits'

const ASK = 'Sign in with your XMPP app'
const FORM = 'form[action$="/login/xmpp"]'
/** ms. A message that was to come twice has come twice. */
const SOON_MS = 300

/** Returns the users that the test server of a site plays. */
function usersOf({ users }: Site) {
  if (!users) throw new Error('this XMPP server plays no users')
  return users
}

async function begin({ page, see }: Visitor, name: string, button = ASK): Promise<void> {
  await see.open('/login')
  await page.locator('#jid').fill(name)
  await see.press(button)
  await page.locator('.number').waitFor()
}

const numberOn = async ({ page }: Visitor) => (await page.locator('.number strong').textContent()) ?? ''

const signedInAs = ({ page }: Visitor, name: string) => page.getByRole('heading', { name: `hello ${name}` }).waitFor()

const [[name, openSite]] = SITES

onSite(name, openSite, visits => {
  beforeAll(() => visits.site.addUser('alice', PASSWORD))
  // A new user, with whom nothing was agreed or refused.
  let person = 0
  let jid = ALICE
  let user = 'alice'
  beforeEach(async () => {
    user = `alice${++person}`
    jid = `${user}@localhost`
    await visits.site.addUser(user, PASSWORD)
    usersOf(visits.site).add(jid, { client: 'text' })
  })

  const reply = async (visitor: Visitor) => usersOf(visits.site).reply(jid, await numberOn(visitor))

  test('a person signs in with the number when scripts run, and the page does not change before', async () => {
    const visitor = await visits.visitor()
    await begin(visitor, user)
    const number = await numberOn(visitor)
    expect(await visitor.page.title()).toContain(`${number}:`)
    await visitor.page.evaluate('window.isSame = true')
    await usersOf(visits.site).asked(jid)
    await new Promise(resolve => setTimeout(resolve, SOON_MS))
    expect(await visitor.page.evaluate('window.isSame')).toBe(true)
    await reply(visitor)
    await signedInAs(visitor, user)
    // The page that waited is not in the history: going back does not ask again.
    await visitor.page.goBack()
    await signedInAs(visitor, user)
  })

  test('a person signs in on a phone, in German, when no script runs', async () => {
    const visitor = await visits.visitor({ ...PHONE, locale: 'de-DE', javaScriptEnabled: false })
    await begin(visitor, user, 'Mit der XMPP-App anmelden')
    expect(await visitor.see.heading()).toBe(LANGUAGES.de.confirm.title)
    expect(await visitor.page.title()).toContain(await numberOn(visitor))
    // The browser asks again by itself, and the app holds the request.
    await visitor.page.waitForRequest(request => request.url().endsWith('/login/xmpp/wait?held'))
    await reply(visitor)
    await visitor.page.getByRole('heading', { name: `Hallo ${user}` }).waitFor()
  })

  test('a person who refuses is told so on the login page, and can sign in with a password there', async () => {
    const visitor = await visits.visitor()
    await begin(visitor, user)
    usersOf(visits.site).deny(jid)
    expect(await visitor.see.told('alert')).toContain('refused')
    await visitor.see.focusOn('#jid')
    await visitor.see.signIn(user)
    await signedInAs(visitor, user)
  })

  test('a person gets a new message from the button, cancels, and takes the password instead', async () => {
    const visitor = await visits.visitor()
    await begin(visitor, user)
    await usersOf(visits.site).asked(jid)
    await visitor.see.press('Send again')
    await usersOf(visits.site).asked(jid)
    await visitor.see.press('Cancel')
    expect(await visitor.see.told('status')).toBe('The request to your XMPP app was cancelled.')
    await begin(visitor, user)
    await visitor.page.getByRole('link', { name: 'Use the password instead' }).click()
    await visitor.see.signIn(user)
    await signedInAs(visitor, user)
  })

  test('a person who sends the code is asked for the number', async () => {
    const visitor = await visits.visitor()
    await begin(visitor, '')
    const code = codeIn(await visitor.page.content())
    const link = visitor.page.getByRole('link', { name: 'Open the XMPP app' })
    expect(await link.getAttribute('href')).toBe(`xmpp:${BOT}?message;type=chat;body=${code}`)
    expect(await visitor.page.getByRole('img', { name: 'QR code' }).isVisible()).toBe(true)
    usersOf(visits.site).send(jid, code, { to: BOT })
    await until('the question of the app', () => usersOf(visits.site).told(jid).length > 0)
    usersOf(visits.site).send(jid, await numberOn(visitor), { to: BOT })
    await signedInAs(visitor, user)
  })

  test.each([true, false])(
    'a button that is pressed twice sends one message (scripts: %s)',
    async javaScriptEnabled => {
      const visitor = await visits.visitor({ javaScriptEnabled })
      await visitor.see.open('/login')
      await visitor.page.locator('#jid').fill(user)
      await visitor.page.locator(`${FORM} button`).dblclick({ noWaitAfter: true })
      await visitor.page.locator('.number').waitFor()
      await usersOf(visits.site).asked(jid)
      await new Promise(resolve => setTimeout(resolve, SOON_MS))
      expect(usersOf(visits.site).told(jid)).toHaveLength(1)
      await reply(visitor)
      await signedInAs(visitor, user)
    },
  )

  test('the last request counts when a person begins in two tabs, and both tabs go on', async () => {
    const first = await visits.visitor()
    const second = await first.page.context().newPage()
    await second.goto(`${visits.site.url}/login`)
    await begin(first, user)
    await second.locator('#jid').fill(user)
    await second.locator(`${FORM} button`).click()
    await second.locator('.number').waitFor()
    const number = (await second.locator('.number strong').textContent()) ?? ''
    usersOf(visits.site).reply(jid, number)
    await second.getByRole('heading', { name: `hello ${user}` }).waitFor()
    await signedInAs(first, user)
  })

  test('ten persons who sign in at once are each signed in to their own account', async () => {
    const people = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const each = `crowd${n}`
        await visits.site.addUser(each, PASSWORD)
        usersOf(visits.site).add(`${each}@localhost`, { client: n % 2 === 0 ? 'text' : 'gajim' })
        return { each, visitor: await visits.visitor() }
      }),
    )
    await Promise.all(people.map(({ each, visitor }) => begin(visitor, each)))
    await Promise.all(
      people.map(async ({ each, visitor }) => usersOf(visits.site).reply(`${each}@localhost`, await numberOn(visitor))),
    )
    await Promise.all(people.map(({ each, visitor }) => signedInAs(visitor, each)))
  })

  describe('of the demo', () => {
    let site: Site
    beforeAll(async () => {
      site = await openDemoSite()
    })
    afterAll(() => site.close())

    test('a code that is enough alone leads to a page that names the account first', async () => {
      const visitor = await visits.visitorOf(site)
      await visitor.see.open('/login')
      await visitor.see.press(ASK)
      await visitor.page.locator('.code').waitFor()
      usersOf(site).send(ALICE, codeIn(await visitor.page.content()), { to: BOT })
      await visitor.see.says('Is this you?')
      expect(await flaws(visitor)).toEqual([])
      await visitor.see.press(`Continue as ${ALICE}`)
      await signedInAs(visitor, 'alice')
    })

    test.each([true, false])('a new user answers on the phone of the demo (scripts: %s)', async javaScriptEnabled => {
      // A proxy in front of the app hides the phone.
      const visitor = await visits.visitorOf(site, { javaScriptEnabled, extraHTTPHeaders: {} })
      await begin(visitor, 'alice')
      const opening = visitor.page.context().waitForEvent('page')
      await visitor.page.getByRole('link', { name: 'Phone of a demo user' }).click()
      const phone = await opening
      await phone.getByText('Answer with the number').last().waitFor()
      await phone.getByLabel('Answer').fill(await numberOn(visitor))
      await phone.getByRole('button', { name: 'Send', exact: true }).click()
      await signedInAs(visitor, 'alice')
    })

    test('the phone of the demo has no accessibility flaw', async () => {
      const visitor = await visits.visitorOf(site, { extraHTTPHeaders: {} })
      await visitor.see.open('/demo/phone')
      expect(await flaws(visitor)).toEqual([])
    })
  })
})
