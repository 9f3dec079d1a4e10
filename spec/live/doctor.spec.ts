import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { run } from '../../lib/cli/run'
import type { Finding } from '../../lib/doctor/finding'
import { startEjabberd } from './servers/ejabberd'
import { startProsody } from './servers/prosody'
import { startShipped } from './servers/shipped'

/* The doctor on real servers. With the shipped configuration it complains of nothing but an old version. */

const PASSWORD = 'pa55-phrase of some length'
/** The versions of ejabberd under test that have known holes. */
const HOLES = ['23.01', '24.12']
const LEFT_ALONE = 'the end of one leaves the other alone, also on one connection'

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

describe('on the shipped ejabberd', () => {
  test('the doctor complains of nothing but an old version, without a login and after one', async () => {
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
        'two-sessions': LEFT_ALONE,
      },
    })
  })

  test('the doctor warns when the server does not trust the app to name visitors', async () => {
    const { url, old } = await shipped({ TRUSTED_PROXIES: '[192.0.2.9]' })

    expect((await diagnose(url)).complaints).toEqual({ 'visitor-address': 'warn', ...(old && { version: 'warn' }) })
  })

  test('the doctor reports the login when the server blocks the account', async () => {
    const { url, addUser } = await shipped({ BLOCKED: '[blocked@localhost]' })
    await addUser('blocked', PASSWORD)

    expect(await diagnose(url, ['--username', 'blocked'], PASSWORD)).toMatchObject({
      exitCode: 2,
      complaints: { login: 'wrong' },
      summaries: { login: expect.stringContaining('not-allowed') },
    })
  })

  test('the doctor names the fault when the URL has the wrong port, path, scheme or domain', async () => {
    const { url, ports } = await shipped()
    const elsewhere = (part: Partial<URL>) => Object.assign(new URL(url), part).href

    expect((await diagnose(elsewhere({ port: ports['C2S_PORT'] ?? '' }))).complaints).toEqual({ bosh: 'wrong' })
    expect((await diagnose(elsewhere({ pathname: '/http-bind' }))).complaints).toEqual({ bosh: 'wrong' })
    expect((await diagnose(elsewhere({ protocol: 'https:' }))).complaints).toEqual({ tls: 'wrong' })
    expect((await diagnose(url, ['--domain', 'example.com'])).complaints).toEqual({ domain: 'wrong' })
  })
})

test('the doctor reports an untrusted certificate and warns when ejabberd stores passwords in clear text', async () => {
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

test('the doctor complains of the unknown version alone on Prosody and learns it after a login', async () => {
  const server = await startProsody()
  ended.push(server.stop)
  await server.register('alice', PASSWORD)

  expect(await diagnose(server.url)).toMatchObject({ exitCode: 1, complaints: { version: 'warn' } })
  expect((await diagnose(server.url, ['--username', 'alice'], PASSWORD)).summaries).toMatchObject({
    login: 'logged in with SCRAM-SHA-1',
    version: expect.stringContaining('Prosody'),
    'two-sessions': LEFT_ALONE,
  })
})

test('the command hides the password and colours the statuses on a real terminal', async () => {
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
