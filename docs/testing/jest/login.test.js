const request = require('supertest')
const { startBoshServer } = require('passport-xmpp-bosh/testing')
const { createApp } = require('./app')

let xmpp, app
beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
  app = createApp({ service: xmpp.url, domain: 'localhost', failureDelay: 0 })
})
afterEach(() => xmpp.reset())
afterAll(() => xmpp.close())

const logIn = (browser, password) => browser.post('/login').type('form').send({ username: 'alice', password })

test('with the right password she is in, and stays in', async () => {
  const browser = request.agent(app)

  await logIn(browser, 'secret').expect(200, 'Welcome, alice')
  await browser.get('/account').expect(200, 'alice@localhost')
})

test('with a wrong one she is not', async () => {
  const browser = request.agent(app)

  await logIn(browser, 'guess').expect(401)
  await browser.get('/account').expect(401)
})

test('nor with a disabled account', async () => {
  xmpp.accounts.disable('alice')

  await logIn(request(app), 'secret').expect(401)
})

test('while the XMPP server is busy, the app asks for patience', async () => {
  xmpp.fault({ on: 'auth', reply: 'temporary-auth-failure' })

  await logIn(request(app), 'secret').expect(503, 'Please try again later')
  await logIn(request(app), 'secret').expect(200)
})
