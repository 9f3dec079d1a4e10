import type { BoshServer } from '../../lib/testing/server'
import { ApiClient } from './api-client'
import { signInWithApp } from './confirming'
import { type AppOn, appOn, eventsIn, noticeIn, send, signIn, type Visitor, visitorOf } from './visitor'
import { ADMINS, ROLES, startServerWithRoles } from './with-roles'

const FORBIDDEN = 'You may not open this page'
const LATER = 'This is not possible at the moment'
const LINK = 'href="/admin"'
/** an app whose answers are too old at once, as they are after a minute in another */
const A_MINUTE_LATER = { roleMaxAge: 0 }

let xmpp: BoshServer
let on: AppOn

beforeEach(async () => {
  // The library warns of refused rooms.
  jest.spyOn(process, 'emitWarning').mockImplementation()
  xmpp = await startServerWithRoles()
  on = appOn(xmpp, ROLES, A_MINUTE_LATER)
  await online(on)
})

afterEach(async () => {
  jest.restoreAllMocks()
  await on.app.close()
  await xmpp.close()
})

async function online({ app }: AppOn): Promise<void> {
  while (!app.isAccountOnline?.()) await new Promise(setImmediate)
}

/** Signs a user in, whose password is that of the specs. */
async function enter(username: 'alice' | 'user1', { app } = on): Promise<Visitor> {
  const visitor = visitorOf(app)
  await signIn(visitor, username, username === 'alice' ? 'wonderland' : 'user1')
  return visitor
}

test('an admin finds the page on the start page, with the roles and the number of sessions', async () => {
  const visitor = await enter('alice')
  expect((await visitor.get('/')).text).toContain(LINK)
  const { status, text, headers } = await visitor.get('/admin')
  expect(status).toBe(200)
  expect(text).toContain('<dd>admins</dd>')
  expect(text).toContain('<dt>Sessions here</dt><dd>1</dd>')
  expect(headers['cache-control']).toBe('no-store')
})

test('a visitor without the role finds no link, and gets a page that says so', async () => {
  const visitor = await enter('user1')
  expect((await visitor.get('/')).text).not.toContain(LINK)
  const { text } = await visitor.get('/admin').expect(403)
  expect(text).toContain(FORBIDDEN)
  expect(text).toContain('user1')
  expect(text).not.toMatch(/no longer valid|Reload|rooms\.localhost/)
  expect(eventsIn(on.logged).at(-1)).toMatchObject({ event: 'role-refused', user: 'user1@localhost' })
})

test('the page about a missing role is in German for a visitor who reads German', async () => {
  const visitor = await enter('user1')
  const { text } = await visitor.get('/admin').set('Accept-Language', 'de').expect(403)
  expect(text).toContain('Diese Seite ist nicht freigegeben')
})

test('a visitor who is not signed in comes back to the admin page after the login', async () => {
  const visitor = visitorOf(on.app)
  await visitor.get('/').expect(response => expect(response.text).not.toContain(LINK))
  await visitor.get('/admin').expect(303).expect('location', '/login?returnTo=%2Fadmin')
})

test('an admin who signs in with an XMPP app opens the page', async () => {
  xmpp.users.add('alice@localhost', { client: 'text' })
  const visitor = visitorOf(on.app)
  await signInWithApp(xmpp, visitor)
  await visitor.get('/admin').expect(200)
})

test('an admin who is removed from the room gets the 403 page within a minute, without signing in again', async () => {
  const visitor = await enter('alice')
  await visitor.get('/admin').expect(200)
  xmpp.rooms.grant(ADMINS, 'alice@localhost', 'none')
  await visitor.get('/admin').expect(403, new RegExp(FORBIDDEN))
  expect((await visitor.get('/')).text).not.toContain(LINK)
})

test.each<[string, () => void]>([
  ['is gone', () => xmpp.rooms.remove(ADMINS)],
  [
    'was made again by a stranger',
    () => {
      xmpp.rooms.remove(ADMINS)
      xmpp.rooms.add(ADMINS, { owners: ['user1@localhost'], members: ['alice@localhost', 'login@localhost'] })
    },
  ],
])('the admin page is closed to all, and the log names the room, when the room %s', async (_, change) => {
  const visitor = await enter('alice')
  await visitor.get('/admin').expect(200)
  change()
  await visitor.get('/admin').expect(403)
  const stranger = await enter('user1')
  await stranger.get('/admin').expect(403)
  const lines = on.logged.filter(({ message }) => message === 'a room gives no role')
  expect(lines).toEqual([expect.objectContaining({ level: 'error', room: ADMINS, role: 'admins' })])
})

