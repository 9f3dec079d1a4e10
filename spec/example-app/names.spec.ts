import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { appOn, hiddenIn, noticeIn, signIn, type Visitor, visitorOf } from './visitor'

const U_LABELS = 'm\u00fcnchen.example'
const A_LABELS = 'xn--mnchen-3ya.example'

let xmpp: BoshServer
let app: App
let visitor: Visitor

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: U_LABELS, accounts: { 'o\\27neil': 'shamrock' }, registration: 'open' })
})

beforeEach(() => {
  app = appOn(xmpp, { XMPP_DOMAIN: U_LABELS, XMPP_REGISTRATION: 'on' }).app
  visitor = visitorOf(app)
})

afterEach(() => app.close())
afterAll(() => xmpp.close())

test('every page shows the domain in U-labels and a name without escapes', async () => {
  expect((await visitor.get('/register')).text).toContain(`>@${U_LABELS}</bdi>`)
  await signIn(visitor, "O'Neil", 'shamrock')
  for (const path of ['/', '/account']) {
    const { text } = await visitor.get(path)
    expect(text).toContain(`o'neil@${U_LABELS}<`)
    expect(text.replace(/<input[^>]*>/g, '')).not.toContain(A_LABELS)
  }
})

test('the notice about a new account shows its name without escapes', async () => {
  const { text } = await visitor.get('/register')
  const fields = { ...hiddenIn(text), username: 'Jean Pierre', password: 'a good one' }
  await visitor.post('/register').type('form').send(fields).expect(303)
  expect(noticeIn((await visitor.get('/')).text)).toContain(`Your account jean pierre@${U_LABELS} is ready`)
})

test('a program sees A-labels and escapes', async () => {
  await signIn(visitor, "O'Neil", 'shamrock')
  expect((await visitor.get('/api/me')).body).toMatchObject({
    jid: `o\\27neil@${A_LABELS}`,
    username: 'o\\27neil',
    domain: A_LABELS,
  })
})
