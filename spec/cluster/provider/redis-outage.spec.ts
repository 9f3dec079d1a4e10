import { setImmediate } from 'node:timers/promises'
import { type Door, newVisitor } from '../visitor'
import { claimsIn, lasting, question, redeem, refresh, signInBy, type Tokens, userinfo } from './party'
import { type ProviderCluster, startProviderCluster } from './servers/provider-cluster'

const PASSWORD = 'a password of the specs, long enough'
const ALICE = { username: 'alice', password: PASSWORD }

let cluster: ProviderCluster
let doors: Door[]
let tokens: Tokens

beforeAll(async () => {
  cluster = await startProviderCluster({ alice: PASSWORD })
  doors = Object.values(cluster.doors)
}, 180_000)
afterAll(async () => {
  await cluster?.stop()
})
afterEach(async () => {
  cluster.redis.signal('SIGCONT')
  await cluster.redis.start()
})
beforeEach(async () => {
  await untilReady()
  tokens = await signInBy(newVisitor(), [cluster.doors.nginx], ALICE, lasting())
})

const health = () =>
  Promise.all(
    [cluster.doors.first, cluster.doors.second].map(async door => [
      (await newVisitor().get(door, '/healthz')).status,
      (await newVisitor().get(door, '/readyz')).status,
    ]),
  )

async function untilReady(): Promise<void> {
  const deadline = AbortSignal.timeout(20_000)
  while ((await health()).some(([, ready]) => ready !== 200)) {
    deadline.throwIfAborted()
    await setImmediate()
  }
}

/** Checks that the provider gives nothing while Redis does not answer, and says so. */
async function expectUnavailable(): Promise<void> {
  for (const door of doors) {
    const page = await newVisitor().get(door, question().path)
    expect(page.status).toBe(503)
    for (const answer of [
      await redeem(door, 'any', question()),
      await refresh(door, tokens),
      await userinfo(door, tokens),
    ]) {
      expect(answer.status).toBe(503)
      expect(answer.text).not.toMatch(/alice|access_token|id_token/)
    }
  }
  expect(await health()).toEqual([
    [200, 503],
    [200, 503],
  ])
}

test('both processes give no tokens while Redis is killed, and sign visitors in again when it is back', async () => {
  await cluster.redis.kill()
  await expectUnavailable()

  await cluster.redis.start()
  await untilReady()
  // Redis has lost its data.
  for (const door of doors) {
    expect((await userinfo(door, tokens)).status).toBe(401)
    expect((await refresh(door, tokens)).status).toBe(400)
    const again = await signInBy(newVisitor(), [door], ALICE)
    expect(claimsIn(again)['sub']).toBe('xmpp:alice@localhost')
  }
  expect(cluster.processes.map(one => one.runs())).toEqual([true, true])
}, 120_000)

test('both processes give no tokens while Redis hangs, and know every token when it goes on', async () => {
  cluster.redis.signal('SIGSTOP')
  await expectUnavailable()

  cluster.redis.signal('SIGCONT')
  await untilReady()
  for (const door of doors) expect((await userinfo(door, tokens)).status).toBe(200)
  expect(cluster.processes.map(one => one.runs())).toEqual([true, true])
}, 120_000)

test('the log of the provider holds neither tokens, codes nor passwords', async () => {
  await cluster.redis.kill()
  await refresh(cluster.doors.first, tokens)
  await cluster.redis.start()
  await untilReady()
  const said = cluster.processes.map(one => one.said()).join('\n')
  expect(said).toContain('"path":"/oidc/token"')
  expect(said).not.toMatch(/unhandled|deprecat/i)
  for (const secret of [PASSWORD, tokens.access_token, String(tokens.refresh_token), tokens.id_token]) {
    expect(said).not.toContain(secret)
  }
}, 120_000)
