import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { run } from '../../lib/cli/run'
import type { Finding } from '../../lib/doctor/finding'
import { authority } from '../fixtures/vectors/certificate'
import { startPerson } from './servers/clients/person'
import { startEjabberd } from './servers/ejabberd'
import { type Federation, startFederation } from './servers/federation'
import { KINDS, startHome } from './servers/federation/server'
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
  readonly advice: Readonly<Record<string, string>>
}

/** @param answer gets the number to answer the question of `--ask` with */
async function diagnose(
  url: string,
  argv: readonly string[] = [],
  password = '',
  answer: (number: string) => void = () => {},
): Promise<Diagnosis> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  stdin.end(`${password}\n`)
  stderr.on('data', chunk => answer(/answer (\d\d) in/.exec(String(chunk))?.[1] ?? ''))
  const domain = argv.includes('--account') ? [] : ['--domain', 'localhost']
  const argument = ['check', url, ...domain, '--json', ...argv]
  const exitCode = await run(argument, { stdin, stdout, stderr, env: {} })
  const { checks }: { checks: readonly Finding[] } = JSON.parse(String(stdout.read()))
  return {
    exitCode,
    complaints: Object.fromEntries(
      checks.filter(({ status }) => status === 'warn' || status === 'wrong').map(({ id, status }) => [id, status]),
    ),
    summaries: Object.fromEntries(checks.map(({ id, summary }) => [id, summary])),
    advice: Object.fromEntries(checks.map(({ id, advice = '' }) => [id, advice])),
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

describe('about the service account', () => {
  const asAccount = (domain: string, ...more: string[]) => ['--account', `login@${domain}`, ...more]

  test.each(KINDS)('on %s with its switches, every check says ok when a person answers in a chat', async kind => {
    const server = await startHome(kind, { domain: 'a.test', authority: authority('authority of the specs') })
    ended.push(server.stop)
    const password = await server.addServiceAccount()
    await server.addUser('alice', PASSWORD)
    const { clientPort, trusted: ca } = server
    const alice = await startPerson({ jid: 'alice@a.test/phone', password: PASSWORD, port: Number(clientPort), ca })
    ended.push(alice.stop)
    const argv = asAccount('a.test', '--ask', 'alice@a.test')
    const { complaints, summaries } = await diagnose(server.url, argv, password, number =>
      alice.do({ say: `it is ${number}`, to: 'login@a.test' }),
    )

    expect(Object.keys(complaints).filter(id => id.startsWith('account'))).toEqual([])
    expect(summaries['account-ask']).toContain('answered with the number')
    expect((await alice.told()).body).toContain('This is a test of signing in with a.test without a password')
  })

  test('the doctor names the switches of ejabberd when none of them is set', async () => {
    const { url, addUser } = await shipped()
    await addUser('login', PASSWORD)
    const { complaints, summaries, advice } = await diagnose(
      url,
      asAccount('localhost', '--ask', 'carol@localhost', '--s2s', 'b.test'),
      PASSWORD,
    )

    expect(complaints).toMatchObject({ 'account-pace': 'warn', 'account-ask': 'wrong', 'account-s2s': 'wrong' })
    expect(summaries['account-hears']).toContain('arrived')
    expect(summaries['account-ask']).toContain('service-unavailable')
    expect(summaries['account-s2s']).toContain('forbidden')
    expect(advice['account-pace']).toContain('SERVICE_ACCOUNTS')
    expect(advice['account-s2s']).toContain('s2s_access')
  })

  test('the doctor reports the account when its password is wrong', async () => {
    const { url, addUser } = await shipped()
    await addUser('login', PASSWORD)

    expect((await diagnose(url, asAccount('localhost'), 'a wrong one')).complaints).toMatchObject({ account: 'wrong' })
  })
})

describe('between servers', () => {
  let federation: Federation
  const passwords = new Map<string, string>()
  beforeAll(async () => {
    federation = await startFederation()
    for (const server of federation.own) passwords.set(server.domain, await server.addServiceAccount())
  })
  afterAll(() => federation?.stop())

  test.each([0, 1])('the doctor tells a server that is trusted from others (own server %i)', async index => {
    const { url, domain } = federation.own[index] ?? {}
    const s2s = (other = '') =>
      diagnose(url ?? '', ['--account', `login@${domain}`, '--s2s', other], passwords.get(domain ?? ''))
    const others = federation.others.map(other => other.domain)

    for (const other of others) expect((await s2s(other)).summaries['account-s2s']).toContain(`${other} answered`)
    const untrusted = await s2s(federation.untrusted.domain)
    expect(untrusted.complaints).toMatchObject({ 'account-s2s': 'wrong' })
    expect(untrusted.advice['account-s2s']).toContain('does not trust the certificate')
    expect((await s2s('nowhere.test')).complaints).toMatchObject({ 'account-s2s': 'wrong' })
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
