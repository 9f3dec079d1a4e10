import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { run, type Terminal } from '../../lib/cli/run'
import type { BoshServer } from '../../lib/testing/server'
import { startSetUp } from '../doctor/right-set-up'
import { selfSigned } from '../fixtures/vectors/certificate'

const { version } = jest.requireActual<{ version: string }>('../../package.json')

let server: BoshServer
beforeAll(async () => {
  server = await startSetUp({ captchaLimit: 10 })
})
afterAll(() => server.close())

interface Played {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Plays a command on a terminal, or on pipes. */
async function play(
  argv: readonly string[],
  { input = '', isTTY = false, env = {} }: { input?: string; isTTY?: boolean; env?: Terminal['env'] } = {},
): Promise<Played> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  stdin.end(input)
  const code = await run(argv, { stdin, stdout: Object.assign(stdout, { isTTY }), stderr, env })
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

const WELL = ['--domain', 'localhost']

test('the command exits with 0 when each check is ok or skipped', async () => {
  const { code, stdout, stderr } = await play(['check', server.url, ...WELL])

  expect(code).toBe(0)
  expect(stdout).toContain('0 warn, 0 wrong')
  expect(stderr).toBe('')
})

test('the command exits with 1 when a check warns', async () => {
  const open = await startSetUp({ registration: 'open' })
  try {
    expect(await play(['check', open.url, ...WELL])).toMatchObject({ code: 1, stderr: '' })
  } finally {
    await open.close()
  }
})

test('the command exits with 2 when a check finds something wrong', async () => {
  expect(await play(['check', `${server.url}/x`, ...WELL])).toMatchObject({ code: 2, stderr: '' })
})

test.each([
  ['no command', [], 'check <service>'],
  ['another command', ['chekc', 'https://a.example/'], 'check <service>'],
  ['no service', ['check'], 'the BOSH URL'],
  ['two services', ['check', 'https://a.example/', 'staple'], 'one <service>'],
  ['a password as an option', ['check', 'https://a.example/', '--password=staple'], "Unknown option '--password'"],
  ['an option without its value', ['check', 'https://a.example/', '--domain'], '--domain'],
  ['a value for an option without one', ['check', 'https://a.example/', '--json=staple'], '--json'],
  ['an invalid domain', ['check', 'https://a.example/', '--domain', 'staple@a'], 'option `domain`'],
  ['an unknown mechanism', ['check', 'https://a.example/', '--mechanisms', 'PLAIN,staple'], 'option `mechanisms`'],
  ['a missing file', ['check', 'https://a.example/', '--ca', '/staple'], 'cannot be read (ENOENT)'],
  ['a file that never ends', ['check', 'https://a.example/', '--ca', '/dev/zero'], 'no certificates'],
  ['a file without certificates', ['check', 'https://a.example/', '--ca', __filename], 'no certificates'],
  ['an account without a password', ['check', 'https://a.example/', '--account', 'a@a.example'], 'no password'],
  ['an empty account', ['check', 'https://a.example/', '--account', ''], '--account is empty'],
  ['--ask without --account', ['check', 'https://a.example/', '--ask', 'staple@a'], 'need --account'],
  ['--s2s without --account', ['check', 'https://a.example/', '--s2s', 'staple'], 'need --account'],
  ['a domain to ask', ['check', 'https://a.example/', '--account', 'a@b', '--ask', 'staple'], '--ask is not the JID'],
  ['a URL for --s2s', ['check', 'https://a.example/', '--account', 'a@b', '--s2s', 'http://staple'], '--s2s is not'],
  ['--role-owner without --role', ['check', 'https://a.example/', '--role-owner', 'staple@a'], 'need --role'],
  ['--stranger without --role', ['check', 'https://a.example/', '--stranger', 'staple'], 'need --role'],
  ['a role without a room', ['check', 'https://a.example/', '--role', 'staple'], 'a name and a room'],
  ['a room without a name', ['check', 'https://a.example/', '--role', '=staple@a.example'], 'a name and a room'],
  ['a role with no JID', ['check', 'https://a.example/', '--role', 'a=staple'], 'the bare JID of a room'],
  ['two rooms of one role', ['check', 'https://a.example/', '--role', 'a=b@c', '--role', 'a=d@c'], 'the same name'],
  ['a stranger without a name', ['check', 'https://a.example/', '--role', 'a=b@c', '--stranger', ''], '--stranger is'],
  ['a user name without a password', ['check', 'https://a.example/', '--username', 'user1'], 'no password'],
])('the command exits with 2 and names the mistake without repeating a value when given %s', async (_, argv, says) => {
  const { code, stdout, stderr } = await play(argv)

  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(says)
  expect(stderr).toContain('--help')
  expect(stderr).not.toContain('staple')
})

test.each([[['--help']], [['-h']], [['check', '--help']]])('the command lists its options for %j', async argv => {
  const { code, stdout } = await play(argv)

  expect(code).toBe(0)
  for (const name of [
    'domain',
    'username',
    'account',
    's2s',
    'ask',
    'role',
    'role-owner',
    'stranger',
    'mechanisms',
    'ca',
  ]) {
    expect(stdout).toContain(`--${name}`)
  }
})

test('the command prints the version of the package when called with --version', async () => {
  expect(await play(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('the command prints only JSON and no secret of a URL when called with --json', async () => {
  const url = new URL(server.url)
  url.search = '?token=staple'
  const { code, stdout, stderr } = await play(['check', url.href, ...WELL, '--json'])

  expect(JSON.parse(stdout)).toMatchObject({ service: server.url, domain: 'localhost', exitCode: code })
  expect(stdout + stderr).not.toContain('staple')
})

test('the command reads both passwords from standard input and takes the domain of the service account', async () => {
  const both = await startSetUp({ captchaLimit: 10, accounts: { user1: 'pencil', login: 'staple' } })
  try {
    const { code, stdout, stderr } = await play(
      ['check', both.url, '--username', 'user1', '--account', 'login@localhost', '--ask', 'nobody@localhost'],
      { input: 'pencil\nstaple\n' },
    )

    expect(stdout).toContain(`${both.url}, domain localhost`)
    expect(stdout).toContain('logged in with')
    expect(stdout).toContain('login@localhost is online')
    expect(stderr).toMatch(/^Asked: answer [1-9]\d in the chat, within 60 s\.\n$/)
    expect(code).toBe(2)
    expect(stdout + stderr).not.toMatch(/pencil|staple/)
  } finally {
    await both.close()
  }
})

test('the command reads three passwords from standard input and checks the rooms of roles', async () => {
  const accounts = { user1: 'pencil', login: 'staple', bob: 'stapler' }
  const all = await startSetUp({ captchaLimit: 10, accounts })
  try {
    const roles = ['--role', 'admins=admins@rooms.localhost', '--role', 'staff=staff@rooms.localhost']
    const { stdout, stderr } = await play(
      [
        'check',
        all.url,
        '--username',
        'user1',
        '--account',
        'login@localhost',
        ...roles,
        '--stranger',
        'bob',
        '--json',
      ],
      { input: 'pencil\nstaple\nstapler\n' },
    )
    const { checks } = JSON.parse(stdout) as { checks: readonly { id: string; status: string }[] }

    expect(checks.filter(({ id }) => id.startsWith('role-')).map(({ id }) => id)).toHaveLength(5)
    expect(checks.find(({ id }) => id === 'role-squat')?.status).not.toBe('skipped')
    expect(stdout + stderr).not.toMatch(/pencil|staple/)
  } finally {
    await all.close()
  }
})

test('the command reports credentials in the URL as wrong and does not repeat them', async () => {
  const { code, stdout } = await play(['check', 'https://user1:staple@xmpp.example.com/bosh'])

  expect(code).toBe(2)
  expect(stdout).toContain('https://xmpp.example.com/bosh')
  expect(stdout).not.toMatch(/user1|staple/)
})

test('the options --mechanisms and --ca have the same effect as in the app', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  const tls = selfSigned('127.0.0.1')
  const secure = await startSetUp({ tls, mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1'] })
  try {
    const ca = join(directory, 'ca.pem')
    writeFileSync(ca, tls.cert)

    expect(await play(['check', secure.url, ...WELL, '--ca', ca, '--mechanisms', 'SCRAM-SHA-1'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('logins use SCRAM-SHA-1\n'),
    })
  } finally {
    await secure.close()
    rmSync(directory, { recursive: true })
  }
})

const COLOUR = '\x1b['
test.each<[what: string, isTTY: boolean, env: Terminal['env'], colours: boolean]>([
  ['a terminal', true, {}, true],
  ['a pipe', false, {}, false],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['a terminal without colours', true, { TERM: 'dumb' }, false],
])('the command chooses the colours for %s', async (_, isTTY, env, colours) => {
  const { stdout } = await play(['check', 'https://:1'], { isTTY, env })

  expect(stdout.includes(COLOUR)).toBe(colours)
})
