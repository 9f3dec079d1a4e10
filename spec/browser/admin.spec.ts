import { LANGUAGES, type Texts } from '../../login-site/texts'
import { vcardOf } from '../example-app/with-roles'
import { PHONE } from './fixture/browser'
import { flaws } from './fixture/flaws'
import { PASSWORD } from './fixture/pages'
import { openSiteWithRoles } from './fixture/site'
import { onSite, type Visitor } from './fixture/visits'

onSite('a site with roles', openSiteWithRoles, visits => {
  async function signedIn(name: string, options = {}): Promise<Visitor> {
    const visitor = await visits.visitor(options)
    await visitor.see.open('/login')
    await visitor.page.locator('#username').fill(name)
    await visitor.page.locator('#password').fill(PASSWORD)
    await visitor.page.locator('main form button[type=submit]').first().click()
    await visitor.page.locator('.menu').waitFor()
    return visitor
  }

  test('alice sees her name, her picture and her address, and opens the admin page', async () => {
    const { page, see } = await signedIn('alice')
    expect(await see.heading()).toBe('hello Alice Liddell')
    expect(await page.locator('.person').textContent()).toContain('alice@localhost')
    const picture = page.locator('.picture')
    await picture.waitFor()
    expect(await page.evaluate('document.querySelector(".picture").naturalWidth')).toBe(96)
    await page.getByRole('link', { name: 'Administration' }).click()
    await see.says('Administration')
    expect(await page.locator('dl').textContent()).toContain('admins')
  })

  test('bob finds no way to the admin page, and is refused there', async () => {
    const visitor = await signedIn('bob')
    visitor.expected.add(403)
    expect(await visitor.page.getByRole('link', { name: 'Administration' }).count()).toBe(0)
    expect(await visitor.page.locator('.picture').count()).toBe(0)
    const answer = await visitor.see.open('/admin')
    expect(answer?.status()).toBe(403)
    await visitor.see.says('You may not open this page')
    await visitor.page.getByRole('link', { name: 'Back to the start page' }).click()
    await visitor.see.says('hello bob')
  })

  test('a visitor who is not signed in comes to the admin page through the login', async () => {
    const visitor = await visits.visitor()
    await visitor.see.open('/admin')
    await visitor.see.signIn('alice')
    await visitor.see.says('Administration')
    expect(visitor.page.url()).toBe(`${visits.site.url}/admin`)
  })

  test('the picture cannot be opened as a page of the site', async () => {
    const { page } = await signedIn('alice')
    const download = page.waitForEvent('download')
    await page.goto(`${visits.site.url}/account/picture`).catch(() => undefined)
    expect((await download).suggestedFilename()).toBe('picture.png')
  })

  test('the next visitor of a browser sees the own picture, and not that of the one before', async () => {
    visits.site.vcards?.set('bob', vcardOf('Bob'))
    const { page, see } = await signedIn('alice')
    const widthOf = async () => {
      await page.locator('.picture').waitFor()
      const picture = 'document.querySelector(".picture")'
      return page.evaluate(`${picture}.decode().then(() => ${picture}.naturalWidth)`)
    }
    expect(await widthOf()).toBe(96)
    await page.locator('main form[action="/logout"] button').click()
    await see.open('/login')
    await see.signIn('bob')
    await see.says('hello Bob')
    expect(await widthOf()).toBe(1)
    for (let back = 0; back < 3; back++) {
      await page.goBack()
      expect(await page.content()).not.toContain('Alice')
    }
    expect(await widthOf()).toBe(1)
  })

  test.each<[string, string]>([
    ['marks on one letter', `Z${'\u0335\u0306\u0353'.repeat(66)}`],
    ['wide letters without a gap', 'W'.repeat(200)],
    ['Hebrew with digits', '\u05d0\u05d1\u05d2 123 \u05d0\u05d1\u05d2'],
    ['markup', '&lt;/h1&gt;&lt;img src=x onerror=alert(1)&gt;'],
  ])('a name of %s stays in its place on a phone', async (_, name) => {
    visits.site.vcards?.set('bob', vcardOf(name))
    const { page } = await signedIn('bob', { ...PHONE, locale: 'de-DE' })
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  })

  const PAGES: readonly (readonly [path: string, name: string, heading: (texts: Texts) => string])[] = [
    ['/', 'alice', t => t.home.helloName('Alice Liddell')],
    ['/admin', 'alice', t => t.admin.title],
    ['/admin', 'bob', t => t.errors.noAccess.title],
  ]
  const LOOKS = [
    ['en', {}],
    ['de', { ...PHONE, locale: 'de-DE' }],
  ] as const
  test.each(
    PAGES.flatMap(([path, name, heading]) =>
      LOOKS.map(([language, look]) => [path, name, language, heading, look] as const),
    ),
  )('the page %s of %s has no accessibility flaw in the language %s', async (path, name, language, heading, look) => {
    const visitor = await signedIn(name, look)
    visitor.expected.add(403)
    await visitor.see.open(path)
    await visitor.see.says(heading(LANGUAGES[language]))
    expect(await flaws(visitor)).toEqual([])
  })
})
