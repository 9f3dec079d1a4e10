import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PASSWORD } from './fixture/pages'
import { LOOKS, picture, ROOT } from './fixture/picture'
import { openSiteOnNothing, openSiteWithRoles, SITES, type Site } from './fixture/site'
import { onSite, type Visitor } from './fixture/visits'

// The pictures of the documents. `npm run images` takes them again. Otherwise the specs only check their sizes.

/** Documents that show the pictures: the first one a selection, the second one all of them. */
const DOCUMENTS = ['README.md', 'docs/example-app-pages.md']

const open = (path: string) => (visitor: Visitor) => visitor.see.open(path)

async function fill({ page }: Visitor, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [field, value] of Object.entries(fields)) await page.locator(field).fill(value)
  await page.locator('main form button[type=submit]').first().click()
}

async function signIn(visitor: Visitor, name = 'alice'): Promise<void> {
  await visitor.see.open('/login')
  await fill(visitor, { '#username': name, '#password': PASSWORD })
  await visitor.page.locator('.menu').waitFor()
}

const signedIn = (path: string) => async (visitor: Visitor) => {
  await signIn(visitor)
  await visitor.see.open(path)
}

const askedNames = ['alice', 'carol', 'alice', 'carol'].values()

const PAGES: readonly (readonly [name: string, go: (visitor: Visitor) => Promise<unknown>])[] = [
  ['login', open('/login')],
  [
    'login-refused',
    async visitor => {
      await visitor.see.open('/login')
      await fill(visitor, { '#username': 'alice', '#password': 'a wrong one' })
      await visitor.see.told('alert')
    },
  ],
  [
    'login-forgotten',
    async visitor => {
      await visitor.see.open('/login')
      await visitor.page.locator('main summary').click()
    },
  ],
  [
    'confirm-wait',
    async ({ see, page }) => {
      await see.open('/login')
      // An account is asked three times at most.
      await page.locator('#jid').fill(askedNames.next().value ?? 'alice')
      await page.locator('form[action$="/login/xmpp"] button').click()
      await page.locator('.number').waitFor()
    },
  ],
  ['register', open('/register')],
  [
    'register-refused',
    async visitor => {
      await visitor.see.open('/register')
      await fill(visitor, { '#username': 'zoe', '#password': PASSWORD, '[name=ocr]': 'a wrong answer' })
      await visitor.see.told('alert')
    },
  ],
  ['home', visitor => signIn(visitor)],
  [
    'menu',
    async visitor => {
      await signIn(visitor)
      await visitor.page.locator('.menu summary').click()
    },
  ],
  ['account', signedIn('/account')],
  ['account-password', signedIn('/account?open=password')],
  [
    'account-sessions',
    async visitor => {
      await signIn(visitor)
      // The session of a browser that the visitor has no more.
      await visitor.page.context().clearCookies()
      await signedIn('/account?open=sessions')(visitor)
    },
  ],
  ['delete', signedIn('/account/delete')],
  ['delete-confirm', signedIn('/account/delete/confirm')],
  [
    'not-found',
    visitor => {
      visitor.expected.add(404)
      return visitor.see.open('/nothing-here')
    },
  ],
  [
    'api',
    async visitor => {
      await visitor.see.open('/docs')
      await visitor.page.locator('.opblock').first().waitFor()
    },
  ],
]

/** Pages of a site with roles, where `alice` is an admin. */
const WITH_ROLES: typeof PAGES = [
  ['home-admin', visitor => signIn(visitor)],
  ['admin', signedIn('/admin')],
  [
    'admin-refused',
    async visitor => {
      visitor.expected.add(403)
      await signIn(visitor, 'bob')
      await visitor.see.open('/admin')
    },
  ],
]

/** Pages of a site whose XMPP server is down. */
const OUTAGES: typeof PAGES = [
  [
    'outage',
    async visitor => {
      visitor.expected.add(502)
      await visitor.see.open('/login')
      await fill(visitor, { '#username': 'alice', '#password': PASSWORD })
      await visitor.page.locator('code').waitFor()
    },
  ],
]

const casesOf = (pages: typeof PAGES) =>
  pages.flatMap(([page, go]) => LOOKS.map(look => [`${page}-${look[0]}`, go, look] as const))

const [[name, openSite]] = SITES

onSite(name, openSite, visits => {
  beforeAll(() => visits.site.addUser('alice', PASSWORD))

  test.each(casesOf(PAGES))('docs/images/%s.png shows the whole page', async (...row) => {
    // The list of sessions is that of one picture.
    await visits.site.stores.accountSessions.removeAll('alice@localhost')
    await picture(row, visits.visitor)
  })

  describe('with roles', () => {
    let site: Site
    beforeAll(async () => {
      site = await openSiteWithRoles()
    })
    afterAll(() => site.close())

    test.each(casesOf(WITH_ROLES))('docs/images/%s.png shows the whole page', async (...row) => {
      // The page counts the sessions of one picture.
      await new Promise(resolve => site.stores.sessions.clear?.(resolve))
      await picture(row, options => visits.visitorOf(site, options))
    })
  })

  describe('without its XMPP server', () => {
    let site: Site
    beforeAll(async () => {
      site = await openSiteOnNothing()
    })
    afterAll(() => site.close())

    test.each(casesOf(OUTAGES))('docs/images/%s.png shows the whole page', (...row) =>
      picture(row, options => visits.visitorOf(site, options)),
    )
  })

  test.each(casesOf([...PAGES, ...WITH_ROLES, ...OUTAGES]).map(([file]) => file))(
    'a document shows docs/images/%s.png',
    async file => {
      const texts = await Promise.all(DOCUMENTS.map(document => readFile(join(ROOT, document), 'utf8')))
      expect(texts.join('\n')).toContain(`images/${file}.png`)
    },
  )
})
