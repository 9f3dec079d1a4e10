import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { readConfig } from '../../example-app/config'
import { Authenticator } from '../../lib'
import { ConfigError } from '../../login-site/config/readers'
import { toConfigError } from '../../login-site/config/site-config'
import { misspellings } from '../../login-site/config/variables'

const SERVER = { XMPP_SERVICE: 'https://xmpp.example.com/bosh', XMPP_DOMAIN: 'example.com' }
const PRODUCTION = { ...SERVER, NODE_ENV: 'production', SESSION_SECRET: 's'.repeat(32), TRUST_PROXY: '1' }

test('the config is a demo on loopback when no variable is set', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 5005,
    production: false,
    trustProxy: false,
    redisUrl: undefined,
    registration: true,
    xmpp: {
      service: undefined,
      domain: 'localhost',
      maxUsernameBytes: 64,
      allowInsecure: false,
      forwardClientIp: false,
    },
  })
})

test('the session secret is new at every start when it is not set', () => {
  expect(readConfig({}).sessionSecret).not.toBe(readConfig({}).sessionSecret)
})

test('the config takes every variable when all are set', () => {
  const config = readConfig({
    ...PRODUCTION,
    HOST: '0.0.0.0',
    PORT: '8080',
    XMPP_SERVICE: 'https://a.example/bosh, https://b.example/bosh',
    XMPP_MECHANISMS: 'SCRAM-SHA-256,PLAIN',
    XMPP_ALLOW_INSECURE: 'on',
    XMPP_FORWARD_CLIENT_IP: 'true',
    XMPP_REGISTRATION: 'on',
    REDIS_URL: 'rediss://:secret@redis.example:6380/1',
    TRUST_PROXY: 'loopback, 10.0.0.0/8, 2001:db8::1',
    XMPP_CAPTCHA_HOSTS: 'captcha.example, other.example:8443',
    METRICS_PORT: '9464',
    METRICS_HOST: '10.0.0.1',
  })
  expect(config).toEqual({
    captchaHosts: ['captcha.example', 'other.example:8443'],
    confirm: undefined,
    profile: undefined,
    roles: undefined,
    chatTokens: false,
    metricsAddress: { host: '10.0.0.1', port: 9464 },
    host: '0.0.0.0',
    port: 8080,
    production: true,
    trustProxy: ['loopback', '10.0.0.0/8', '2001:db8::1'],
    sessionSecret: 's'.repeat(32),
    redisUrl: 'rediss://:secret@redis.example:6380/1',
    registration: true,
    branding: { appName: 'Example app', helpUrl: undefined, base: '', logo: undefined, accent: undefined },
    xmpp: {
      service: ['https://a.example/bosh', 'https://b.example/bosh'],
      domain: 'example.com',
      maxUsernameBytes: 64,
      mechanisms: ['SCRAM-SHA-256', 'PLAIN'],
      allowInsecure: true,
      forwardClientIp: true,
    },
  })
})

