import { LANGUAGES } from '../../login-site/texts'
import { EVERY_PAGE, inside } from './fixture/every-page'
import { flaws } from './fixture/flaws'
import { PASSWORD } from './fixture/pages'
import { openBrandedSite, openSiteOnNothing } from './fixture/site'
import { onEverySite, onSite } from './fixture/visits'

onEverySite(visits => {
  beforeAll(() => visits.site.addUser('alice', PASSWORD))

  test.each(EVERY_PAGE)('%s has no accessibility flaw', async (_, heading, go) => {
    const visitor = await visits.visitor()
    await go(visitor, visits.site)
    await visitor.see.says(heading(LANGUAGES.en))
    expect(await flaws(visitor)).toEqual([])
  })

  test('the page of the API has no accessibility flaw', async () => {
    const visitor = await visits.visitor()
    await visitor.see.open('/docs')
    await visitor.page.locator('.opblock').first().waitFor()
    expect(await flaws(visitor)).toEqual([])
  })

  test('the 502 page has no accessibility flaw', async () => {
    const site = await openSiteOnNothing()
    try {
      const visitor = await visits.visitorOf(site)
      visitor.expected.add(502)
      await visitor.see.open('/login')
      await visitor.see.signIn('alice')
      await visitor.see.says('This is not possible at the moment')
      expect(await flaws(visitor)).toEqual([])
    } finally {
      await site.close()
    }
  })

  test('the check finds a missing label, a low contrast and a part that is too wide', async () => {
    const visitor = await visits.visitor()
    await visitor.see.open('/login')
    await visitor.page.evaluate(`document.querySelector('label').remove()
      document.querySelector('h1').style.setProperty('color', 'var(--edge)')
      document.querySelector('form').style.setProperty('width', '2000px')`)
    const found = (await flaws(visitor)).join()
    expect(found).toMatch(/light: label at .*dark: color-contrast at .*phone: something is wider/)
  })

  test('the start page is dark when the visitor prefers dark mode', async () => {
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const { page, see } = await visits.visitor({ colorScheme: 'dark' })
    await see.open('/')
    const dark = await background()
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await background()).not.toBe(dark)
  })
})

/** As long as the app allows. */
const LONG_NAME = 'y'.repeat(64)
const NAME_FROM_RIGHT_TO_LEFT = 'محمدعلي'

onSite('a site with its own look, under a path, in German', openBrandedSite, visits => {
  const GERMAN = { locale: 'de-DE' }

  beforeAll(async () => {
    for (const name of ['alice', LONG_NAME, NAME_FROM_RIGHT_TO_LEFT]) await visits.site.addUser(name, PASSWORD)
  })

  test.each(EVERY_PAGE)('%s has no accessibility flaw', async (_, heading, go) => {
    const visitor = await visits.visitor(GERMAN)
    await go(visitor, visits.site)
    await visitor.see.says(heading(LANGUAGES.de))
    expect(await visitor.page.locator('html').getAttribute('lang')).toBe('de')
    expect(await flaws(visitor)).toEqual([])
  })

  const NAMES = [LONG_NAME, NAME_FROM_RIGHT_TO_LEFT]
  const PATHS = ['/', '/account', '/account/delete', '/account/delete/confirm']
  test.each(NAMES.flatMap(name => PATHS.map(path => [name, path] as const)))(
    'a visitor with the name %s finds no accessibility flaw at %s',
    async (name, path) => {
      const visitor = await visits.visitor()
      await inside(path)(visitor, visits.site, name)
      await visitor.page.locator('.menu summary').click()
      expect(await flaws(visitor)).toEqual([])
    },
  )

  test('the page of the API has no accessibility flaw', async () => {
    const visitor = await visits.visitor(GERMAN)
    await visitor.see.open('/docs')
    await visitor.page.locator('.opblock').first().waitFor()
    expect(await flaws(visitor)).toEqual([])
  })

  test('the logo, the name and the colour of the site are on the page', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/login')
    expect(await page.evaluate<number>("document.querySelector('.brand img').naturalWidth")).toBeGreaterThan(0)
    expect(await page.locator('.brand').textContent()).toBe('Donaudampfschifffahrtsgesellschaft Chat')
    const color = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('main button[type=submit]')).backgroundColor",
    )
    expect(color).toBe('rgb(122, 31, 162)')
  })
})
