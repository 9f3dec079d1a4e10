import type { Browser } from 'playwright-core'
import { type PersonalityName, startBoshServer } from '../../lib/testing/server'
import { chatServers } from '../live/test-kit/chat-servers'
import { launch } from './fixture/browser'
import { Converse, type ConverseSite, serveConverse } from './fixture/converse'

/*
 * converse.js, in a page of another origin, logs in over BOSH to the test kit and to the real servers.
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

type Start = () => Promise<{ readonly url: string; readonly stop: () => Promise<unknown> }>

const testKit = (personality: PersonalityName): Start => {
  return async () => {
    const kit = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, personality })
    return { url: kit.url, stop: () => kit.close() }
  }
}

const SERVERS = chatServers.flatMap(([personality, start]): [string, Start][] => [
  [`the test kit as ${personality}`, testKit(personality)],
  [
    personality,
    async () => {
      const server = await start()
      await server.register('user1', 'user1')
      return server
    },
  ],
])

test.each(SERVERS)('converse.js is refused, logs in, shows the account online and logs out on %s', async (_, start) => {
  const server = await start()
  const page = await browser.newPage()
  try {
    const converse = new Converse(page)
    await page.goto(site.page(server.url))
    await converse.logIn('user1@localhost', 'wrong')
    await converse.says('Your XMPP address and/or password is incorrect. Please try again.')
    await converse.logIn('user1@localhost', 'user1')
    await converse.says('I am online')
    await converse.says('user1@localhost (me)')
    await converse.logOut()
    await page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
  } finally {
    await page.close()
    await server.stop()
  }
})
