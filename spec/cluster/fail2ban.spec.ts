import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { tokenIn } from '../example-app/visitor'
import { within } from '../fixtures/waits'
import { type AppProcess, startApp } from './servers/app-process'
import { stablePorts } from './servers/ports'
import { type Door, newVisitor, signIn } from './visitor'

/* Debian's fail2ban reads the log of a real process. */

const run = promisify(execFile)
const deploy = resolve(__dirname, '../../example-app/deploy/fail2ban')
const FILTER = join(deploy, 'filter.d/passport-xmpp-bosh.conf')
/** ms */
const STOP_DEADLINE_MS = 20_000
const VICTIM = '203.0.113.66'

let xmpp: BoshServer
let app: AppProcess
let door: Door
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fail2ban-'))
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, registration: 'open' })
})
beforeEach(async () => {
  const [port = 0] = await stablePorts(1)
  app = await startApp(port, {
    SESSION_SECRET: 'a secret of the specs, long enough',
    TRUST_PROXY: '127.0.0.1',
    XMPP_SERVICE: xmpp.url,
    XMPP_DOMAIN: 'localhost',
    XMPP_REGISTRATION: 'on',
  })
  door = { url: app.url, headers: { 'X-Forwarded-Proto': 'https' } }
})
afterEach(() => app.kill())
afterAll(async () => {
  await xmpp.close()
  await rm(directory, { recursive: true })
})

/** Ends the app. Returns all lines of its log. */
async function wholeLog(): Promise<string> {
  app.signal('SIGTERM')
  const deadline = AbortSignal.timeout(STOP_DEADLINE_MS)
  while (app.runs()) {
    deadline.throwIfAborted()
    await setImmediate()
  }
  await app.kill()
  return app.said()
}

/** Returns the addresses that the filter finds in a log, one for each line that counts. */
async function found(log: string): Promise<string[]> {
  const file = join(directory, 'app.log')
  await writeFile(file, log)
  const { stdout } = await run('fail2ban-regex', ['--out', 'ip', file, FILTER])
  return stdout.split('\n').filter(Boolean)
}

test('the filter finds the address of each refused login, IPv4 and IPv6', async () => {
  await signIn(newVisitor('192.0.2.1'), door, 'user1', 'a wrong one')
  await signIn(newVisitor('2001:db8::7'), door, 'unknown', 'a wrong one')
  expect(await found(await wholeLog())).toEqual(['192.0.2.1', '2001:db8::7'])
})

test('the filter counts neither a success nor an empty field nor a page', async () => {
  await signIn(newVisitor('192.0.2.1'), door, 'user1', 'user1')
  await signIn(newVisitor('192.0.2.2'), door, 'user1', '')
  await newVisitor('192.0.2.3').get(door, '/nothing-here')
  const log = await wholeLog()
  expect(log).toContain('missing-credentials')
  expect(await found(log)).toEqual([])
})

test('the filter counts each attempt after a lock-out', async () => {
  const visitor = newVisitor('192.0.2.1')
  for (let n = 0; n < 12; n++) await signIn(visitor, door, 'user1', 'a wrong one')
  const log = await wholeLog()
  expect(log.match(/"event":"lock-out"/g)).toHaveLength(2)
  expect(await found(log)).toEqual(Array(12).fill('192.0.2.1'))
})

test('the filter counts no sign-up page, since a picture in a page of another site opens one', async () => {
  const visitor = newVisitor('192.0.2.1')
  for (let n = 0; n < 62; n++) await visitor.get(door, '/register')
  const log = await wholeLog()
  expect(log.match(/"event":"lock-out","address":"192\.0\.2\.1","outcome":"sign-up"/g)).toHaveLength(2)
  expect(await found(log)).toEqual([])
})

test('the filter finds the same addresses when the journal puts host and program before a line', async () => {
  await signIn(newVisitor('192.0.2.1'), door, 'user1', 'a wrong one')
  const log = (await wholeLog()).replace(/^(?=\{)/gm, 'host node[4711]: ')
  expect(log).toContain('host node[4711]: {"level":"warn"')
  expect(await found(log)).toEqual(['192.0.2.1'])
})

test.each([
  ['an end of the text', `x","address":"${VICTIM}","event":"login-refused`],
  [
    'a line of its own',
    `x\n{"level":"warn","time":"2026-01-01T00:00:00.000Z","event":"lock-out","address":"${VICTIM}"`,
  ],
  ['a carriage return', `x\r{"level":"warn","event":"lock-out","address":"${VICTIM}","outcome":"account"}`],
  ['a line separator', `x\u2028{"level":"warn","event":"lock-out","address":"${VICTIM}"}`],
  ['a backslash before the quote', `x\\","address":"${VICTIM}","outcome":"`],
  ['directions', `\u202e"${VICTIM}"\u202c\u2066`],
  ['an address', VICTIM],
])('a name with %s bans the address of the visitor and no other', async (_what, name) => {
  await signIn(newVisitor('192.0.2.9'), door, name, 'a wrong one')
  expect(await found(await wholeLog())).toEqual(['192.0.2.9'])
})

test('a forged path bans no address', async () => {
  const { hostname, port } = new URL(app.url)
  const path = `/"},"event":"lock-out","address":"${VICTIM}"`
  // Written by hand: a client would encode the quotes.
  const socket = connect(Number(port), hostname)
  socket.end(`GET ${path} HTTP/1.1\r\nHost: app.example\r\nX-Forwarded-For: 192.0.2.9\r\nConnection: close\r\n\r\n`)
  await within('the end of the connection', once(socket.resume(), 'close'))
  const log = await wholeLog()
  expect(log).toContain(VICTIM)
  expect(await found(log)).toEqual([])
})

test.each([`${VICTIM}, x`, `x"address":"${VICTIM}"`, `192.0.2.9","address":"${VICTIM}`])(
  'the header X-Forwarded-For: %s bans no address that it forges',
  async sent => {
    const visitor = newVisitor(sent)
    const { text } = await visitor.get(door, '/login')
    await visitor.post(door, '/login', { _csrf: tokenIn(text), username: 'user1', password: 'a wrong one' })
    const log = await wholeLog()
    expect(log).toContain('"address":"unknown"')
    expect(await found(log)).toEqual([])
  },
)

test('fail2ban accepts the jail with the filter', async () => {
  const etc = join(directory, 'etc')
  await cp('/etc/fail2ban', etc, { recursive: true })
  // The jail of sshd that Debian turns on needs a log that this machine may lack.
  await rm(join(etc, 'jail.d'), { recursive: true })
  for (const folder of ['filter.d', 'jail.d']) {
    await cp(join(deploy, folder), join(etc, folder), { recursive: true })
  }
  const { stdout } = await run('fail2ban-client', ['-c', etc, '--dp'])
  expect(stdout).toContain("['add', 'passport-xmpp-bosh', 'systemd']")
  expect(stdout).toContain("['set', 'passport-xmpp-bosh', 'maxretry', 30]")
})
