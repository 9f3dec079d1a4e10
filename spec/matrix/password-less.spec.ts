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
      // A user that is new has neither refused nor been asked too often.
      for (const jid of [ALICE, MALLORY]) xmpp.users.add(jid, { client: 'text' })
    })
    afterAll(async () => {
      await app?.kill()
      await xmpp?.close()
    })

    test('the app signs a visitor in when alice answers with the number of the page', async () => {
      const browser = await begun(app, recipe)
      await xmpp.users.asked(ALICE)
      xmpp.users.reply(ALICE, browser.number)

      expect(await browser.finished()).toMatchObject({ status: 302, greeting: expect.stringMatching(recipe.greeting) })
      expect(xmpp.users.told(ALICE).join('\n')).not.toContain(browser.number)
    })

    test('the app signs a visitor in when alice sends the code and then the number', async () => {
      const browser = await begun(app, recipe)
      await xmpp.users.asked(ALICE)
      xmpp.users.send(ALICE, browser.code, { to: BOT })
      await xmpp.users.asked(ALICE)
      xmpp.users.reply(ALICE, browser.number)

      expect(await browser.finished()).toMatchObject({ status: 302, greeting: expect.stringMatching(recipe.greeting) })
    })

    test('the app signs no visitor in when another account answers with the number', async () => {
      const browser = await begun(app, recipe)
      await xmpp.users.asked(ALICE)
      xmpp.users.send(MALLORY, browser.number, { to: BOT })

      expect(await browser.waits()).toBe(true)
      expect(await browser.finishes()).toMatchObject({ status: 303, greeting: undefined })
    })

    test('the app lets a second visit of the last page sign in again only with another answer', async () => {
      const browser = await begun(app, recipe)
      await xmpp.users.asked(ALICE)
      xmpp.users.reply(ALICE, browser.number)
      await browser.finished()
      await browser.signsOut()

      expect(await browser.finished()).toMatchObject({ status: 401, greeting: undefined })
    })

    test('the app refuses a visitor when alice says no', async () => {
      const browser = await begun(app, recipe)
      await xmpp.users.asked(ALICE)
      xmpp.users.reply(ALICE, 'no')

      expect(await browser.finished()).toMatchObject({ status: 401, greeting: undefined })
    })

    test('the app explains an outage in its log and not on its page', async () => {
      await xmpp.close()
      const reply = await request(app.url).post(recipe.form.path).type('form').send(recipe.form.fields)

      expect(reply.status).toBe(503)
      expect(reply.text).not.toMatch(/127\.0\.0\.1|ECONN|XMPP|node_modules/i)
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
  const [, number = ''] = /<output>(\d\d)<\/output>/.exec(page.text) ?? []
  const [, code = ''] = />([0-9A-Z]{4}-[0-9A-Z]{4})</.exec(page.text) ?? []
  const finishUrl = waitUrl.replace('wait', 'finish')
  const greetingNow = async () => /Hello [^<\n]+/.exec((await agent.get('/')).text)?.[0]
  const finishes = async () => ({ status: (await agent.get(finishUrl)).status, greeting: await greetingNow() })
  return {
    number,
    code,
    /** Returns true if the page still waits. */
    waits: async () => (await agent.get(waitUrl)).text.includes(number),
    /** Waits for the answer as the page does, and follows it. */
    async finished() {
      await agent.get(`${waitUrl}?held`)
      return finishes()
    },
    finishes,
    signsOut: () => agent.post('/logout'),
  }
}