describe('signing in with an XMPP app', () => {
  const ACCOUNT = { XMPP_CONFIRM_USERNAME: 'login', XMPP_CONFIRM_PASSWORD: ' a secret ' }
  const URL_OF_SITE = { XMPP_CONFIRM_URL: 'https://app.example.com/login' }

  test('the demo has an account with a new password at every start', () => {
    const [first, second] = [readConfig({ PORT: '5006', BASE_PATH: '/id' }).confirm, readConfig({}).confirm]
    expect(first).toEqual({
      username: 'login',
      password: expect.stringMatching(/^[0-9a-f]{32}$/),
      url: 'http://localhost:5006/id/login',
      allow: ['localhost'],
      dialog: 'off',
      code: 'ask',
    })
    expect(first?.password).not.toBe(second?.password)
  })

  test.each(['a@b', '@'])('the demo refuses the name %s for its account', username => {
    expect(() => readConfig({ XMPP_CONFIRM_USERNAME: username })).toThrow(/^XMPP_CONFIRM_USERNAME must be the name/)
  })

  test('another server has none unless an account is named', () => {
    expect(readConfig(SERVER).confirm).toBeUndefined()
    expect(readConfig({ ...SERVER, ...ACCOUNT }).confirm).toMatchObject({
      password: ' a secret ',
      allow: ['example.com'],
      url: 'http://localhost:5005/login',
    })
  })

  test('the config takes the other variables', () => {
    const more = { XMPP_CONFIRM_DIALOG: 'known', XMPP_CONFIRM_CODE: 'off', XMPP_CONFIRM_ALLOW: 'a.example, b.example' }
    expect(readConfig({ ...PRODUCTION, ...ACCOUNT, ...URL_OF_SITE, ...more }).confirm).toEqual({
      username: 'login',
      password: ' a secret ',
      url: 'https://app.example.com/login',
      allow: ['a.example', 'b.example'],
      dialog: 'known',
      code: false,
    })
    expect(readConfig({ ...SERVER, ...ACCOUNT, XMPP_CONFIRM_ALLOW: '*' }).confirm?.allow).toBe('*')
  })

  test('the password is the one line of a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'xmpp-password-'))
    const path = join(folder, 'password')
    const env = { ...SERVER, XMPP_CONFIRM_USERNAME: 'login', XMPP_CONFIRM_PASSWORD_FILE: path }
    const passwordFrom = (content: string) => {
      writeFileSync(path, content)
      return readConfig(env).confirm?.password
    }
    expect(passwordFrom('a secret\n')).toBe('a secret')
    expect(passwordFrom('a secret\r\n')).toBe('a secret')
    for (const content of ['', '\n', 'two\nlines\n', 'x'.repeat(5_000)]) {
      expect(() => passwordFrom(content)).toThrow(/^XMPP_CONFIRM_PASSWORD_FILE must name a file/)
    }
    rmSync(folder, { recursive: true })
  })

  test.each<[string, Record<string, string>]>([
    ['XMPP_CONFIRM_USERNAME', { XMPP_CONFIRM_PASSWORD: 'a secret' }],
    ['XMPP_CONFIRM_PASSWORD', { XMPP_CONFIRM_USERNAME: 'login' }],
    ['XMPP_CONFIRM_PASSWORD_FILE', { ...ACCOUNT, XMPP_CONFIRM_PASSWORD_FILE: __filename }],
    ['XMPP_CONFIRM_PASSWORD_FILE', { XMPP_CONFIRM_USERNAME: 'login', XMPP_CONFIRM_PASSWORD_FILE: '/nothing/there' }],
    ['XMPP_CONFIRM_URL', ACCOUNT],
    ['XMPP_CONFIRM_URL', { ...ACCOUNT, XMPP_CONFIRM_URL: 'http://app.example.com/login' }],
    ['XMPP_CONFIRM_URL', { ...ACCOUNT, XMPP_CONFIRM_URL: 'app.example.com' }],
    ['XMPP_CONFIRM_ALLOW', { ...ACCOUNT, ...URL_OF_SITE, XMPP_CONFIRM_ALLOW: '*, example.com' }],
    ['XMPP_CONFIRM_ALLOW', { ...ACCOUNT, ...URL_OF_SITE, XMPP_CONFIRM_ALLOW: 'exa..mple' }],
    ['XMPP_CONFIRM_DIALOG', { ...ACCOUNT, ...URL_OF_SITE, XMPP_CONFIRM_DIALOG: 'on' }],
    ['XMPP_CONFIRM_CODE', { ...ACCOUNT, ...URL_OF_SITE, XMPP_CONFIRM_CODE: 'on' }],
  ])('the error of %s begins with its name when the environment of production has %j', (name, env) => {
    const read = () => readConfig({ ...PRODUCTION, ...env })
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(new RegExp(`^${name} `))
    expect(read).not.toThrow('a secret')
  })
})

test('registration at another server is off unless XMPP_REGISTRATION is on', () => {
  expect(readConfig(SERVER).registration).toBe(false)
  expect(readConfig({ ...SERVER, XMPP_REGISTRATION: 'on' }).registration).toBe(true)
  expect(readConfig({ XMPP_REGISTRATION: 'off' }).registration).toBe(false)
})

