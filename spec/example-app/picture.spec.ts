import type { BoshServer } from '../../lib/testing/server'
import { type AppOn, appOn, INLINE, send, signIn, type Visitor, visitorOf } from './visitor'
import { ADMINS, PNG, ROLES, startServerWithRoles, vcardOf } from './with-roles'

const PICTURE = '/account/picture'

let xmpp: BoshServer
let on: AppOn

beforeEach(async () => {
  xmpp = await startServerWithRoles()
  on = appOn(xmpp, { ...ROLES, XMPP_REGISTRATION: 'on' })
})

afterEach(async () => {
  await on.app.close()
  await xmpp.close()
})

async function enter(username = 'alice', password = 'wonderland', { app } = on): Promise<Visitor> {
  const visitor = visitorOf(app)
  await signIn(visitor, username, password)
  return visitor
}

/** Returns everything that the session store holds, as one text. */
async function stored({ stores }: AppOn): Promise<string> {
  const all = await new Promise((resolve, reject) => {
    if (!stores.sessions.all) return reject(new Error('the store does not list its sessions'))
    stores.sessions.all((failed, sessions) => (failed ? reject(failed) : resolve(sessions)))
  })
  return JSON.stringify(all)
}

test('the start page shows the name and the picture of the vCard, with the address beside the name', async () => {
  const visitor = await enter()
  const { text } = await visitor.get('/')
  expect(text).toMatch(
    /<img class="picture" src="\/account\/picture" alt=""[^>]*><div><h1>hello Alice Liddell<\/h1><p class="jid"><bdi dir="ltr">alice@localhost<\/bdi>/,
  )
})

test('the picture is a file of its checked type that a browser neither guesses, runs nor keeps', async () => {
  const visitor = await enter()
  const { body, headers } = await visitor.get(PICTURE).expect(200)
  expect(body).toEqual(PNG)
  expect(headers).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': 'attachment; filename="picture.png"',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none';sandbox;frame-ancestors 'none'",
    'cache-control': 'private, no-store',
    'cross-origin-resource-policy': 'same-origin',
  })
})

test('a kept picture takes no more memory than its bytes', async () => {
  await enter()
  const [{ sid } = { sid: '' }] = await on.stores.accountSessions.list('alice@localhost')
  const kept = await on.stores.cards.picture(sid)
  expect(kept?.bytes.buffer.byteLength).toBe(PNG.length)
})

test('a visitor gets no picture but the own one', async () => {
  await enter()
  await visitorOf(on.app).get(PICTURE).expect(404)
  const other = await enter('user1', 'user1')
  await other.get(PICTURE).expect(404)
  expect((await other.get('/')).text).toContain('hello user1')
  expect((await other.get('/')).text).not.toContain('<img class="picture"')
})

test('the session holds the JID, and neither name nor picture', async () => {
  await enter()
  const text = await stored(on)
  expect(text).toContain('alice@localhost')
  expect(text).not.toMatch(/Liddell|iVBORw0K|137,80,78,71/)
})

test.each<[string, (visitor: Visitor) => Promise<unknown>]>([
  ['signing out', visitor => send(visitor, '/', '/logout', {})],
  [
    'signing out everywhere',
    visitor => send(visitor, '/account', '/account/sign-out-everywhere', { password: 'wonderland' }),
  ],
  [
    'deleting the account',
    async visitor => {
      xmpp.rooms.grant(ADMINS, 'alice@localhost', 'none')
      await send(visitor, '/account/delete/confirm', '/account/delete', { password: 'wonderland' })
    },
  ],
])('%s forgets the picture', async (_, leave) => {
  const forgotten = jest.spyOn(on.stores.cards, 'forget')
  const visitor = await enter()
  const [{ sid } = { sid: '' }] = await on.stores.accountSessions.list('alice@localhost')
  expect(await on.stores.cards.picture(sid)).toBeDefined()
  await leave(visitor)
  expect(await on.stores.cards.picture(sid)).toBeUndefined()
  expect(forgotten).toHaveBeenCalledWith(expect.arrayContaining([sid]))
  await visitor.get(PICTURE).expect(404)
})

