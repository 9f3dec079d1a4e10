import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BoshServer } from '../../lib/testing/server'
import { startSetUp } from '../doctor/right-set-up'

/* The command in a process of its own. */

const ROOT = join(__dirname, '..', '..')
const PASSWORD = 'correct-horse-battery-staple'

let server: BoshServer
beforeAll(async () => {
  server = await startSetUp({ accounts: { user1: PASSWORD } })
})
afterAll(() => server.close())

async function command(argv: readonly string[], input: string) {
  const loader = join(ROOT, 'spec', 'fixtures', 'typescript.cjs')
  const child = spawn(process.execPath, ['--require', loader, join(ROOT, 'lib', 'cli', 'index.ts'), ...argv])
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, output: Buffer.concat(output).toString() }
}

test('the command never prints a password that it reads from standard input', async () => {
  const { code, output } = await command(
    ['check', server.url, '--domain', 'localhost', '--username', 'user1'],
    `${PASSWORD}\n`,
  )

  expect(output).toContain('logged in with SCRAM-SHA-256')
  expect(code).toBe(0)
  for (const part of [PASSWORD, 'horse', Buffer.from(PASSWORD).toString('base64')]) {
    expect(output).not.toContain(part)
  }
})

test('the command does not print a wrong password', async () => {
  const { code, output } = await command(
    ['check', server.url, '--domain', 'localhost', '--username', 'user1', '--json'],
    'incorrect-horse\n',
  )

  expect(code).toBe(2)
  expect(JSON.parse(output)).toMatchObject({ exitCode: 2 })
  expect(output).not.toContain('horse')
})

test('the command exits with 2 and one line when its report cannot be written', async () => {
  const loader = join(ROOT, 'spec', 'fixtures', 'typescript.cjs')
  const argv = ['--require', loader, join(ROOT, 'lib', 'cli', 'index.ts'), '--help']
  const child = spawn(process.execPath, argv, { stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] })
  const said: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk))
  const [code] = await once(child, 'close')

  expect(code).toBe(2)
  expect(Buffer.concat(said).toString()).toBe('passport-xmpp-bosh: the report cannot be written (ENOSPC)\n')
})

test('the command ends by itself when it reads nothing from standard input', async () => {
  const { code } = await command(['--version'], '')

  expect(code).toBe(0)
})

test('package.json names the command and its file', () => {
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

  expect(bin).toEqual({ 'passport-xmpp-bosh': 'dist/cli/index.js' })
  expect(readFileSync(join(ROOT, 'lib', 'cli', 'index.ts'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})
