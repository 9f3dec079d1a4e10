import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { createPhones } from '../../login-site/demo/chats'
import { ACCOUNTS, ALICE, accountOf, BOT, CONFIRM, finish, numberIn, press, told, waitAs } from './confirming'
import { type AppOn, appOn, send, visitorOf } from './visitor'

const PHONE = '/demo/phone'

let xmpp: BoshServer
let on: AppOn

beforeEach(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: ACCOUNTS, registration: 'open' })
  const phones = createPhones(xmpp, BOT)
  phones.add('user1@localhost')
  phones.add(ALICE)
  on = appOn(xmpp, { ...CONFIRM, XMPP_REGISTRATION: 'on' }, { phones })
})

afterEach(async () => {
  await on.app.close()
  await xmpp.close()
})

/** Returns the texts of the messages on a phone. */
const messagesIn = (page: string) =>
  [...page.matchAll(/<li(?: class="own")?>.*?<\/span>(.*?)<\/li>/gs)].map(([, text]) => text)

test('a demo user signs in with the number that the phone sends', async () => {
  const [browser, phone] = [visitorOf(on.app), visitorOf(on.app)]
  const page = await waitAs(browser, 'alice')
  expect(page).toContain(`href="${PHONE}?user=alice%40localhost"`)
  await told(xmpp, ALICE, 1)
  const shown = (await phone.get(`${PHONE}?user=${ALICE}`)).text
  expect(messagesIn(shown)).toEqual([expect.stringContaining('Answer with the number')])
  const number = numberIn(page)
  await press(phone, shown, PHONE, { user: ALICE, text: number }).expect('location', `${PHONE}?user=alice%40localhost`)
  await finish(browser)
  expect(await accountOf(browser)).toBe(ALICE)
  await told(xmpp, ALICE, 3)
  expect(messagesIn((await phone.get(`${PHONE}?user=${ALICE}`)).text).slice(1)).toEqual([
    number,
    expect.stringContaining('Confirmed'),
    expect.stringContaining('You are signed in'),
  ])
})

test.each([
  ['no', 'Refused'],
  ['STOP', 'Stopped'],
])('the button %s of the phone answers with this word', async (quick, answer) => {
  await waitAs(visitorOf(on.app), 'alice')
  await told(xmpp, ALICE, 1)
  await send(visitorOf(on.app), `${PHONE}?user=${ALICE}`, PHONE, { user: ALICE, quick, text: '' })
  expect((await told(xmpp, ALICE, 2)).at(-1)).toContain(answer)
})

test('the phone shows a new message to its script at once', async () => {
  const phone = visitorOf(on.app)
  const held = phone.get(`${PHONE}?user=${ALICE}&seen=0`).then(({ text }) => messagesIn(text))
  await waitAs(visitorOf(on.app), 'alice')
  expect(await held).toHaveLength(1)
})

test('a new account gets a phone', async () => {
  const browser = visitorOf(on.app)
  await send(browser, '/register', '/register', { username: 'zoe', password: 'four words are better' })
  expect((await browser.get(PHONE)).text).toContain('zoe@localhost')
})

test('the phone takes no message from other machines, and is absent without the demo', async () => {
  await visitorOf(on.app).post(PHONE).set('Forwarded', 'for=203.0.113.7').expect(404)
  const real = appOn(xmpp, CONFIRM)
  await visitorOf(real.app).get(PHONE).expect(404)
  expect((await visitorOf(real.app).get('/login')).text).not.toContain(PHONE)
  await real.app.close()
})

test.each([
  ['X-Forwarded-For', '203.0.113.7'],
  ['X-Forwarded-Host', 'app.example'],
  ['X-Real-IP', '203.0.113.7'],
  ['Via', '1.1 proxy'],
  ['Forwarded', 'for=203.0.113.7'],
  ['Host', 'app.example:5005'],
  ['Host', 'localhost.app.example'],
])('the phone is hidden, and no page links to it, when a request has %s: %s', async (name, value) => {
  await visitorOf(on.app).get(PHONE).set(name, value).expect(404)
  expect((await visitorOf(on.app).get('/login').set(name, value)).text).not.toContain(PHONE)
})

test.each(['localhost', 'localhost:5005', '127.0.0.1:5005', '[::1]:5005'])(
  'the phone is shown to a browser that asks %s',
  async host => {
    await visitorOf(on.app).get(PHONE).set('Host', host).expect(200)
    expect((await visitorOf(on.app).get('/login').set('Host', host)).text).toContain(PHONE)
  },
)

test('a message to the phone needs the token of its form', async () => {
  await visitorOf(on.app).post(PHONE).type('form').send({ user: ALICE, text: 'STOP' }).expect(403)
})