test('signing out everywhere forgets the pictures of the other browsers at once', async () => {
  const [visitor, other] = [await enter(), await enter()]
  const sids = (await on.stores.accountSessions.list('alice@localhost')).map(({ sid }) => sid)
  await send(visitor, '/account', '/account/sign-out-everywhere', { password: 'wonderland' })
  expect(await Promise.all(sids.map(sid => on.stores.cards.picture(sid)))).toEqual([undefined, undefined])
  await other.get(PICTURE).expect(404)
})

test('a new password keeps the name and the picture of this browser, as the vCard has them by now', async () => {
  const visitor = await enter()
  xmpp.vcards.set('alice', vcardOf('Alice Hargreaves'))
  const fields = { password: 'wonderland', newPassword: 'another good one' }
  await send(visitor, '/account', '/account/password', fields)
  expect((await visitor.get('/')).text).toContain('hello Alice Hargreaves')
  await visitor.get(PICTURE).expect(200)
})

test('a name is text in a page, and nothing else', async () => {
  xmpp.vcards.set('alice', vcardOf('&lt;script&gt;alert(1)&lt;/script&gt;&quot;onload=&quot;x\u202etxt'))
  const { text } = await (await enter()).get('/')
  expect(text).toContain('hello &lt;script&gt;alert(1)&lt;/script&gt;&quot;onload=&quot;xtxt')
  expect(text).not.toMatch(INLINE)
  expect(text).toContain('<bdi dir="ltr">alice@localhost</bdi>')
})

test.each([
  ['is a script', 'image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
  ['is a page that says it is a PNG', 'image/png', Buffer.from('<html><script>alert(1)</script></html>')],
])('a visitor has no picture when the one of the vCard %s', async (_, type, bytes) => {
  xmpp.vcards.set('alice', vcardOf('Alice Liddell', bytes.toString('base64'), type))
  const visitor = await enter()
  expect((await visitor.get('/')).text).toContain('hello Alice Liddell')
  await visitor.get(PICTURE).expect(404)
})

test.each([
  [48_000, 200],
  [49_153, 404],
])('a picture of %i bytes is answered with %i', async (length, status) => {
  const bytes = Buffer.concat([PNG], length)
  xmpp.vcards.set('alice', vcardOf('Alice Liddell', bytes.toString('base64')))
  const { body } = await (await enter()).get(PICTURE).expect(status)
  if (status === 200) expect(body).toEqual(bytes)
})

test('the picture of one browser stays when another one of the account signs out', async () => {
  const [visitor, other] = [await enter(), await enter()]
  await send(other, '/', '/logout', {})
  await other.get(PICTURE).expect(404)
  await visitor.get(PICTURE).set('If-None-Match', '*').expect(304)
  await visitor.get(PICTURE).expect(200)
})

test('a visitor without a picture gets none for the entity tag of another one', async () => {
  const tag = (await (await enter()).get(PICTURE)).headers['etag'] ?? ''
  const other = await enter('user1', 'user1')
  for (const asked of [tag, '*']) await other.get(PICTURE).set('If-None-Match', asked).expect(404)
})

test('a login takes nothing from the vCard unless the app is told to', async () => {
  const plain = appOn(xmpp, { ...ROLES, XMPP_PROFILE: '' })
  const visitor = await enter('alice', 'wonderland', plain)
  expect((await visitor.get('/')).text).toContain('hello alice')
  await visitor.get(PICTURE).expect(404)
  await plain.app.close()
})

test('a login goes on without name and picture when the store does not take them', async () => {
  jest.spyOn(on.stores.cards, 'keep').mockRejectedValue(new Error('full'))
  const visitor = await enter()
  expect((await visitor.get('/')).text).toContain('hello alice')
  expect(on.logged).toContainEqual(expect.objectContaining({ level: 'error', message: 'full' }))
})

test('the picture is under the base of the site', async () => {
  const based = appOn(xmpp, { ...ROLES, BASE_PATH: '/apps/login' })
  const visitor = visitorOf(based.app)
  await send(visitor, '/apps/login/login', '/apps/login/login', { username: 'alice', password: 'wonderland' })
  expect((await visitor.get('/apps/login/')).text).toContain('src="/apps/login/account/picture"')
  await visitor.get('/apps/login/account/picture').expect(200)
  await based.app.close()
})