test('the error of an invalid REDIS_URL does not repeat its password', () => {
  expect(() => readConfig({ REDIS_URL: 'http://:secret@redis.example' })).toThrow(
    new ConfigError('REDIS_URL must be a URL such as redis://127.0.0.1:6379'),
  )
})

test('an empty variable counts as unset', () => {
  expect(readConfig({ PORT: '', XMPP_SERVICE: ' ', TRUST_PROXY: '', XMPP_MECHANISMS: '' })).toMatchObject({
    port: 5005,
    trustProxy: false,
    xmpp: { service: undefined },
  })
})

test.each<[string, Record<string, string | undefined>]>([
  ['REDIS_URL', { REDIS_URL: '127.0.0.1:6379' }],
  ['XMPP_REGISTRATION', { XMPP_REGISTRATION: 'captcha' }],
  ['PORT', { PORT: 'abc' }],
  ['PORT', { PORT: '65536' }],
  ['PORT', { PORT: '-1' }],
  ['PORT', { PORT: '0x50' }],
  ['METRICS_PORT', { METRICS_PORT: 'on' }],
  ['XMPP_DOMAIN', { XMPP_SERVICE: 'https://xmpp.example.com/bosh' }],
  ['XMPP_SERVICE', { ...PRODUCTION, XMPP_SERVICE: undefined }],
  ['SESSION_SECRET', { ...PRODUCTION, SESSION_SECRET: undefined }],
  ['SESSION_SECRET', { SESSION_SECRET: 'short' }],
  ['TRUST_PROXY', { ...PRODUCTION, TRUST_PROXY: undefined }],
  ['TRUST_PROXY', { TRUST_PROXY: 'true' }],
  ['TRUST_PROXY', { TRUST_PROXY: '0' }],
  ['TRUST_PROXY', { TRUST_PROXY: 'proxy.example' }],
  ['TRUST_PROXY', { TRUST_PROXY: '10.0.0.0/33' }],
  ['TRUST_PROXY', { TRUST_PROXY: '10.0.0.0/8/8' }],
  ['XMPP_ALLOW_INSECURE', { XMPP_ALLOW_INSECURE: 'perhaps' }],
  ['XMPP_FORWARD_CLIENT_IP', { XMPP_FORWARD_CLIENT_IP: 'x-forwarded-for' }],
  ['XMPP_CA', { XMPP_CA: '/nothing/there.pem' }],
  ['XMPP_CA', { XMPP_CA: __filename }],
])('the error of %s begins with its name when the environment is %j', (name, env) => {
  expect(() => readConfig(env)).toThrow(ConfigError)
  expect(() => readConfig(env)).toThrow(new RegExp(`^${name} `))
})

test('XMPP_CA is read from the file that it names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xmpp-ca-'))
  const path = join(folder, 'ca.pem')
  const [pem = ''] = rootCertificates
  writeFileSync(path, pem)
  expect(readConfig({ ...SERVER, XMPP_CA: path }).xmpp.tls).toEqual({ ca: pem })
  rmSync(folder, { recursive: true })
})

test.each([
  ['XMPP_SERVICE', { service: 'xmpp.example.com' }, /^XMPP_SERVICE must be/],
  [
    'XMPP_SERVICE',
    { service: 'http://xmpp.example.com/bosh' },
    /^XMPP_SERVICE is an http: URL .* XMPP_ALLOW_INSECURE=on /,
  ],
  ['XMPP_DOMAIN', { domain: 'user1@example.com' }, /^XMPP_DOMAIN must be/],
  ['XMPP_MECHANISMS', { mechanisms: ['MD5'] as never[] }, /^XMPP_MECHANISMS must be/],
])('an error of the library names %s when its option is in %j', (_name, option, message) => {
  let thrown: unknown
  try {
    new Authenticator({ service: 'https://xmpp.example.com/bosh', domain: 'example.com', ...option })
  } catch (reason) {
    thrown = toConfigError(reason)
  }
  expect(thrown).toBeInstanceOf(ConfigError)
  expect((thrown as Error).message).toMatch(message)
})