test('the admin page says to all that it is not possible now when the rooms cannot be read', async () => {
  const visitors = [await enter('alice'), await enter('user1')]
  await xmpp.close()
  while (on.app.isAccountOnline?.()) await new Promise(setImmediate)
  const pages = await Promise.all(visitors.map(visitor => visitor.get('/admin')))
  for (const { status, text } of pages) {
    expect(status).toBe(503)
    expect(text).toContain(LATER)
    expect(text).toContain('href="/admin"')
  }
  const starts = await Promise.all(visitors.map(visitor => visitor.get('/')))
  for (const { status, text } of starts) {
    expect(status).toBe(200)
    expect(text).not.toContain(LINK)
  }
})

test('an account with a role is not deleted, since the next one of its name would have the role', async () => {
  const open = appOn(xmpp, { ...ROLES, XMPP_REGISTRATION: 'on' })
  await online(open)
  const visitor = await enter('alice', open)
  const remove = () => send(visitor, '/account/delete/confirm', '/account/delete', { password: 'wonderland' })
  expect((await remove()).headers['location']).toBe('/account/delete/confirm')
  expect(noticeIn((await visitor.get('/account/delete/confirm')).text)).toContain('special rights here')
  await remove()
  const german = await visitor.get('/account/delete/confirm').set('Accept-Language', 'de')
  expect(noticeIn(german.text)).toContain('besondere Rechte')
  expect(eventsIn(open.logged).at(-1)).toMatchObject({ event: 'removal-refused', outcome: 'account-has-role' })
  expect(xmpp.accounts.has('alice')).toBe(true)
  xmpp.rooms.grant(ADMINS, 'alice@localhost', 'none')
  expect((await remove()).headers['location']).toBe('/')
  expect(xmpp.accounts.has('alice')).toBe(false)
  await open.app.close()
})

test('the service account, a member of each room, signs in without a role and is not deleted', async () => {
  const open = appOn(xmpp, { ...ROLES, XMPP_REGISTRATION: 'on' })
  await online(open)
  const visitor = visitorOf(open.app)
  await signIn(visitor, 'login', ROLES.XMPP_CONFIRM_PASSWORD)
  await visitor.get('/admin').expect(403)
  await send(visitor, '/account/delete/confirm', '/account/delete', { password: ROLES.XMPP_CONFIRM_PASSWORD })
  expect(xmpp.accounts.has('login')).toBe(true)
  await open.app.close()
})

test('neither the start page nor a login waits for a room that does not answer', async () => {
  const visitor = await enter('alice')
  xmpp.fault({ on: 'roles', reply: { answer: () => '' }, times: 10 })
  const { text } = await visitor.get('/')
  expect(text).toContain('Alice Liddell')
  expect(text).not.toContain(LINK)
  await enter('user1')
  // The library gives the room up later.
  expect(on.logged).not.toContainEqual(expect.objectContaining({ code: 'ERR_XMPP_TIMEOUT' }))
})

test('an answer of the room is used for a while, and a login asks again', async () => {
  const usual = appOn(xmpp, ROLES)
  await online(usual)
  const visitor = await enter('alice', usual)
  await visitor.get('/admin').expect(200)
  xmpp.rooms.grant(ADMINS, 'alice@localhost', 'none')
  await visitor.get('/admin').expect(200)
  await enter('user1', usual)
  await visitor.get('/admin').expect(403)
  await usual.app.close()
})

test('the app has no admin page when no room stands for the role', async () => {
  const without = appOn(xmpp, { ...ROLES, XMPP_ROLES: 'staff=staff@rooms.localhost' })
  const visitor = await enter('alice', without)
  await visitor.get('/admin').expect(404)
  await without.app.close()
})

test('the API tells the roles and the name of the account', async () => {
  const client = new ApiClient(on.app)
  await client.login('alice', 'wonderland')
  expect((await client.call('GET /api/me')).body).toMatchObject({ roles: ['admins'], name: 'Alice Liddell' })
  const other = new ApiClient(on.app)
  const { body } = await other.login('user1', 'user1')
  expect(body.roles).toEqual([])
  expect(body).not.toHaveProperty('name')
})
