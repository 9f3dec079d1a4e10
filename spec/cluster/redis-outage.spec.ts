import { until } from '../fixtures/waits'
import { type Cluster, startCluster } from './servers/cluster'
import { type Door, nameOf, newVisitor, signIn, type Visitor } from './visitor'

const PASSWORD = 'a password of the specs, long enough'

let cluster: Cluster
let doors: Door[]
let alice: Visitor

beforeAll(async () => {
  cluster = await startCluster({ alice: PASSWORD })
  doors = Object.values(cluster.doors)
}, 120_000)
afterAll(async () => {
  await cluster?.stop()
})
afterEach(async () => {
  cluster.redis.signal('SIGCONT')
  await cluster.redis.start()
})
beforeEach(async () => {
  await untilReady()
  alice = newVisitor()
  await signIn(alice, cluster.doors.nginx, 'alice', PASSWORD)
  for (const door of doors) expect(await nameOf(alice, door)).toBe('alice')
})

/** Returns the statuses of `/healthz` and `/readyz` of each process. */
function health(): Promise<[number, number][]> {
  const { first, second } = cluster.doors
  return Promise.all(
    [first, second].map(async door => [
      (await newVisitor().get(door, '/healthz')).status,
      (await newVisitor().get(door, '/readyz')).status,
    ]),
  ) as Promise<[number, number][]>
}

async function untilReady(): Promise<void> {
  let seen: [number, number][] = []
  const isReady = async () => {
    seen = await health()
    return seen.every(([, ready]) => ready === 200)
  }
  await until('both processes are ready', isReady, { seen: () => seen })
}

/** Checks the answers to a signed-in visitor while Redis does not answer. */
async function expectUnavailable(): Promise<void> {
  for (const door of doors) {
    for (const path of ['/', '/login', '/account']) {
      const { status, text } = await alice.get(door, path)
      expect(status).toBe(503)
      expect(text).toContain('This is not possible at the moment')
      expect(text).not.toContain('alice')
    }
    const { status } = await alice.post(door, '/login', { _csrf: 'any', username: 'alice', password: PASSWORD })
    expect(status).toBe(503)
    const problem = await alice.get(door, '/api/me')
    expect(problem.status).toBe(503)
    expect(JSON.parse(problem.text)).toMatchObject({ status: 503, code: 'unavailable' })
  }
  expect(await health()).toEqual([
    [200, 503],
    [200, 503],
  ])
}

/** Checks the answers to a new visitor: pages that need no store, and no form that takes effect. */
async function expectNoSignIns(): Promise<void> {
  for (const door of doors) {
    for (const path of ['/', '/login', '/api/csrf']) expect((await newVisitor().get(door, path)).status).toBe(200)
    expect((await newVisitor().get(door, '/register')).status).toBe(503)
    const visitor = newVisitor()
    expect((await signIn(visitor, door, 'alice', PASSWORD)).status).toBe(503)
    // The page to try again keeps the name.
    expect((await visitor.get(door, '/login')).text).toContain('value="alice"')
  }
}

test('both processes answer 503 when Redis is killed, and serve visitors again when it is back', async () => {
  await cluster.redis.kill()
  await expectUnavailable()
  await expectNoSignIns()

  await cluster.redis.start()
  await untilReady()
  for (const door of doors) {
    // Redis has lost its data.
    expect(await nameOf(alice, door)).toBeUndefined()
    const visitor = newVisitor()
    await signIn(visitor, door, 'alice', PASSWORD)
    for (const other of doors) expect(await nameOf(visitor, other)).toBe('alice')
  }
  expect(cluster.apps.map(app => app.runs())).toEqual([true, true])
}, 120_000)

test('both processes answer 503 when Redis hangs, and know every session when it goes on', async () => {
  cluster.redis.signal('SIGSTOP')
  await expectUnavailable()
  await expectNoSignIns()

  cluster.redis.signal('SIGCONT')
  await untilReady()
  for (const door of doors) expect(await nameOf(alice, door)).toBe('alice')
  expect(cluster.apps.map(app => app.runs())).toEqual([true, true])
}, 120_000)

test('the log names the error of Redis without a name, a key or a token', async () => {
  await cluster.redis.kill()
  await alice.get(cluster.doors.first, '/')
  await cluster.redis.start()
  await untilReady()
  const lines = cluster.apps[0].said().split('\n')
  // Events name the account that signed in.
  const said = lines.filter(line => !line.includes('"event":')).join('\n')
  expect(said).toMatch(/"status":503,.*"message":"Redis: Client\w+Error"/)
  expect(said).not.toMatch(/alice|session:|unhandled|deprecat/i)
}, 120_000)
