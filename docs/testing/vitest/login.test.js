import { startBoshServer } from 'passport-xmpp-bosh/testing'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createApp } from './app.js'

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

  expect((await logIn(browser, 'secret')).text).toBe('Welcome, alice')
  expect((await browser.get('/account')).text).toBe('alice@localhost')
})

test('refuses a wrong password', async () => {
  expect((await logIn(request(app), 'guess')).status).toBe(401)
})

test('refuses an expired password', async () => {
  xmpp.accounts.expire('alice')

  expect((await logIn(request(app), 'secret')).status).toBe(401)
})

test('hides the reason when the XMPP server breaks off', async () => {
  xmpp.fault({ on: 'auth', reply: 'reset' })

  expect(await logIn(request(app), 'secret')).toMatchObject({ status: 502, text: 'Please try again later' })
})
