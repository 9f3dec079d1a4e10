import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { run } from '../../lib/cli/run'
import type { Finding } from '../../lib/doctor/finding'
import { startEjabberd } from './servers/ejabberd'
import { startProsody } from './servers/prosody'
import { startShipped } from './servers/shipped'

/* What the doctor says of real servers: of the configuration that is shipped nothing but the version, if it is old. */

const PASSWORD = 'pa55-phrase of some length'
/** ejabberd versions with the holes that are known, as far as they are under test. */
const HOLES = ['23.01', '24.12']

const ended: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

interface Diagnosis {
  readonly exitCode: number
  readonly complaints: Readonly<Record<string, string>>
  readonly summaries: Readonly<Record<string, string>>
}

async function diagnose(url: string, argv: readonly string[] = [], password = ''): Promise<Diagnosis> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  stdin.end(`${password}\n`)
  const argument = ['check', url, '--domain', 'localhost', '--json', ...argv]
  const exitCode = await run(argument, { stdin, stdout, stderr, env: {} })
  const { checks }: { checks: readonly Finding[] } = JSON.parse(String(stdout.read()))
  return {
    exitCode,
    complaints: Object.fromEntries(
      checks.filter(({ status }) => status === 'warn' || status === 'wrong').map(({ id, status }) => [id, status]),
    ),
    summaries: Object.fromEntries(checks.map(({ id, summary }) => [id, summary])),
  }
}

async function shipped(values: Readonly<Record<string, string>> = {}) {
  const server = await startShipped({ values })
  ended.push(server.stop)
  return { ...server, old: HOLES.includes(server.version) }
}

describe('the shipped ejabberd', () => {
  test('nothing to complain of but an old version; and the same once it is asked after a login', async () => {
    const { url, version, addUser, old } = await shipped()
    await addUser('alice', PASSWORD)
    const expected = old ? { exitCode: 1, complaints: { version: 'warn' } } : { exitCode: 0, complaints: {} }

    expect(await diagnose(url)).toMatchObject(expected)
    expect(await diagnose(url, ['--username', 'alice'], PASSWORD)).toMatchObject({
      ...expected,
      summaries: {
        login: 'logged in with SCRAM-SHA-256',
        version: expect.stringContaining(`ejabberd ${version}`),
        'visitor-address': 'the server tells visitors apart (X-Forwarded-For)',
      },
    })
  })

  test('that does not trust the app: all visitors are one', async () => {
    const { url, old } = await shipped({ TRUSTED_PROXIES: '[192.0.2.9]' })

    expect((await diagnose(url)).complaints).toEqual({ 'visitor-address': 'warn', ...(old && { version: 'warn' }) })
  })

  test('that blocks an account', async () => {
    const { url, addUser } = await shipped({ BLOCKED: '[blocked@localhost]' })
    await addUser('blocked', PASSWORD)

    expect(await diagnose(url, ['--username', 'blocked'], PASSWORD)).toMatchObject({
      exitCode: 2,
      complaints: { login: 'wrong' },
      summaries: { login: expect.stringContaining('not-allowed') },
    })
  })

  test('whose URL has the wrong port, path, scheme or domain', async () => {
    const { url, ports } = await shipped()
    const elsewhere = (part: Partial<URL>) => Object.assign(new URL(url), part).href

    expect((await diagnose(elsewhere({ port: ports['C2S_PORT'] ?? '' }))).complaints).toEqual({ bosh: 'wrong' })
    expect((await diagnose(elsewhere({ pathname: '/http-bind' }))).complaints).toEqual({ bosh: 'wrong' })
    expect((await diagnose(elsewhere({ protocol: 'https:' }))).complaints).toEqual({ tls: 'wrong' })
    expect((await diagnose(url, ['--domain', 'example.com'])).complaints).toEqual({ domain: 'wrong' })
  })
})

test('an ejabberd with passwords in clear, over TLS that nobody trusts', async () => {
  const server = await startEjabberd({ storage: 'plain' })
  ended.push(server.stop)

  expect((await diagnose(server.url)).complaints).toEqual({
    'several-hashes': 'warn',
    'unwanted-mechanisms': 'warn',
    version: 'warn',
    'visitor-address': 'warn',
  })
  expect((await diagnose(server.secureUrl)).complaints).toEqual({ certificate: 'wrong' })
  expect((await diagnose(server.secureUrl.replace('https:', 'http:'))).complaints).toEqual({ tls: 'wrong' })
})

test('Prosody: well, and it tells its version after a login', async () => {
  const server = await startProsody()
  ended.push(server.stop)
  await server.register('alice', PASSWORD)

  expect(await diagnose(server.url)).toMatchObject({ exitCode: 0, complaints: {} })
  expect((await diagnose(server.url, ['--username', 'alice'], PASSWORD)).summaries).toMatchObject({
    login: 'logged in with SCRAM-SHA-1',
    version: expect.stringContaining('Prosody'),
  })
})

test('on a real terminal the password is not seen, and the statuses have colours', async () => {
  const server = await startProsody()
  ended.push(server.stop)
  await server.register('alice', PASSWORD)
  const root = join(__dirname, '../..')
  const command = `node --require ./spec/fixtures/typescript.cjs lib/cli/index.ts check ${server.url} --domain localhost --username alice`
  const { NO_COLOR: _, ...env } = process.env
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: root,
    env: { ...env, TERM: 'xterm' },
  })
  let screen = ''
  terminal.stdout.on('data', (chunk: Buffer) => {
    const isAsked = screen.includes('Password: ')
    screen += chunk.toString()
    if (!isAsked && screen.includes('Password: ')) terminal.stdin.write(`${PASSWORD}\r`)
  })
  const [exitCode] = await once(terminal, 'close')

  expect(exitCode).toBe(0)
  expect(screen).toContain('logged in with SCRAM-SHA-1')
  expect(screen).toContain('\x1b[32mok ')
  expect(screen).not.toContain(PASSWORD.slice(0, 4))
})
