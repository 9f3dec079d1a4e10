import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readConfig } from '../../example-app/config'

const deploy = resolve(__dirname, '../../example-app/deploy')
const read = (name: string) => readFileSync(join(deploy, name), 'utf8')

/** Reads the environment as systemd does. */
function environment(): Record<string, string> {
  const lines = read('app.env').split('\n')
  return Object.fromEntries(
    lines.filter(line => /^[A-Z]/.test(line)).map(line => [line.replace(/=.*/, ''), line.replace(/.*?=/, '')]),
  )
}

test('app.env is complete except for the secret', () => {
  expect(() => readConfig(environment())).toThrow(/^SESSION_SECRET is required/)
  const config = readConfig({ ...environment(), SESSION_SECRET: 'x'.repeat(64), PORT: '5006' })
  expect(config).toMatchObject({
    production: true,
    port: 5006,
    trustProxy: ['127.0.0.1'],
    redisUrl: 'redis://127.0.0.1:6379',
    registration: true,
    xmpp: { service: ['http://127.0.0.1:5280/bosh'], domain: 'example.com', forwardClientIp: true },
  })
})

test('app.env has every variable of the README', () => {
  const rows = readFileSync(join(deploy, '../README.md'), 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)
  const documented = Array.from(rows, ([, name]) => name)
  const written = Array.from(read('app.env').matchAll(/^#?([A-Z_]+)=/gm), ([, name]) => name)

  expect(documented.length).toBeGreaterThan(10)
  expect(documented.sort()).toEqual(written.sort())
})

test.each([
  'LimitCORE=0',
  'LimitNOFILE=65536',
  'TasksMax=64',
  'MemoryMax=512M',
  'UMask=0077',
  'ProtectProc=invisible',
  'ProcSubset=pid',
  'IPAddressDeny=any',
  'IPAddressAllow=localhost',
  'RestrictAddressFamilies=AF_INET AF_INET6',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallArchitectures=native',
  'PrivateUsers=yes',
])('app@.service sets %s', line => {
  expect(read('app@.service').split('\n')).toContain(line)
})

test('app@.service leaves PORT to the name of the process', () => {
  expect(read('app@.service')).toContain('Environment=PORT=%i')
  expect(environment()).not.toHaveProperty('PORT')
})

test('nginx uses the ports of the processes that systemd starts', () => {
  const started = [...(/enable --now (.*)/.exec(read('app@.service'))?.[1]?.matchAll(/app@(\d+)/g) ?? [])].map(
    ([, port]) => port,
  )
  const asked = [...read('nginx.conf').matchAll(/server 127\.0\.0\.1:(\d+) /g)].map(([, port]) => port)
  expect(started).toEqual(['5005', '5006'])
  expect(asked).toEqual(started)
})
