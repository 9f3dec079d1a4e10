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

test('signs in with the right password and stays signed in', async () => {
  const browser = request.agent(app)

  await logIn(browser, 'secret').expect(200, 'Welcome, alice')
  await browser.get('/account').expect(200, 'alice@localhost')
})

test('refuses a wrong password', async () => {
  const browser = request.agent(app)

  await logIn(browser, 'guess').expect(401)
  await browser.get('/account').expect(401)
})

test('refuses a disabled account', async () => {
  xmpp.accounts.disable('alice')

  await logIn(request(app), 'secret').expect(401)
})

test('answers 503 while the XMPP server is busy', async () => {
  xmpp.fault({ on: 'auth', reply: 'temporary-auth-failure' })

  await logIn(request(app), 'secret').expect(503, 'Please try again later')
  await logIn(request(app), 'secret').expect(200)
})
