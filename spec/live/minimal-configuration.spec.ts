import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Authenticator, Registration } from '../../lib'
import { configuredNumber } from '../fixtures/configured-number'
import { selfSigned } from '../fixtures/vectors/certificate'
import { command } from './servers/command'
import { freePorts } from './servers/free-ports'

// Debian's own configuration with ejabberd/ejabberd.minimal.yml, added as the first lines of that file say.

const scripts = resolve(__dirname, '../../ejabberd')
const password = 'correct horse battery'
const FAILURES = configuredNumber('ejabberd/ejabberd.minimal.yml', 'c2s_max_auth_failures')

let dir: string
let service: string
let opened: (Authenticator | Registration)[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ejabberd-minimal-'))
  const { stdout: stock } = await command(['cat', '/usr/share/ejabberd/ejabberd.yml.example'])
  const minimal = await readFile(join(scripts, 'ejabberd.minimal.yml'), 'utf8')
  const ports = await freePorts(20)
  const port = () => String(ports.pop())
  const bosh = port()
  service = `http://127.0.0.1:${bosh}/bosh`

  const line = / +(include_config_file: )\/etc\/ejabberd\/(ejabberd\.minimal\.yml)$/m.exec(minimal)
  if (line === null) throw new Error('ejabberd.minimal.yml does not say how to add it')
  const { key, cert } = selfSigned('localhost')
  await writeFile(join(dir, 'ejabberd.pem'), cert + key)
  await writeFile(join(dir, 'ejabberd.minimal.yml'), replaced(minimal, 'port: 5281', `port: ${bosh}`))
  const edit = / +sed -i '(.*)' \/etc\/ejabberd\/ejabberd\.yml$/m.exec(minimal)?.[1]
  if (edit === undefined) throw new Error('ejabberd.minimal.yml does not say how to raise the limit')
  const copy = join(dir, 'copy.yml')
  await writeFile(copy, stock)
  await command(['sed', '-i', edit, copy])
  const edited = await readFile(copy, 'utf8')
  // Other ports, on loopback, and another directory: this machine has other work as well.
  const moved = replaced(edited, '/etc/ejabberd/ejabberd.pem', join(dir, 'ejabberd.pem'))
    .replace(/port: \d+\n( +)ip: "::"/g, (_, indent: string) => `port: ${port()}\n${indent}ip: "127.0.0.1"`)
    .replace(/^define_macro:$/m, `define_macro:\n  BOSH_PORT: ${bosh}`)
  await writeFile(join(dir, 'stock.yml'), `${moved}\n${line[1]}${join(dir, line[2] ?? '')}\n`)
  const config = ['--config', join(dir, 'stock.yml')]
  await command([join(scripts, 'start'), '--while', String(process.pid), ...config, dir])
  await command([join(scripts, 'add-user'), dir, 'alice'], password)
})
afterAll(async () => {
  await command([join(scripts, 'stop'), dir])
  await rm(dir, { recursive: true, force: true })
})
afterEach(async () => {
  await Promise.all(opened.map(client => client.close()))
  opened = []
})

function replaced(text: string, old: string, replacement: string): string {
  if (!text.includes(old)) throw new Error(`there is no ${old}`)
  return text.replaceAll(old, replacement)
}

function app(): Authenticator {
  const made = new Authenticator({ service, domain: 'localhost', failureDelay: 0 })
  opened.push(made)
  return made
}

const signIn = (authenticator: Authenticator, typed: string, clientIp?: string) =>
  authenticator.authenticate({ username: 'alice', password: typed }, { ...(clientIp && { clientIp }) }).then(
    ({ jid }) => jid,
    error => error.code,
  )

test('an account signs in', async () => {
  expect(await signIn(app(), password)).toBe('alice@localhost')
})

test('the server refuses sign-up', async () => {
  const registration = new Registration({ service, domain: 'localhost' })
  opened.push(registration)

  await expect(registration.form()).rejects.toMatchObject({ code: 'registration-closed' })
})

test(`${FAILURES} wrong passwords ban only the visitor that sent them`, async () => {
  const authenticator = app()
  for (let n = 1; n < FAILURES; n++) await signIn(authenticator, `wrong ${n}`, '198.51.100.7')
  expect(await signIn(authenticator, `wrong ${FAILURES}`, '198.51.100.7')).toBe('ERR_XMPP_POLICY')

  expect(await signIn(app(), password, '198.51.100.7')).toBe('ERR_XMPP_POLICY')
  expect(await signIn(app(), password, '203.0.113.9')).toBe('alice@localhost')
})

// This test is the last: it leaves the app banned.
test(`${FAILURES} wrong passwords ban the app and all its visitors when forwardClientIp is off`, async () => {
  const authenticator = app()
  for (let n = 0; n < FAILURES; n++) await signIn(authenticator, `wrong ${n}`)

  expect(await signIn(app(), password)).toBe('ERR_XMPP_POLICY')
})
