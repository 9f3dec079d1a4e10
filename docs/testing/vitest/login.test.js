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

test('with the right password she is in, and stays in', async () => {
  const browser = request.agent(app)

  expect((await logIn(browser, 'secret')).text).toBe('Welcome, alice')
  expect((await browser.get('/account')).text).toBe('alice@localhost')
})

test('with a wrong one she is not', async () => {
  expect((await logIn(request(app), 'guess')).status).toBe(401)
})

test('nor with an expired one', async () => {
  xmpp.accounts.expire('alice')

  expect((await logIn(request(app), 'secret')).status).toBe(401)
})

test('an XMPP server that breaks off is none of her business', async () => {
  xmpp.fault({ on: 'auth', reply: 'reset' })

  expect(await logIn(request(app), 'secret')).toMatchObject({ status: 502, text: 'Please try again later' })
})
