import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { connectRedis, type RedisConnection } from '../../login-site/stores/redis-connection'
import { type AppProcess, startApp } from './servers/app-process'
import { stablePorts } from './servers/ports'
import { type Redis, startRedis } from './servers/redis'
import { type Door, newVisitor, signIn } from './visitor'

let redis: Redis
let xmpp: BoshServer
let app: AppProcess
let control: RedisConnection
let door: Door

beforeAll(async () => {
  redis = await startRedis()
  control = await connectRedis(redis.url)
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
  const [port = 0] = await stablePorts(1)
  app = await startApp(port, {
    SESSION_SECRET: 'a secret of the specs, long enough',
    TRUST_PROXY: '127.0.0.1',
    REDIS_URL: redis.url,
    XMPP_SERVICE: xmpp.url,
    XMPP_DOMAIN: 'localhost',
  })
  door = { url: app.url, headers: { 'X-Forwarded-Proto': 'https' } }
}, 60_000)
afterAll(async () => {
  await app?.kill()
  await xmpp?.close()
  control?.close()
  await redis?.stop()
})

const health = async (path: string) => {
  const { status, text } = await newVisitor().get(door, path)
  return [status, text]
}

test('/readyz and forms are 503 and /healthz is 200 when Redis is full, until it has room again', async () => {
  expect(await health('/readyz')).toEqual([200, 'ok\n'])
  await control.ask(client => client.configSet('maxmemory', '1'))
  expect((await signIn(newVisitor(), door, 'alice', 'secret')).status).toBe(503)
  expect(await health('/readyz')).toEqual([503, 'the store cannot be read and written\n'])
  expect(await health('/healthz')).toEqual([200, 'ok\n'])
  await control.ask(client => client.configSet('maxmemory', '0'))
  expect(await health('/readyz')).toEqual([200, 'ok\n'])
  expect((await signIn(newVisitor(), door, 'alice', 'secret')).status).toBe(303)
})
