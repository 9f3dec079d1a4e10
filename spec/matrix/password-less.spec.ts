import { setTimeout as delay } from 'node:timers/promises'
import request from 'supertest'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { CONFIRMED_RECIPES, type ConfirmedRecipe } from './recipes'
import { NODES, type Started, start } from './started'

/* The recipes whose visitors answer in their XMPP client, as copied, on every Node.js. The kit plays the visitors' clients. */

const ALICE = 'alice@localhost'
const MALLORY = 'mallory@localhost'
const BOT = 'login@localhost'

describe.each(NODES)('on Node %s', node => {
  describe.each(CONFIRMED_RECIPES)('with the recipe $name', recipe => {
    let xmpp: BoshServer
    let app: Started
    beforeAll(async () => {
      xmpp = await startBoshServer({ domain: 'localhost', accounts: { login: 'secret' } })
      app = await start(node, recipe, {
        XMPP_SERVICE: xmpp.url,
        XMPP_DOMAIN: 'localhost',
        XMPP_ACCOUNT: 'login',
        XMPP_ACCOUNT_PASSWORD: 'secret',
      })
    })
    beforeEach(() => {
      // New users have seen none of the questions of the test before.
      for (const jid of [ALICE, MALLORY]) xmpp.users.add(jid, { client: 'text' })
    })
    afterAll(async () => {
      await app?.kill()
      await xmpp?.close()
    })

    // An account is asked three times in ten minutes, and not again for a quarter of an hour after a no.
    test('the app signs a visitor in once when alice answers with the number of the page', async () => {
      const browser = await begun(app, recipe)
      const { text } = await xmpp.users.asked(ALICE)
      xmpp.users.reply(ALICE, browser.number)

      expect(text).not.toContain(browser.number)
      expect(await browser.finished()).toMatchObject({ status: 302, greeting: expect.stringMatching(recipe.greeting) })
      await browser.signsOut()
      expect(await browser.finishes()).toMatchObject({ status: 401, greeting: undefined })
    })

    test('the app signs a visitor in when alice sends the code and then the number', async () => {
      const browser = await begun(app, { ...recipe, form: recipe.formWithoutJid })
      xmpp.users.send(ALICE, browser.code, { to: BOT })
      while (!xmpp.users.told(ALICE).some(text => text.includes('You sent a code of Recipe'))) await delay(20)
      xmpp.users.send(ALICE, browser.number, { to: BOT })

      expect(await browser.finished()).toMatchObject({ status: 302, greeting: expect.stringMatching(recipe.greeting) })
    })

    test('the app refuses a visitor when another account answers with the number and alice says no', async () => {
      const browser = await begun(app, recipe)
      await xmpp.users.asked(ALICE)
      xmpp.users.send(MALLORY, browser.number, { to: BOT })

      expect(await browser.finishes()).toMatchObject({ status: 303, greeting: undefined })
      xmpp.users.reply(ALICE, 'no')
      expect(await browser.finished()).toMatchObject({ status: 401, greeting: undefined })
    })

    test('the app explains an outage in its log and not on its page', async () => {
      await xmpp.close()
      const reply = await request(app.url).post(recipe.form.path).type('form').send(recipe.form.fields)

      expect(reply.status).toBe(503)
      expect(reply.text).not.toMatch(/127\.0\.0\.1|ECONN|XMPP|node_modules/i)
      await app.kill() // its output up to the answer has been read then
      expect(app.said()).toMatch(/service account/)
      expect(app.said()).not.toContain('secret')
    })
  })
})

/** Starts a sign-in as the form of the recipe does, and reads the page that waits. */
async function begun(app: Started, { form }: ConfirmedRecipe) {
  const agent = request.agent(app.url)
  const started = await agent.post(form.path).type('form').send(form.fields)
  expect(started.status).toBe(303)
  const waitUrl = started.headers['location'] ?? ''
  const page = await agent.get(waitUrl)
  const [, number = ''] = /<output>(\d{2,3})<\/output>/.exec(page.text) ?? []
  const [, code = ''] = />([0-9A-Z]{4}-[0-9A-Z]{4})</.exec(page.text) ?? []
  const finishUrl = waitUrl.replace('wait', 'finish')
  const greetingNow = async () => /Hello [^<\n]+/.exec((await agent.get('/')).text)?.[0]
  const finishes = async () => ({ status: (await agent.get(finishUrl)).status, greeting: await greetingNow() })
  return {
    number,
    code,
    /** Waits for the answer as the page does, and follows it. */
    async finished() {
      await agent.get(`${waitUrl}?held`)
      return finishes()
    },
    finishes,
    signsOut: () => agent.post('/logout'),
  }
}
