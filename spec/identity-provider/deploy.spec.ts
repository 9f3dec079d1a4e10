import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { NAMES, readConfig } from '../../identity-provider/config'

const deploy = resolve(__dirname, '../../identity-provider/deploy')
const read = (name: string) => readFileSync(join(deploy, name), 'utf8')
const unit = read('provider@.service').split('\n')

/** Reads the environment as systemd does. */
function environment(): Record<string, string> {
  const lines = read('provider.env').split('\n')
  return Object.fromEntries(
    lines.filter(line => /^[A-Z]/.test(line)).map(line => [line.replace(/=.*/, ''), line.replace(/.*?=/, '')]),
  )
}

test('provider.env is complete except for the secret, the clients and the port', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  try {
    const clients = join(folder, 'clients.json')
    writeFileSync(clients, '[]', { mode: 0o600 })
    const here = { ...environment(), OIDC_CLIENTS: clients, OIDC_KEYS: join(folder, 'keys.json'), PORT: '5011' }

    expect(() => readConfig(here)).toThrow(/^SESSION_SECRET is required/)
    expect(readConfig({ ...here, SESSION_SECRET: 'x'.repeat(64) })).toMatchObject({
      production: true,
      port: 5011,
      trustProxy: ['127.0.0.1'],
      redisUrl: 'redis://127.0.0.1:6379',
      registration: false,
      issuer: { url: 'https://id.example.com/oidc' },
      xmpp: { service: ['http://127.0.0.1:5280/bosh'], domain: 'example.com', forwardClientIp: true },
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('provider.env has every variable of the provider', () => {
  const written = Array.from(read('provider.env').matchAll(/^#?([A-Z_]+)=/gm), ([, name]) => name)

  expect(written.sort()).toEqual([...NAMES.known].sort())
})

test.each([
  'LimitCORE=0',
  'LimitNOFILE=65536',
  'TasksMax=64',
  'MemoryMax=512M',
  'MemorySwapMax=0',
  'UMask=0077',
  'ProtectSystem=strict',
  'ProtectProc=invisible',
  'ProcSubset=pid',
  'IPAddressDeny=link-local multicast',
  'RestrictAddressFamilies=AF_INET AF_INET6',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallArchitectures=native',
  'PrivateUsers=yes',
])('provider@.service sets %s', line => {
  expect(unit).toContain(line)
})

test('provider@.service leaves PORT to the name of the process and OIDC_CLIENTS to the credential', () => {
  expect(unit).toEqual(
    expect.arrayContaining([
      'Environment=PORT=%i',
      'LoadCredential=clients.json:/etc/identity-provider/clients.json',
      'Environment=OIDC_CLIENTS=%d/clients.json',
    ]),
  )
  expect(environment()).not.toHaveProperty('PORT')
  expect(environment()).not.toHaveProperty('OIDC_CLIENTS')
})

test('all processes of provider@.service are one user, who owns the folder of the keys', () => {
  expect(unit).toEqual(
    expect.arrayContaining(['DynamicUser=yes', 'User=identity-provider', 'StateDirectory=identity-provider']),
  )
  expect(environment()['OIDC_KEYS']).toBe('/var/lib/identity-provider/keys.json')
})

test('nginx uses the ports of the processes that systemd starts', () => {
  const command = unit.find(line => line.includes('enable --now')) ?? ''
  const started = Array.from(command.matchAll(/provider@(\d+)/g), ([, port]) => port)
  const asked = Array.from(read('nginx.conf').matchAll(/server 127\.0\.0\.1:(\d+) /g), ([, port]) => port)

  expect(started).toEqual(['5010', '5011'])
  expect(asked).toEqual(started)
})

test('the name of the provider is the same in nginx.conf and provider.env', () => {
  const names = new Set(Array.from(read('nginx.conf').matchAll(/^ {4}server_name (\S+);/gm), ([, name]) => name))

  expect([...names]).toEqual([new URL(environment()['OIDC_ISSUER'] ?? '').host])
})

test.each(['too-many.json', 'unavailable.json'])('%s is an answer that a program reads', name => {
  expect(JSON.parse(read(name))).toEqual({ error: 'temporarily_unavailable', error_description: expect.any(String) })
})

test('every file that nginx shows is there', () => {
  const shown = Array.from(read('nginx.conf').matchAll(/^ {4}location = \/(\S+) \{/gm), ([, name = '']) => name)

  expect(shown).toHaveLength(4)
  for (const name of shown) expect(read(name)).not.toBe('')
})