test('other errors are returned unchanged', () => {
  for (const reason of [new TypeError('x is not a function'), new Error('option `service`'), undefined]) {
    expect(toConfigError(reason)).toBe(reason)
  }
})

test('the config has no address of metrics unless METRICS_PORT is set', () => {
  expect(readConfig({ METRICS_HOST: '0.0.0.0' }).metricsAddress).toBeUndefined()
  expect(readConfig({ METRICS_PORT: '9464' }).metricsAddress).toEqual({ host: '127.0.0.1', port: 9464 })
})

describe('variables that are not read', () => {
  test.each([
    ['XMPP_DOMIAN', 'did you mean XMPP_DOMAIN?'],
    ['XMPP_SERVCE', 'did you mean XMPP_SERVICE?'],
    ['xmpp_domain', 'did you mean XMPP_DOMAIN?'],
    ['XMPP_CAPTCHA_HOST', 'did you mean XMPP_CAPTCHA_HOSTS?'],
    ['XMPP_PASSWORD_FILE', 'remove it'],
  ])('the config refuses %s and says "%s"', (name, advice) => {
    expect(() => readConfig({ [name]: 'a secret' })).toThrow(ConfigError)
    expect(() => readConfig({ [name]: 'a secret' })).toThrow(new RegExp(`^${name} is not a variable .*`))
    expect(() => readConfig({ [name]: 'a secret' })).toThrow(advice)
    expect(() => readConfig({ [name]: 'a secret' })).not.toThrow('a secret')
    expect(() => readConfig({ [name]: ' ' })).not.toThrow()
  })

  test.each([
    ['SESION_SECRET', 'SESSION_SECRET'],
    ['TRUST_PROXIES', 'TRUST_PROXY'],
    ['TRUSTED_PROXY', 'TRUST_PROXY'],
    ['REDIS_URI', 'REDIS_URL'],
    ['METRIC_PORT', 'METRICS_PORT'],
  ] as const)('the config doubts %s, and starts', (name, meant) => {
    expect(misspellings({ [name]: '1' })).toEqual({ wrong: [], doubtful: [{ name, meant }] })
    expect(misspellings({ [name]: '1', [meant]: '1' }).doubtful).toEqual([])
    expect(() => readConfig({ [name]: '1' })).not.toThrow()
  })

  test('the config accepts the variables that a platform sets for a service named xmpp', () => {
    const set = [
      'XMPP_SERVICE_HOST',
      'XMPP_SERVICE_PORT',
      'XMPP_SERVICE_PORT_HTTP_BIND',
      'XMPP_PORT',
      'XMPP_PORT_5280_TCP',
      'XMPP_PORT_5280_TCP_ADDR',
      'XMPP_BOSH_SERVICE_HOST',
      'XMPP_BOSH_PORT_5280_TCP_PROTO',
      'XMPP_ENV_LANG',
    ]
    expect(() => readConfig(Object.fromEntries(set.map(name => [name, 'tcp://10.0.0.1:5280'])))).not.toThrow()
  })

  test('the config doubts no variable of an ordinary environment', () => {
    const ordinary =
      'PATH HOME HOSTNAME LANG LC_ALL PWD SHELL SHLVL TERM USER LOGNAME MAIL EDITOR TZ TMPDIR OLDPWD SSH_TTY COLORTERM ' +
      'INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET SYSTEMD_EXEC_PID NODE_PATH NODE_OPTIONS NODE_VERSION YARN_VERSION ' +
      'npm_package_name INIT_CWD http_proxy https_proxy no_proxy CI DEBUG KUBERNETES_PORT KUBERNETES_SERVICE_HOST DISPLAY'
    expect(misspellings(Object.fromEntries(ordinary.split(' ').map(name => [name, '1'])))).toEqual({
      wrong: [],
      doubtful: [],
    })
    expect(misspellings(process.env)).toEqual({ wrong: [], doubtful: [] })
  })
})
