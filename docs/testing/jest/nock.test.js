const nock = require('nock')
const request = require('supertest')
const { mockBosh } = require('passport-xmpp-bosh/testing/nock')
const { createApp } = require('./app')

const SERVICE = 'https://xmpp.example.com/bosh'

let xmpp
beforeAll(() => {
  nock.disableNetConnect()
  nock.enableNetConnect('127.0.0.1') // supertest reaches the app there
})
beforeEach(() => {
  xmpp = mockBosh(SERVICE, { domain: 'example.com', accounts: { alice: 'secret' } })
})
afterEach(() => xmpp.close())
afterAll(() => {
  nock.enableNetConnect()
  nock.restore()
})

test('signs in with the configuration of production, without a network', async () => {
  const app = createApp({ service: SERVICE, domain: 'example.com' })

  await request(app).post('/login').type('form').send({ username: 'alice', password: 'secret' }).expect(200)
})
