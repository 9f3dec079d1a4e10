import axe from 'axe-core'
import { PASSWORD } from './fixture/pages'
import { openSiteOnNothing, type Site } from './fixture/site'
import { onEverySite, type Visitor } from './fixture/visits'

const SCREEN = { width: 1280, height: 720 }
const LOOKS = [
  ['light', 'light', SCREEN],
  ['dark', 'dark', SCREEN],
  ['phone', 'light', { width: 320, height: 568 }],
] as const

/** Returns the flaws of a page in each of its looks: those axe-core finds, and parts that are too wide or too small. */
async function flaws({ page, see }: Visitor): Promise<string[]> {
  const found: string[] = []
  await page.evaluate(NO_FADING)
  // Evaluated from outside: the page's policy allows no script, and stays unchanged.
  await page.evaluate(axe.source)
  for (const [look, colorScheme, size] of LOOKS) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(size)
    const { violations, passes } = await page.evaluate<{ violations: string[]; passes: string[] }>(RUN_AXE)
    expect(passes).toContain('color-contrast')
    found.push(...violations.map(violation => `${look}: ${violation}`))
    if ((await see.hidden()) > 0) found.push(`${look}: something is wider than the screen`)
  }
  // Below 16 px, a phone zooms in on the field.
  if (await page.evaluate<boolean>(SMALL_FIELD)) found.push('a field in small letters')
  return found
}

// The whole result is larger than the page, and takes longer to transfer than to compute.
const RUN_AXE = `axe.run().then(({ violations, passes }) => ({
  violations: violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' at ' + target)),
  passes: passes.map(({ id }) => id),
}))`

// A colour that fades from one look into the other belongs to neither.
const NO_FADING = `{
  const sheet = new CSSStyleSheet()
  sheet.replaceSync('* { transition: none !important }')
  document.adoptedStyleSheets.push(sheet)
}`
const SMALL_FIELD = `[...document.querySelectorAll('input, select')].some(field =>
  Number.parseFloat(getComputedStyle(field).fontSize) < 16)`

/** Opens a page. */
type Way = (visitor: Visitor, site: Site) => Promise<unknown>

const signedIn: Way = async ({ see }) => {
  await see.open('/login')
  await see.signIn('alice')
  await see.says('hello alice')
}

const PAGES: readonly (readonly [name: string, heading: string, go: Way])[] = [
  ['the start page', 'hello world', ({ see }) => see.open('/')],
  ['the start page of a signed-in visitor', 'hello alice', signedIn],
  ['the login page', 'Sign in', ({ see }) => see.open('/login')],
  [
    'the login page after a refusal',
    'Sign in',
    async ({ see }) => {
      await see.open('/login')
      await see.signIn('a-name-without-a-place-to-break-it'.repeat(5), 'a wrong one')
      await see.told('alert')
    },
  ],
  [
    'the login page after the end of a session',
    'Sign in',
    async (visitor, site) => {
      await signedIn(visitor, site)
      await new Promise(resolve => site.stores.sessions.clear?.(resolve))
      await visitor.see.open('/account')
      await visitor.see.told('status')
    },
  ],
  ['the sign-up page', 'Sign up', ({ see }) => see.open('/register')],
  [
    'the sign-up page after a refusal',
    'Sign up',
    async ({ see }) => {
      await see.open('/register')
      await see.signUp('zoe', PASSWORD, 'a wrong answer')
      await see.told('alert')
    },
  ],
  [
    'the account page',
    'Your account',
    async (visitor, site) => {
      await signedIn(visitor, site)
      await visitor.see.open('/account')
    },
  ],
  [
    'the account page after a refusal',
    'Your account',
    async (visitor, site) => {
      await signedIn(visitor, site)
      await visitor.see.open('/account')
      await visitor.see.account('Delete account', 'a wrong one')
      await visitor.see.told('alert')
    },
  ],
  [
    'the 404 page',
    'Page not found',
    ({ see, expected }) => {
      expected.add(404)
      return see.open('/nothing-here')
    },
  ],
  [
    'the 403 page',
    'This form is no longer valid',
    async ({ see, page, expected }, site) => {
      expected.add(403)
      await see.open('/login')
      await new Promise(resolve => site.stores.sessions.clear?.(resolve))
      await see.signIn('alice')
      await page.getByRole('link', { name: 'Reload the form' }).waitFor()
    },
  ],
  [
    'the 429 page',
    'Too many attempts',
    async ({ see, page, expected }, { url }) => {
      expected.add(429)
      await see.open('/login')
      const _csrf = await page.locator('[name=_csrf]').inputValue()
      const form = { _csrf, username: 'alice', password: 'a wrong one' }
      const attempts = Array.from({ length: 10 }, () => page.request.post(`${url}/login`, { form, maxRedirects: 0 }))
      expect((await Promise.all(attempts)).map(answer => answer.status())).toEqual(Array(10).fill(303))
      await see.signIn('alice')
      await page.getByText(/^Please wait \d+ minutes/).waitFor()
    },
  ],
]

onEverySite(visits => {
  beforeAll(() => visits.site.addUser('alice', PASSWORD))

  test.each(PAGES)('%s has no accessibility flaw', async (_, heading, go) => {
    const visitor = await visits.visitor()
    await go(visitor, visits.site)
    await visitor.see.says(heading)
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
