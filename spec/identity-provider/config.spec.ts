import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROVIDER_VARIABLES, readConfig } from '../../identity-provider/config'

const dir = mkdtempSync(join(tmpdir(), 'provider-config-'))
afterAll(() => rmSync(dir, { recursive: true }))

const CLIENTS = join(dir, 'clients.json')
const KEYS = join(dir, 'keys.json')
writeFileSync(
  CLIENTS,
  '[{ "client_id": "app", "token_endpoint_auth_method": "none", "redirect_uris": ["https://app.example/cb"] }]',
  {
    mode: 0o600,
  },
)

const PRODUCTION = {
  NODE_ENV: 'production',
  XMPP_SERVICE: 'https://xmpp.example.com:5443/bosh',
  XMPP_DOMAIN: 'example.com',
  SESSION_SECRET: 's'.repeat(32),
  TRUST_PROXY: '1',
  REDIS_URL: 'redis://127.0.0.1:6379',
  OIDC_ISSUER: 'https://id.example.com/oidc',
  OIDC_CLIENTS: CLIENTS,
  OIDC_KEYS: KEYS,
}

test('a provider can be tried out without any setting', () => {
  expect(readConfig({})).toMatchObject({
    port: 5010,
    issuer: { url: 'http://localhost:5010/oidc', mount: '/oidc' },
    clients: [],
    hasEmail: false,
    chat: undefined,
  })
})

test('the issuer is under the path of the site and has its port, unless it is set', () => {
  expect(readConfig({ PORT: '8080', BASE_PATH: '/login' }).issuer.url).toBe('http://localhost:8080/login/oidc')
  expect(readConfig({ OIDC_ISSUER: 'https://id.example.com' }).issuer).toMatchObject({ mount: '' })
})

test('production reads the clients, and makes the file of keys for itself alone', () => {
  const config = readConfig(PRODUCTION)
  expect(config.clients.map(({ metadata }) => metadata.client_id)).toEqual(['app'])
  expect(config.keys.areNew).toBe(true)
  expect(statSync(KEYS).mode & 0o777).toBe(0o600)
  expect(readConfig(PRODUCTION).keys.areNew).toBe(false)
})

test.each(['REDIS_URL', 'OIDC_ISSUER', 'OIDC_CLIENTS', 'OIDC_KEYS'])('production does not start without %s', name => {
  expect(() => readConfig({ ...PRODUCTION, [name]: '' })).toThrow(`${name} is required in production`)
})

test.each([
  [{ OIDC_ISSUER: 'http://id.example.com/oidc' }, 'OIDC_ISSUER must be an https URL in production'],
  [{ OIDC_ISSUER: 'https://id.example.com/oidc?x' }, 'OIDC_ISSUER must be a URL'],
  [{ BASE_PATH: '/login' }, 'OIDC_ISSUER must be under BASE_PATH, /login'],
  [{ OIDC_CLIENTS: join(dir, 'none.json') }, 'OIDC_CLIENTS: '],
  [{ OIDC_EMAIL_CLAIM: 'perhaps' }, 'OIDC_EMAIL_CLAIM must be on or off'],
  [{ OIDC_ISSUERS: 'x' }, 'OIDC_ISSUERS is not a variable of this app: did you mean OIDC_ISSUER?'],
  [{ OIDC_SOMETHING: 'x' }, 'OIDC_SOMETHING is not a variable of this app'],
  [{ XMPP_SERVICES: 'x' }, 'did you mean XMPP_SERVICE?'],
  [{ OIDC_CHAT_RESOURCE: 'xmpp:example.com' }, 'OIDC_CHAT_KEY is required with OIDC_CHAT_RESOURCE'],
])('the settings %p are refused', (given, message) => {
  expect(() => readConfig({ ...PRODUCTION, ...given })).toThrow(message)
})

test('the issuer has to be set where the system chooses the port', () => {
  expect(() => readConfig({ PORT: '0' })).toThrow('OIDC_ISSUER is required with PORT=0')
})

test('a client may have the scope email only where the claim is switched on', () => {
  const file = join(dir, 'with-email.json')
  const entry = {
    client_id: 'app',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['https://app.example/cb'],
    scope: 'openid email',
  }
  writeFileSync(file, JSON.stringify([entry]), { mode: 0o600 })
  expect(() => readConfig({ OIDC_CLIENTS: file })).toThrow('email')
  expect(readConfig({ OIDC_CLIENTS: file, OIDC_EMAIL_CLAIM: 'on' })).toMatchObject({ hasEmail: true })
})

test('every variable of the provider begins with OIDC_', () => {
  expect(PROVIDER_VARIABLES.filter(name => !name.startsWith('OIDC_'))).toEqual([])
})
