import { setTimeout as delay } from 'node:timers/promises'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { ROLE_RECIPES } from './recipes'
import { NODES, type Started, start } from './started'
import { Visitor } from './visitor'

/* The recipes with a page for admins, as copied, on every Node.js. The kit has the room that names the admins. */

const ADMINS = 'admins@rooms.localhost'
const OWNER = 'owner-9f86d081884c7d659a2feaa0c55ad015@rooms.localhost'
const accounts = { alice: 'secret', bob: 'hunter2', login: 'pencil' }

describe.each(NODES)('on Node %s', node => {
  describe.each(ROLE_RECIPES)('with the recipe $name', recipe => {
    let xmpp: BoshServer
    let app: Started
    beforeAll(async () => {
      const room = { owners: [OWNER], members: ['alice@localhost', 'login@localhost'] }
      xmpp = await startBoshServer({ domain: 'localhost', accounts, rooms: { [ADMINS]: room } })
      app = await start(node, recipe, {
        XMPP_SERVICE: xmpp.url,
        XMPP_DOMAIN: 'localhost',
        XMPP_ACCOUNT_PASSWORD: 'pencil',
        ADMINS_OWNERS: OWNER,
      })
    })
    afterAll(async () => {
      await app?.kill()
      await xmpp?.close()
    })
    async function signedIn(name: keyof typeof accounts): Promise<Visitor> {
      const visitor = new Visitor(app.url, recipe.signIn)
      const { greeting } = await visitor.signsIn(name, accounts[name])
      expect(greeting).toBe(`Hello ${name}@localhost`)
      return visitor
    }

    test('the app shows its page for admins, and the link to it, to a member of the room', async () => {
      const alice = await signedIn('alice')

      expect(await alice.gets('/admin')).toMatchObject({ status: 200, text: expect.stringContaining('Only admins') })
      expect((await alice.gets('/')).text).toContain('href="/admin"')
    })

    test('the app refuses a visitor who is not signed in', async () => {
      const { status, text } = await new Visitor(app.url, recipe.signIn).gets('/admin')

      expect(status).toBe(401)
      expect(text).toContain('Sign in first')
      expect(text).not.toContain('Only admins')
    })

    test('the app refuses a visitor without the role until the room names the account', async () => {
      const bob = await signedIn('bob')
      const { status, text } = await bob.gets('/admin')

      expect(status).toBe(403)
      expect(text).not.toContain('Only admins')
      xmpp.rooms.grant(ADMINS, 'bob@localhost', 'member')
      while ((await bob.gets('/admin')).status === 403) await delay(100)
      expect((await bob.gets('/admin')).status).toBe(200)
    })

    test('the app gives its own account no role', async () => {
      const own = new Visitor(app.url, recipe.signIn)
      await own.signsIn('login', accounts.login)

      expect((await own.gets('/admin')).status).toBe(403)
    })

    test('the app explains an outage in its log and not on its page', async () => {
      await xmpp.close()
      const seen = await new Visitor(app.url, recipe.signIn).signsIn('alice', accounts.alice)

      expect(seen).toMatchObject({ status: 502, greeting: undefined })
      expect(seen.text).not.toMatch(/127\.0\.0\.1|ECONN|XMPP|node_modules/i)
      await app.kill() // its output up to the answer has been read then
      expect(app.said()).toContain('127.0.0.1')
      expect(app.said()).not.toMatch(/secret|pencil/)
    })
  })
})
