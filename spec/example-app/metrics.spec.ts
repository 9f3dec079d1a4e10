import diagnostics from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { METRICS } from '../../login-site/operation/metrics/definitions'
import { createMetrics, type Metrics } from '../../login-site/operation/metrics/metrics'
import { STORE_ERRORS } from '../../login-site/stores/store-error'
import { type AppOn, appOn, send, signIn, type Visitor, visitorOf } from './visitor'

/* The library of the app is the built one, and its channels are found by name, so its events arrive here too. */

let xmpp: BoshServer
let metrics: Metrics
let on: AppOn
let visitor: Visitor

beforeEach(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, registration: 'open' })
  metrics = createMetrics()
  on = appOn(xmpp, { XMPP_REGISTRATION: 'on' }, { metrics })
  visitor = visitorOf(on.app)
})

afterEach(async () => {
  await on.app.close()
  metrics.close()
  await xmpp.close()
})

/** Returns the served samples, by name and labels. */
async function samples(): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics.text(on.app.xmpp)).split('\n').filter(line => /^\w/.test(line))
  return new Map(lines.map(line => [line.replace(/ \S+$/, ''), Number(/ (\S+)$/.exec(line)?.[1])]))
}

test('the metrics count logins, events and connections by outcome', async () => {
  await signIn(visitor, 'user1', 'a wrong one')
  await signIn(visitor, 'user1', 'user1')
  xmpp.fault({ on: 'auth', reply: 'temporary-auth-failure' })
  await signIn(visitorOf(on.app), 'user1', 'user1')
  const seen = await samples()
  expect(seen.get('xmpp_logins_total{outcome="ok"}')).toBe(1)
  expect(seen.get('xmpp_logins_total{outcome="invalid-credentials"}')).toBe(1)
  expect(seen.get('xmpp_logins_total{outcome="ERR_XMPP_UNAVAILABLE"}')).toBe(1)
  expect(seen.get('xmpp_login_duration_seconds_count{result="refused"}')).toBe(1)
  expect(seen.get('xmpp_logins_in_progress')).toBe(0)
  expect(seen.get(`xmpp_connections_total{service="${xmpp.url}",outcome="ok"}`)).toBe(3)
  expect(seen.get('app_events_total{event="login",outcome="ok"}')).toBe(1)
  expect(seen.get('app_events_total{event="login-refused",outcome="invalid-credentials"}')).toBe(1)
  expect(seen.get('app_events_total{event="login-failed",outcome="ERR_XMPP_UNAVAILABLE"}')).toBe(1)
})

test('the metrics count sign-ups by outcome', async () => {
  await send(visitor, '/register', '/register', { username: 'user1', password: 'a good one' })
  await send(visitor, '/register', '/register', { username: 'new', password: 'a good one' })
  const seen = await samples()
  expect(seen.get('app_events_total{event="sign-up",outcome="ok"}')).toBe(1)
  expect(seen.get('app_events_total{event="sign-up-refused",outcome="username-taken"}')).toBe(1)
  expect(seen.get('xmpp_registrations_total{operation="submit",outcome="username-taken"}')).toBe(1)
  expect(seen.get('xmpp_registrations_total{operation="form",outcome="ok"}')).toBe(2)
})

test('the metrics show a login in progress when the server has not answered yet', async () => {
  xmpp.fault({ on: 'auth', reply: 'hang' })
  const waiting = signIn(visitor, 'user1', 'user1').catch(() => undefined)
  let seen = await samples()
  while (seen.get('xmpp_logins_in_progress') !== 1) seen = await samples()
  await on.app.close()
  await waiting
  expect((await samples()).get('xmpp_logins_in_progress')).toBe(0)
})

