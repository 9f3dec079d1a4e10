import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { expectSameHealthCheck, type HealthCheck } from './health-check'

/* The checks of the containers that need no engine. ejabberd/check-containers runs them. */

const ROOT = join(__dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

interface Service {
  readonly environment?: Readonly<Record<string, string>>
  readonly network_mode?: string
  readonly ports?: readonly string[]
  readonly restart?: string
  readonly mem_limit?: string
  readonly pids_limit?: number
  readonly ulimits?: Readonly<Record<string, number>>
  readonly logging?: { readonly options: Readonly<Record<string, string>> }
  readonly healthcheck?: HealthCheck
}

const servicesOf = (file: string): Readonly<Record<string, Service>> => parse(read(file), { merge: true }).services
const services = servicesOf('ejabberd/compose.yaml')
const production = servicesOf('ejabberd/compose.production.yaml')

test('compose.yaml passes on every variable of the app', () => {
  const [, table = ''] = read('example-app/README.md').split('\n## Environment\n')
  const names = Array.from(table.split('\n## ')[0]?.matchAll(/^\| `([A-Z_]+)` \|/gm) ?? [], ([, name = '']) => name)
  const fixed = /^ENV (.*)$/m.exec(read('ejabberd/app.Dockerfile'))?.[1] ?? ''
  const passed = { ...services['app']?.environment, HOST: '', PORT: '' }

  expect(names).toContain('SESSION_SECRET')
  expect(fixed).toMatch(/\bHOST=0\.0\.0\.0 PORT=5005$/)
  expect(names.filter(name => !Object.hasOwn(passed, name))).toEqual([])
})

test('.env.example names every variable that the compose files read', () => {
  const files = ['ejabberd/compose.yaml', 'ejabberd/compose.production.yaml'].map(read).join('')
  const names = new Set(Array.from(files.matchAll(/\$\{([A-Z_]+)/g), ([, name = '']) => name))
  const example = read('ejabberd/.env.example')

  expect(names).toContain('SESSION_SECRET')
  expect([...names].filter(name => !example.includes(`\n${name}=`))).toEqual([])
})

test('ejabberd and the app share a network namespace that neither of them holds', () => {
  expect(services['ejabberd']?.network_mode).toBe('service:network')
  expect(services['app']?.network_mode).toBe('service:network')
  expect(services['network']?.ports).toEqual([`127.0.0.1:\${PORT:-5005}:5005`])
})

test('the app sends addresses of visitors only when a proxy tells visitors apart', () => {
  expect(services['app']?.environment?.['XMPP_FORWARD_CLIENT_IP']).toBe(`\${TRUST_PROXY:+on}`)
  expect(production['app']?.environment).toMatchObject({
    XMPP_FORWARD_CLIENT_IP: 'on',
    TRUST_PROXY: `\${TRUST_PROXY:-1}`,
  })
})

test('compose.production.yaml requires a secret and a domain', () => {
  expect(production['app']?.environment?.['NODE_ENV']).toBe('production')
  expect(production['app']?.environment?.['SESSION_SECRET']).toMatch(/^\$\{SESSION_SECRET:\?.*openssl rand/)
  expect(read('ejabberd/compose.production.yaml')).toContain(`DOMAIN=\${XMPP_DOMAIN:?`)
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
  })
})

test.each([
  ['ejabberd', 'ejabberd/Dockerfile'],
  ['app', 'ejabberd/app.Dockerfile'],
])('the health check of %s is the same in compose.yaml and %s', (name, file) => {
  expectSameHealthCheck(services[name]?.healthcheck, read(file), 5005)
})

test('the user of ejabberd gets its id before the package is installed', () => {
  const text = read('ejabberd/Dockerfile')

  expect(text.search(/useradd --system --uid 9000 /)).toBeGreaterThan(0)
  expect(text.search(/useradd --system --uid 9000 /)).toBeLessThan(text.search(/apt-get install/))
  expect(text).toMatch(/^USER 9000:9000$/m)
})

test('the manifests are installed before the sources of the app are copied', () => {
  const text = read('ejabberd/app.Dockerfile')

  expect(text.indexOf('COPY package.json')).toBeLessThan(text.indexOf('RUN npm ci\n'))
  expect(text.indexOf('RUN npm ci\n')).toBeLessThan(text.indexOf('COPY lib'))
  expect(text).not.toContain('COPY . ')
})

test.each(['.dockerignore', 'ejabberd/.dockerignore'])('%s is a list of what reaches the builder', file => {
  const lines = read(file)
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))

  expect(lines[0]).toBe('*')
  expect(lines.filter(line => /^!.*(?:data|\.env)/.test(line))).toEqual([])
})

test('git ignores ejabberd/.env', () => {
  expect(spawnSync('git', ['check-ignore', 'ejabberd/.env'], { cwd: ROOT, encoding: 'utf8' }).stdout).toBe(
    'ejabberd/.env\n',
  )
})

test('the README shows the repair of a volume as the log does', () => {
  const [shown = ''] = /^docker compose .*--entrypoint chown .*$/m.exec(read('ejabberd/README.md')) ?? []
  const said = read('ejabberd/entrypoint').replaceAll('$(id -u)', '9000').replaceAll('$(id -g)', '9000')

  expect(shown).toMatch(/ -R 9000:9000 \/data$/)
  expect(said).toContain(`\n${shown}"`)
})

test('check-containers fails with a sentence when no engine answers', () => {
  const { status, stdout } = spawnSync(join(ROOT, 'ejabberd/check-containers'), {
    env: { ...process.env, ENGINE: 'false' },
    encoding: 'utf8',
  })

  expect(stdout).toBe('FAILED An engine is missing: this fails: false info\n')
  expect(status).toBe(1)
})
