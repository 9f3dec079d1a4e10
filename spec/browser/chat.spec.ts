import type { Browser, Page } from 'playwright-core'
import { type PersonalityName, startBoshServer } from '../../lib/testing/server'
import { launch } from './fixture/browser'
import { Converse, type ConverseSite, serveConverse } from './fixture/converse'

/*
 * Two people talk in two browsers: converse.js of the one to converse.js of the other, through the test kit.
 */

let browser: Browser
let site: ConverseSite
beforeAll(async () => {
  site = await serveConverse()
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})

test.each<PersonalityName>(['ejabberd', 'prosody'])(
  'alice and bob chat through the test kit as %s',
  async personality => {
    const kit = await startBoshServer({ domain: 'localhost', accounts: { alice: 'a', bob: 'b' }, personality })
    const open = async (name: string): Promise<[Converse, Page]> => {
      // A context of its own: two browsers share no storage.
      const page = await (await browser.newContext()).newPage()
      const converse = new Converse(page)
      await page.goto(site.page(kit.url))
      await converse.logIn(`${name}@localhost`, name.slice(0, 1))
      await converse.says('I am online')
      return [converse, page]
    }
    try {
      const [[alice], [bob]] = [await open('alice'), await open('bob')]
      await alice.chatWith('bob@localhost')
      await bob.chatWith('alice@localhost')
      await alice.write('Hello Bob')
      await bob.says('Hello Bob')
      await bob.write('Hello Alice')
      await alice.says('Hello Alice')
      await alice.write('Nice to meet you')
      await bob.says('Nice to meet you')

      expect(kit.sessions.map(({ username }) => username)).toEqual(['alice', 'bob'])
    } finally {
      await Promise.all(browser.contexts().map(context => context.close()))
      await kit.close()
    }
  },
)
