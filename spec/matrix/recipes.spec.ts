import request from 'supertest'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { type Redis, startRedis } from '../cluster/servers/redis'
import { RECIPES } from './recipes'
import { NODES, type Started, start } from './started'
import { Visitor } from './visitor'

/* Every recipe, as copied, on every Node.js. */

const accounts = { alice: 'secret', bob: 'hunter2' }
const alice = { username: 'alice', password: 'secret' }

test('MATRIX_NODES names a version', () => {
  expect(NODES).not.toEqual([])
})

let redis: Redis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis?.stop())

describe.each(NODES)('on Node %s', node => {
  describe.each(RECIPES)('with the recipe $name', recipe => {
    let xmpp: BoshServer
    let app: Started
    beforeAll(async () => {
      xmpp = await startBoshServer({ domain: 'localhost', accounts })
      app = await start(node, recipe, {
        XMPP_SERVICE: xmpp.url,
        XMPP_DOMAIN: 'localhost',
        SESSION_SECRET: 'that of all its processes, one after the other',
        REDIS_URL: redis.url,
      })
    })
    afterAll(async () => {
      await app?.kill()
      await xmpp?.close()
    })
    const visitor = () => new Visitor(app.url, recipe.signIn)

    test('the app lets a visitor in when the password is right', async () => {
      const alice = visitor()

      expect(await alice.signsIn('alice', 'secret')).toMatchObject({
        status: recipe.signIn === 'basic' ? 200 : 302,
        greeting: expect.stringMatching(recipe.greeting),
      })
    })

    test('the app refuses a wrong password and an unknown user in the same words', async () => {
      const [wrong, unknown] = await Promise.all([
        visitor().signsIn('alice', 'hunter2'),
        visitor().signsIn('mallory', 'secret'),
      ])

      expect(wrong).toMatchObject({ status: 401, greeting: undefined })
      expect(unknown).toEqual(wrong)
    })

    test('the app keeps ten visitors at once apart', async () => {
      const names = Array.from({ length: 10 }, (_, nth) => (nth % 2 ? 'alice' : 'bob'))
      const seen = await Promise.all(
        names.map((name, nth) => visitor().signsIn(name, nth < 8 ? accounts[name as 'alice'] : 'guess')),
      )
      const of = (name: string) =>
        new Set(seen.filter((_, nth) => names[nth] === name && nth < 8).map(one => one.greeting))

      expect([of('alice').size, of('bob').size]).toEqual([1, 1])
      expect(of('alice')).not.toEqual(of('bob'))
      expect(seen.slice(8)).toMatchObject([
        { status: 401, greeting: undefined },
        { status: 401, greeting: undefined },
      ])
    })

    if (recipe.signIn !== 'basic') {
      test('the app forgets a visitor that signs out', async () => {
        const alice = visitor()
        await alice.signsIn('alice', 'secret')
        await alice.signsOut()

        expect(await alice.greeting()).toBeUndefined()
      })

      test(`the app ${recipe.outlives ? 'remembers' : 'forgets'} a visitor when it is started again`, async () => {
        const alice = visitor()
        const { greeting } = await alice.signsIn('alice', 'secret')
        await app.restart()

        expect([await alice.greeting(), await visitor().greeting()]).toEqual([recipe.outlives && greeting, undefined])
      })
    }

    if (recipe.refusesOtherSites) {
      test.each([
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost' },
        { Origin: 'https://elsewhere.example' },
        { Origin: 'null' },
      ])('the app refuses a form that was submitted with the headers %j', async headers => {
        const reply = await request(app.url).post('/login').set(headers).type('form').send(alice)

        expect([reply.status, reply.get('Set-Cookie')]).toEqual([403, undefined])
      })

      test.each([
        { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' },
        { Origin: 'https://app.example', Host: 'app.example' },
      ])('the app takes its own form with the headers %j', async headers => {
        expect((await request(app.url).post('/login').set(headers).type('form').send(alice)).status).toBe(302)
      })
    }

    if (recipe.signUp) {
      const { signUp } = recipe
      test('the app lets no stranger sign up beside the XMPP server', async () => {
        const reply = await request(app.url).post(signUp).type('form').send({ username: 'user2', password: 'x' })

        expect(reply.status).toBe(404)
      })
    }

    test('the app explains an outage in its log and not on its page', async () => {
      await xmpp.close()
      const seen = await visitor().signsIn('alice', 'secret')

      expect(seen).toMatchObject({ status: 502, greeting: undefined })
      expect(seen.text).not.toMatch(/127\.0\.0\.1|ECONN|XMPP|node_modules/i)
      await app.kill() // its output up to the answer has been read then
      expect(app.said()).toContain('127.0.0.1')
      expect(app.said()).not.toContain('secret')
    })
  })
})
