import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { startBoshServer } from '../../lib/testing/server'
import { tokenIn } from './visitor'

const SERVER = join(__dirname, '../../example-app/dist/server.js')

interface Run {
  child: ChildProcess
  output: () => string
  errors: () => string
  exit: Promise<number | null>
}

let runs: Run[] = []

beforeAll(() => {
  if (!existsSync(SERVER)) throw new Error(`${SERVER} is missing: run npm run build:app`)
})

afterEach(async () => {
  for (const { child, exit } of runs) {
    child.kill('SIGKILL')
    await exit
  }
  runs = []
})

// Passes none of this process' environment on: a PORT or NODE_ENV from outside would change the test.
function run(env: Record<string, string>): Run {
  const child = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  // Leaves out the requests and the events in the log.
  const complaints = () => errors.replace(/^\{(?:"level":"info"|.*?"event":).*\n/gm, '')
  const started = { child, output: () => output, errors: complaints, exit }
  runs.push(started)
  return started
}

/** Waits until the server listens. Returns the URL that it prints. */
async function listening({ child, output, errors, exit }: Run): Promise<string> {
  const ended = exit.then(code => {
    throw new Error(`the server ended with ${code}: ${errors()}`)
  })
  // The process may also end later, after a signal.
  ended.catch(() => {})
  for (;;) {
    const url = /^Listening on (http:\S+)\n[\s\S]*\n$/.exec(output())?.[1]
    if (url !== undefined) return url
    await Promise.race([once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data'), ended])
  }
}

/** A browser that follows redirects and keeps cookies. */
function browser(url: string) {
  const cookies = new Map<string, string>()
  const visit = async (path: string, fields?: Record<string, string>): Promise<{ path: string; text: string }> => {
    const response = await fetch(new URL(path, url), {
      method: fields ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { Cookie: [...cookies].map(pair => pair.join('=')).join('; ') },
      ...(fields && { body: new URLSearchParams(fields) }),
    })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const text = await response.text()
    const location = response.headers.get('location')
    return location === null ? { path, text } : visit(location)
  }
  return visit
}

test('the server prints its address and the demo users, and a visitor signs in and out', async () => {
  const server = run({ PORT: '0' })
  const url = await listening(server)
  expect(url).toMatch(/^http:\/\/localhost:\d+$/)
  expect(server.output()).toContain('user1 / user1')
  const visit = browser(url)
  expect((await visit('/')).text).toContain('hello world')

  const form = await visit('/login')
  const refused = await visit('/login', { _csrf: tokenIn(form.text), username: 'user1', password: 'a wrong one' })
  expect(refused.path).toBe('/login')
  expect(refused.text).toContain('Unknown user name or wrong password.')

  const home = await visit('/login', { _csrf: tokenIn(refused.text), username: 'user1', password: 'user1' })
  expect(home.path).toBe('/')
  expect(home.text).toContain('hello user1')

  const left = await visit('/logout', { _csrf: tokenIn(home.text) })
  expect(left.path).toBe('/')
  expect(left.text).toContain('hello world')
  expect(server.errors()).toBe('')
})

test('the server prints neither users nor passwords when XMPP_SERVICE is set', async () => {
  const xmpp = await startBoshServer({ domain: 'example.com', accounts: { user1: 'another password' } })
  const server = run({ PORT: '0', XMPP_SERVICE: xmpp.url, XMPP_DOMAIN: 'example.com' })
  const visit = browser(await listening(server))
  expect(server.output()).toContain(xmpp.url)
  expect(server.output()).not.toContain('user1')
  const { text } = await visit('/login')
  const home = await visit('/login', { _csrf: tokenIn(text), username: 'user1', password: 'another password' })
  expect(home.text).toContain('user1@example.com')
  server.child.kill('SIGTERM')
  expect(await server.exit).toBe(0)
  expect(xmpp.sessions).toEqual([])
  await xmpp.close()
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends the server with code 0 even if a connection is open',
  async signal => {
    const server = run({ PORT: '0' })
    await browser(await listening(server))('/login')
    server.child.kill(signal)
    expect(await server.exit).toBe(0)
    expect(server.errors()).toBe('')
  },
)

test('the server prints one line that names PORT and ends when the port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const server = run({ PORT: String(port) })
  expect(await server.exit).toBe(1)
  expect(server.errors()).toBe(`Cannot start: PORT ${port} is already in use on 127.0.0.1: set PORT to another one\n`)
  other.close()
})

test.each([
  ['PORT', { PORT: 'abc' }],
  ['HOST', { PORT: '0', HOST: 'not a host' }],
  ['XMPP_DOMAIN', { XMPP_SERVICE: 'https://xmpp.example.com/bosh' }],
  ['XMPP_DOMAIN', { XMPP_DOMAIN: 'not a domain' }],
  ['XMPP_SERVICE', { XMPP_SERVICE: 'http://xmpp.example.com/bosh', XMPP_DOMAIN: 'example.com' }],
  ['XMPP_MECHANISMS', { XMPP_MECHANISMS: 'MD5' }],
  ['XMPP_CA', { XMPP_CA: '/nothing/there.pem' }],
  ['XMPP_SERVICE', { NODE_ENV: 'production' }],
  ['XMPP_DOMIAN', { XMPP_DOMIAN: 'example.com' }],
  ['METRICS_HOST', { PORT: '0', METRICS_PORT: '0', METRICS_HOST: 'not a host' }],
])('the server prints one line that names %s and ends with code 1 when the environment is %j', async (name, env) => {
  const server = run(env as Record<string, string>)
  expect(await server.exit).toBe(1)
  expect(server.errors()).toMatch(new RegExp(`^Cannot start: ${name} [^\n]+\n$`))
  expect(server.output()).toBe('')
})

test('the server prints the address of the metrics and serves them there alone when METRICS_PORT is set', async () => {
  const server = run({ PORT: '0', METRICS_PORT: '0' })
  const url = await listening(server)
  const metrics = /^Metrics: (\S+)$/m.exec(server.output())?.[1] ?? ''
  await browser(url)('/login')
  const answer = await fetch(metrics)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(await answer.text()).toContain(
    'http_request_duration_seconds_count{method="GET",route="/login",status="2xx"} 1',
  )
  for (const other of [new URL('/', metrics), new URL('/metrics', url)]) expect((await fetch(other)).status).toBe(404)
  expect((await fetch(metrics, { method: 'POST' })).status).toBe(405)
  server.child.kill('SIGTERM')
  expect(await server.exit).toBe(0)
})

test('the server starts and logs the variable that was probably meant when a name is almost that of one', async () => {
  const server = run({ PORT: '0', SESION_SECRET: 'a secret of the specs, long enough' })
  await listening(server)
  server.child.kill('SIGTERM')
  await server.exit
  expect(server.errors().trim().split('\n')).toEqual([expect.stringContaining('did you mean SESSION_SECRET?')])
  expect(server.errors()).not.toContain('of the specs')
})

test('the server logs that the accounts are those of the demo server when only XMPP_DOMAIN is set', async () => {
  const server = run({ PORT: '0', XMPP_DOMAIN: 'example.com' })
  await listening(server)
  server.child.kill('SIGTERM')
  await server.exit
  expect(server.errors().trim().split('\n')).toEqual([expect.stringContaining('"message":"XMPP_SERVICE is not set')])
})

test('the server starts and logs what to look at when the XMPP server does not listen', async () => {
  const gone = await startBoshServer({ domain: 'example.com' })
  await gone.close()
  const server = run({ PORT: '0', XMPP_SERVICE: gone.url, XMPP_DOMAIN: 'example.com' })
  const url = await listening(server)
  const ready = await fetch(new URL('/readyz', url))
  expect([ready.status, await ready.text()]).toEqual([503, 'the XMPP server cannot be reached\n'])
  server.child.kill('SIGTERM')
  expect(await server.exit).toBe(0)
  const [line = '', ...more] = server.errors().trim().split('\n')
  expect(more).toEqual([])
  expect(JSON.parse(line)).toMatchObject({ level: 'error', state: 'unreachable', codes: ['ERR_XMPP_CONNECT'] })
  expect(line).toContain('nothing listens there')
})