test('the metrics name routes and never the path that a visitor chose', async () => {
  for (const path of ['/', '/LOGIN', '/login?x=secret', '/api/me', '/API/Me', '/secret', '/api/secret', '/style.css']) {
    await visitor.get(path)
  }
  await visitor.post('/login').type('form').send({})
  await visitor.options('/secret')
  const text = await metrics.text(on.app.xmpp)
  const routes = new Set([...text.matchAll(/route="([^"]*)"/g)].map(([, route]) => route))
  expect([...routes].sort()).toEqual(['/', '/api/me', '/login', 'none'])
  expect(text).not.toContain('secret')
  const seen = await samples()
  expect(seen.get('http_request_duration_seconds_count{method="GET",route="/api/me",status="4xx"}')).toBe(2)
  expect(seen.get('http_request_duration_seconds_count{method="POST",route="/login",status="4xx"}')).toBe(1)
})

test('the metrics tell that the XMPP server is gone when it does not answer', async () => {
  expect((await samples()).get('xmpp_reachable')).toBe(1)
  const gone = await startBoshServer({ domain: 'localhost' })
  await gone.close()
  const alone = appOn(gone)
  expect(await metrics.text(alone.app.xmpp)).toContain('xmpp_reachable 0')
  await alone.app.close()
})

test('the metrics count errors of the store until they are closed', async () => {
  STORE_ERRORS.publish(new Error())
  expect((await samples()).get('store_errors_total')).toBe(1)
  metrics.close()
  expect(STORE_ERRORS.hasSubscribers).toBe(false)
})

const refusedRoom = () =>
  diagnostics.channel('passport-xmpp-bosh:roles').publish({
    event: 'refused',
    room: 'admins@rooms.localhost',
    role: 'admins',
    reason: 'other-owners',
  })

test('the metrics count refused rooms of roles until they are closed', async () => {
  refusedRoom()
  expect((await samples()).get('xmpp_role_events_total{event="refused",role="admins",reason="other-owners"}')).toBe(1)
  // Other specs in this process may listen to the channel as well.
  const unsubscribed = jest.spyOn(diagnostics, 'unsubscribe')
  metrics.close()
  expect(unsubscribed.mock.results).toEqual([{ type: 'return', value: true }])
  expect(unsubscribed).toHaveBeenCalledWith('passport-xmpp-bosh:roles', expect.any(Function))
  unsubscribed.mockRestore()
})

test('every expression of the dashboard uses metrics that the app serves', async () => {
  refusedRoom()
  await signIn(visitor, 'user1', 'user1')
  await visitorOf(on.app).get('/register')
  const names = new Set([...(await samples()).keys()].map(sample => sample.replace(/\{.*/, '')))
  const path = join(__dirname, '../../example-app/deploy/grafana/dashboard.json')
  const { panels } = JSON.parse(readFileSync(path, 'utf8')) as { panels: { targets: { expr: string }[] }[] }
  const used = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr))))
  expect([...used].filter(name => !names.has(name))).toEqual([])
  const own = [...used].map(name => name.replace(/_(?:bucket|count|sum)$/, ''))
  expect(Object.keys(METRICS).filter(name => !own.includes(name))).toEqual([])
})

test('every alarm of the guide uses metrics that the app serves', async () => {
  refusedRoom()
  await signIn(visitor, 'user1', 'user1')
  const names = new Set([...(await samples()).keys()].map(sample => sample.replace(/\{.*/, '')))
  const guide = readFileSync(join(__dirname, '../../docs/operating.md'), 'utf8')
  const watch = guide.slice(guide.indexOf('### What to watch'), guide.indexOf('## Attacks'))
  const alarms = [...watch.matchAll(/^\| [^|]+ \| `([^`]+)`/gm)].map(([, expression = '']) => expression)
  expect(alarms.length).toBeGreaterThan(5)
  for (const name of alarms.flatMap(metricsIn)) expect([name, names.has(name)]).toEqual([name, true])
})

/** Returns the names of metrics in an expression: words with an underscore outside of labels and functions. */
function metricsIn(expression: string): string[] {
  const bare = expression.replace(/\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)/g, '')
  return [...bare.matchAll(/\b[a-z]\w*_\w+\b(?!\()/g)].map(([name]) => name)
}
