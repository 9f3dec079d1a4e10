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

test('all is well: 0', async () => {
  const { code, stdout, stderr } = await play(['check', server.url, ...WELL])

  expect(code).toBe(0)
  expect(stdout).toContain('0 warn, 0 wrong')
  expect(stderr).toBe('')
})

test('a warning: 1', async () => {
  const open = await startSetUp({ registration: 'open' })
  try {
    expect(await play(['check', open.url, ...WELL])).toMatchObject({ code: 1, stderr: '' })
  } finally {
    await open.close()
  }
})

test('something wrong: 2', async () => {
  expect(await play(['check', `${server.url}/x`, ...WELL])).toMatchObject({ code: 2, stderr: '' })
})

test.each([
  ['no command', [], 'check <service>'],
  ['another command', ['chekc', 'https://a.example/'], 'check <service>'],
  ['no service', ['check'], 'the BOSH URL'],
  ['two services', ['check', 'https://a.example/', 'staple'], 'one <service>'],
  ['a password as an option', ['check', 'https://a.example/', '--password=staple'], "Unknown option '--password'"],
  ['a value too few', ['check', 'https://a.example/', '--domain'], '--domain'],
  ['a value too many', ['check', 'https://a.example/', '--json=staple'], '--json'],
  ['a domain that is none', ['check', 'https://a.example/', '--domain', 'staple@a'], 'option `domain`'],
  ['a mechanism that is none', ['check', 'https://a.example/', '--mechanisms', 'PLAIN,staple'], 'option `mechanisms`'],
  ['a file that is not there', ['check', 'https://a.example/', '--ca', '/staple'], 'cannot be read (ENOENT)'],
  ['a file that never ends', ['check', 'https://a.example/', '--ca', '/dev/zero'], 'no certificates'],
  ['a file without certificates', ['check', 'https://a.example/', '--ca', __filename], 'no certificates'],
  ['nobody who has a password', ['check', 'https://a.example/', '--username', 'user1'], 'no password'],
])('%s: 2, and what is wrong with the command; no value of it is repeated', async (_, argv, says) => {
  const { code, stdout, stderr } = await play(argv)

  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(says)
  expect(stderr).toContain('--help')
  expect(stderr).not.toContain('staple')
})

test.each([['--help'], ['-h'], ['check', '--help']])('%s %s', async (...argv) => {
  const { code, stdout } = await play(argv)

  expect(code).toBe(0)
  for (const name of ['domain', 'username', 'mechanisms', 'ca', 'allow-insecure', 'json']) {
    expect(stdout).toContain(`--${name}`)
  }
})

test('--version', async () => {
  expect(await play(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('--json is nothing but JSON, without the secrets that a URL can hold', async () => {
  const url = new URL(server.url)
  url.search = '?token=staple'
  const { code, stdout, stderr } = await play(['check', url.href, ...WELL, '--json'])

  expect(JSON.parse(stdout)).toMatchObject({ service: server.url, domain: 'localhost', exitCode: code })
  expect(stdout + stderr).not.toContain('staple')
})

test('credentials in the URL are wrong, and not repeated', async () => {
  const { code, stdout } = await play(['check', 'https://user1:staple@xmpp.example.com/bosh'])

  expect(code).toBe(2)
  expect(stdout).toContain('https://xmpp.example.com/bosh')
  expect(stdout).not.toMatch(/user1|staple/)
})

test('--mechanisms and --ca come to what they do in the app', async () => {
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
  ['no terminal', false, {}, false],
  ['a terminal, and NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['a terminal, and an empty NO_COLOR, which means nothing', true, { NO_COLOR: '' }, true],
  ['a terminal that knows none', true, { TERM: 'dumb' }, false],
])('colours: %s', async (_, isTTY, env, colours) => {
  const { stdout } = await play(['check', 'https://:1'], { isTTY, env })

  expect(stdout.includes(COLOUR)).toBe(colours)
})
