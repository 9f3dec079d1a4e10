import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { startBoshServer } from 'passport-xmpp-bosh/testing'
import { createApp } from './app.js'

let xmpp, server, site
before(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
  const app = createApp({ service: xmpp.url, domain: 'localhost', failureDelay: 0 })
  await new Promise(resolve => {
    server = app.listen(0, '127.0.0.1', resolve)
  })
  site = `http://127.0.0.1:${server.address().port}`
})
afterEach(() => xmpp.reset())
after(async () => {
  server.close()
  server.closeAllConnections()
  await xmpp.close()
})

const logIn = password =>
  fetch(`${site}/login`, { method: 'POST', body: new URLSearchParams({ username: 'alice', password }) })

test('signs in with the right password and stays signed in', async () => {
  const welcome = await logIn('secret')
  const cookie = welcome.headers.get('set-cookie').split(';')[0]
  const account = await fetch(`${site}/account`, { headers: { cookie } })

  assert.equal(await welcome.text(), 'Welcome, alice')
  assert.equal(await account.text(), 'alice@localhost')
})

test('refuses a wrong password', async () => {
  assert.equal((await logIn('guess')).status, 401)
})

test('does not send the password itself', async () => {
  await logIn('secret')

  assert.deepEqual(
    xmpp.requests.filter(({ step }) => step === 'auth').map(({ mechanism }) => mechanism),
    ['SCRAM-SHA-512'],
  )
})

test('answers 502 when the XMPP server fails', async () => {
  xmpp.fault({ on: 'create', reply: { status: 503 } })

  assert.equal((await logIn('secret')).status, 502)
})
