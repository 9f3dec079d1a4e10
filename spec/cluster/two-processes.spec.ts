import { hiddenIn, tokenIn } from '../example-app/visitor'
import { type Cluster, startCluster } from './servers/cluster'
import { type Door, nameOf, newVisitor, signIn } from './visitor'

const PASSWORD = 'a password of the specs, long enough'
const MAX_WRONG = 10

let cluster: Cluster
let nginx: Door
let first: Door
let second: Door

beforeAll(async () => {
  cluster = await startCluster({ alice: PASSWORD, bob: PASSWORD })
  ;({ nginx, first, second } = cluster.doors)
}, 120_000)
afterAll(async () => {
  await cluster?.stop()
})

test('a visitor who signs in at one process is signed in at the other and through nginx', async () => {
  const visitor = newVisitor()
  expect(await nameOf(visitor, second)).toBeUndefined()
  expect((await signIn(visitor, first, 'alice', PASSWORD)).status).toBe(303)
  for (const door of [first, second, nginx, nginx]) expect(await nameOf(visitor, door)).toBe('alice')
})

test('a visitor who signs in through nginx is signed in at both processes, and signs out of both', async () => {
  const visitor = newVisitor()
  const { status, headers } = await signIn(visitor, nginx, 'alice', PASSWORD)
  expect(status).toBe(303)
  expect(headers['set-cookie']?.[0]).toMatch(/^__Host-session=\S+; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/)
  const { text } = await visitor.get(second, '/')
  expect((await visitor.post(first, '/logout', { _csrf: tokenIn(text) })).status).toBe(303)
  for (const door of [first, second, nginx]) expect(await nameOf(visitor, door)).toBeUndefined()
})

test('a form of one process is accepted by the other, and a form without a session by neither', async () => {
  const visitor = newVisitor()
  expect((await signIn(visitor, first, 'alice', PASSWORD, second)).status).toBe(303)
  expect(await nameOf(visitor, first)).toBe('alice')
  for (const door of [first, second, nginx]) {
    const refused = await newVisitor().post(door, '/login', { _csrf: 'none', username: 'alice', password: PASSWORD })
    expect(refused.status).toBe(403)
  }
})

test('both processes refuse an address after too many attempts at both together', async () => {
  const address = '127.5.5.5'
  for (let n = 0; n < MAX_WRONG; n++) {
    const { status } = await signIn(newVisitor(address), n % 2 ? first : second, 'bob', 'a wrong one')
    expect(status).toBe(303)
  }
  for (const door of [first, second, nginx]) {
    const { status, headers } = await signIn(newVisitor(address), door, 'bob', PASSWORD)
    expect(status).toBe(429)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  }
  const visitor = newVisitor()
  await signIn(visitor, nginx, 'bob', PASSWORD)
  expect(await nameOf(visitor, nginx)).toBe('bob')
})

test('signing out everywhere at one process ends the sessions at the other', async () => {
  const [here, there] = [newVisitor(), newVisitor()]
  const other = newVisitor()
  await signIn(here, first, 'alice', PASSWORD)
  await signIn(there, second, 'alice', PASSWORD)
  await signIn(other, second, 'bob', PASSWORD)
  expect(await nameOf(there, second)).toBe('alice')

  const { text } = await here.get(first, '/account')
  const sent = { _csrf: tokenIn(text), password: PASSWORD }
  expect((await here.post(first, '/account/sign-out-everywhere', sent)).status).toBe(303)

  for (const visitor of [here, there]) {
    for (const door of [second, first]) expect(await nameOf(visitor, door)).toBeUndefined()
  }
  expect(await nameOf(other, first)).toBe('bob')
  await signIn(there, second, 'alice', PASSWORD)
  expect(await nameOf(there, first)).toBe('alice')
})

test('a form that both processes get at the same time takes effect once and begins one session', async () => {
  const visitor = newVisitor()
  const { text } = await visitor.get(first, '/login')
  const fields = { ...hiddenIn(text), username: 'alice', password: PASSWORD }
  const answers = await Promise.all([first, second].map(door => visitor.post(door, '/login', fields)))
  const sessions = answers.map(({ headers }) => /^__Host-session=[^;]+/.exec(headers['set-cookie']?.[0] ?? '')?.[0])
  expect(answers.map(({ status }) => status)).toEqual([303, 303])
  expect(sessions[0]).toBeDefined()
  expect(sessions[1]).toBe(sessions[0])
  expect(await nameOf(visitor, nginx)).toBe('alice')
})

test('a password changed at one process is the password at the other', async () => {
  const visitor = newVisitor()
  const stranger = newVisitor()
  await signIn(visitor, first, 'bob', PASSWORD)
  await signIn(stranger, second, 'bob', PASSWORD)
  const { text } = await visitor.get(first, '/account')
  const newPassword = 'another password, long enough too'
  await visitor.post(first, '/account/password', { _csrf: tokenIn(text), password: PASSWORD, newPassword })
  expect(await nameOf(visitor, second)).toBe('bob')
  expect(await nameOf(stranger, second)).toBeUndefined()

  await signIn(stranger, second, 'bob', PASSWORD)
  expect(await nameOf(stranger, second)).toBeUndefined()
  await signIn(stranger, second, 'bob', newPassword)
  expect(await nameOf(stranger, first)).toBe('bob')
})
