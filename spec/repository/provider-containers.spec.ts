import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { NAMES } from '../../identity-provider/config'
import { issuerOf } from '../../identity-provider/endpoints/issuer'
import { expectSameHealthCheck, type HealthCheck } from './health-check'

/* The checks of the provider's containers that need no engine. ejabberd/check-containers runs them. */

const ROOT = join(__dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

interface Service {
  readonly environment?: Readonly<Record<string, string>>
  readonly network_mode?: string
  readonly ports?: readonly string[]
  readonly command?: readonly string[]
  readonly volumes?: readonly unknown[]
  readonly depends_on: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: HealthCheck
}

const servicesOf = (file: string): Readonly<Record<string, Service>> => parse(read(file), { merge: true }).services
const services = servicesOf('ejabberd/compose.provider.yaml')
const environment = services['provider']?.environment ?? {}
const { network: _, ...inside } = services

test('compose.provider.yaml passes on every variable of the provider', () => {
  const fixed = /^ENV (.*)$/m.exec(read('ejabberd/provider.Dockerfile'))?.[1] ?? ''

  expect(NAMES.known).toEqual(expect.arrayContaining(['SESSION_SECRET', 'OIDC_ISSUER']))
  expect(fixed).toMatch(/\bHOST=0\.0\.0\.0 PORT=5010 /)
  expect(NAMES.known.filter(name => name !== 'PORT' && !Object.hasOwn(environment, name))).toEqual([])
})

test('.env.example names every variable that compose.provider.yaml reads', () => {
  const text = read('ejabberd/compose.provider.yaml')
  const names = new Set(Array.from(text.matchAll(/\$\{([A-Z_]+)/g), ([, name = '']) => name))
  const example = read('ejabberd/.env.example')

  expect(names).toContain('PROVIDER_HOST')
  expect([...names].filter(name => !example.includes(`\n${name}=`))).toEqual([])
})

test('compose.provider.yaml requires a secret and says how to make one', () => {
  expect(environment['SESSION_SECRET']).toMatch(/^\$\{SESSION_SECRET:\?.*openssl rand/)
  expect(environment['NODE_ENV']).toBe('production')
})

test('the issuer of compose.provider.yaml has no port when it is that of https', () => {
  const filled = environment['OIDC_ISSUER']
    ?.replace(`\${PROVIDER_HOST:-localhost}`, 'id.example.com')
    .replace(`\${HTTPS_PORT:-443}`, '443')
    .replace(`\${BASE_PATH:-}`, '')

  expect(issuerOf(String(filled), { base: '', production: true })).toEqual({
    url: 'https://id.example.com/oidc',
    origin: 'https://id.example.com',
    mount: '/oidc',
  })
})

test.each(Object.entries(inside))('the service %s is inside the network namespace that is published', (_, service) => {
  expect(service.network_mode).toBe('service:network')
  expect(service.ports).toBeUndefined()
  expect(service.depends_on['network']).toEqual({ condition: 'service_started', restart: true })
})

test('the ports of the proxy alone are published, on loopback unless told otherwise', () => {
  expect(services['network']?.ports).toEqual([
    `\${PUBLISH_IP:-127.0.0.1}:\${HTTP_PORT:-80}:8080`,
    `\${PUBLISH_IP:-127.0.0.1}:\${HTTPS_PORT:-443}:8443`,
  ])
  expect(read('ejabberd/Caddyfile')).toMatch(/http_port 8080\n\thttps_port 8443\n/)
})

test.each(Object.entries(services))('the service %s is limited and starts again', (_, service) => {
  expect(service).toMatchObject({
    restart: 'unless-stopped',
    mem_limit: expect.anything(),
    pids_limit: expect.any(Number),
    ulimits: { nofile: expect.any(Number) },
    logging: { options: { 'max-size': '10m', 'max-file': '3' } },
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  })
})

test('the provider starts when ejabberd and Redis are healthy', () => {
  expect(services['provider']?.depends_on).toMatchObject({
    ejabberd: { condition: 'service_healthy' },
    redis: { condition: 'service_healthy' },
  })
})

test('Redis listens on loopback alone, writes to its volume and drops nothing', () => {
  const words = services['redis']?.command?.join(' ')

  expect(words).toMatch(/--bind 127\.0\.0\.1 --appendonly yes .*--maxmemory-policy noeviction$/)
  expect(services['redis']?.volumes).toEqual(['sessions:/data'])
})

test('the provider trusts the proxy in its own namespace and listens for it alone', () => {
  expect(environment).toMatchObject({ HOST: '127.0.0.1', TRUST_PROXY: '127.0.0.1', XMPP_FORWARD_CLIENT_IP: 'on' })
  expect(read('ejabberd/Caddyfile')).toContain('reverse_proxy 127.0.0.1:5010\n')
})

test('the file of clients is mounted read-only, and the keys are in a volume', () => {
  expect(services['provider']?.volumes).toEqual([
    'keys:/data',
    expect.objectContaining({ read_only: true, bind: { create_host_path: false } }),
  ])
  expect(environment).toMatchObject({
    OIDC_CLIENTS: '/etc/identity-provider/clients.json',
    OIDC_KEYS: '/data/keys.json',
  })
})

test('ejabberd runs as in compose.yaml', () => {
  const own = servicesOf('ejabberd/compose.yaml')['ejabberd']

  expect(services['ejabberd']).toEqual(own)
})

test.each([
  ['provider', 'ejabberd/provider.Dockerfile'],
  ['proxy', 'ejabberd/proxy.Dockerfile'],
])('the health check of %s is the same in compose.provider.yaml and %s', (name, file) => {
  expectSameHealthCheck(services[name]?.healthcheck, read(file), 5010)
})

test.each([
  ['ejabberd/app.Dockerfile', 'example-app', 'identity-provider'],
  ['ejabberd/provider.Dockerfile', 'identity-provider', 'example-app'],
])('%s copies and builds %s, and nothing of %s', (file, own, other) => {
  const text = read(file)

  expect(text).toContain(`COPY ${own}/package.json ${own}/\n`)
  expect(text).toContain(`RUN node scripts/build.js ${own}`)
  expect(text).not.toContain(`COPY ${other}`)
  expect(text).not.toContain('COPY . ')
})

test('the manifests are installed before the sources of the provider are copied', () => {
  const text = read('ejabberd/provider.Dockerfile')

  expect(text.indexOf('COPY package.json')).toBeLessThan(text.indexOf('RUN npm ci\n'))
  expect(text.indexOf('RUN npm ci\n')).toBeLessThan(text.indexOf('COPY lib'))
})

test.each([
  ['ejabberd/provider.Dockerfile', /^RUN install -d -o node -g node -m 700 \/data\nUSER node\n/m],
  ['ejabberd/proxy.Dockerfile', /^USER 9001:9001$/m],
])('%s has a user without rights', (file, user) => {
  expect(read(file)).toMatch(user)
})

test('the builder gets what the images copy', () => {
  const lists = { '.dockerignore': ['provider.Dockerfile'], 'ejabberd/.dockerignore': ['proxy.Dockerfile'] }
  for (const [list, files] of Object.entries(lists)) {
    const allowed = read(list)
    for (const file of files) {
      const sources = Array.from(read(`ejabberd/${file}`).matchAll(/^COPY (?!--from)(\S.*) \S+$/gm), ([, found = '']) =>
        found.split(' '),
      ).flat()
      expect(sources.length).toBeGreaterThan(1)
      const missing = sources.filter(source => !allowed.includes(`\n!${source.replace(/\/package\.json$/, '')}`))
      expect(missing.filter(source => !allowed.includes(`\n!${source.split('/')[0]}\n`))).toEqual([])
    }
  }
})

test('git ignores the file of clients', () => {
  expect(spawnSync('git', ['check-ignore', 'ejabberd/clients.json'], { cwd: ROOT, encoding: 'utf8' }).stdout).toBe(
    'ejabberd/clients.json\n',
  )
})
