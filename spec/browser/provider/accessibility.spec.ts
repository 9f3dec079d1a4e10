import { LANGUAGES } from '../../../login-site/texts'
import { flaws } from '../fixture/flaws'
import { PASSWORD } from '../fixture/pages'
import { KIT } from './fixture/chats'
import { OF_CLIENT, PAGES } from './fixture/every-page'
import { inWorld } from './fixture/visits'

const [name, start] = KIT

/** As long as the site allows, and as a form of the XMPP server may. */
const LONG_NAME = 'y'.repeat(64)
const NAME_FROM_RIGHT_TO_LEFT = 'محمدعلي'

const LOCALES = [
  ['en', 'en-GB'],
  ['de', 'de-DE'],
] as const

inWorld(name, start, visits => {
  beforeAll(async () => {
    for (const account of [LONG_NAME, NAME_FROM_RIGHT_TO_LEFT]) await visits.world.chat.addUser(account, PASSWORD)
  })

  describe.each(LOCALES)('in the language %s', (language, locale) => {
    test.each(PAGES)('%s has no accessibility flaw', async (_name, heading, go) => {
      const visitor = await visits.visitor({ locale })
      await go(visitor, visits.world)
      await visitor.page.getByRole('heading', { level: 1 }).waitFor()
      // The name of a client is between marks that isolate its direction.
      const shown = ((await visitor.see.heading()) ?? '').replace(/[\u2066-\u2069]/g, '')
      expect(shown).toBe(heading(LANGUAGES[language].provider))
      expect(await visitor.page.locator('html').getAttribute('lang')).toBe(language)
      expect(await flaws(visitor)).toEqual([])
    })
  })

  const NAMES = [
    ['long', LONG_NAME],
    ['arabic', NAME_FROM_RIGHT_TO_LEFT],
  ] as const
  const rows = OF_CLIENT.flatMap(([page, way]) =>
    NAMES.map(([client, account]) => [page, client, account, way] as const),
  )
  test.each(rows)('%s has no accessibility flaw with the %s name of a client', async (_page, client, account, way) => {
    const visitor = await visits.visitor()
    await way(client)(visitor, visits.world, account)
    await visitor.page.getByRole('heading', { level: 1 }).waitFor()
    expect(await flaws(visitor)).toEqual([])
  })
})
