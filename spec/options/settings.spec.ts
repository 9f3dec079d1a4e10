import http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
import { AUTHENTICATOR_OPTION_NAMES, type AuthenticatorOptions } from '../../lib/options/authenticator-options'
import { captchaHostsOf, type RegistrationOptions } from '../../lib/options/registration-options'
import { type ServiceAccountOptions, serviceAccountSettingsOf } from '../../lib/options/service-account-options'
import { settingsOf } from '../../lib/options/settings'

/** Calls settingsOf() as JavaScript does, without a check of the types. */
const settings = (options: Record<string, unknown> = {}) =>
  settingsOf({
    service: 'https://xmpp.example.com/bosh',
    domain: 'example.com',
    ...options,
  } as unknown as AuthenticatorOptions)
const typeError = (...parts: readonly string[]) =>
  expect.objectContaining({
    name: 'TypeError',
    message: expect.stringMatching(parts.map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')),
  })

const SCRAM = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1']
const ALL = [...SCRAM, 'PLAIN']

test('all defaults apply when only `service` and `domain` are given', () => {
  expect(settings()).toEqual({
    endpoints: [{ url: new URL('https://xmpp.example.com/bosh'), mechanisms: ALL, safe: true }],
    domain: { ascii: 'example.com', wire: 'example.com' },
    maxUsernameBytes: 1_023,
    bind: true,
    timeout: 15_000,
    maxResponseBytes: 65_536,
    minIterations: 4096,
    maxIterations: 100_000,
    maxConcurrent: 50,
    maxQueue: 200,
    failureDelay: 300,
    tls: undefined,
    agent: undefined,
    account: { hasProfile: false, roles: undefined, requireRole: undefined },
  })
})

test.each([[undefined], [''], [[]], [[undefined]], [['https://a.example/bosh', '']]])(
  'a TypeError says that `service` is missing when it is %j',
  service => {
    expect(() => settings({ service })).toThrow(typeError('`service` is missing', 'BOSH URL', 'https://'))
  },
)

test('an option that is undefined counts as not given', () => {
  const none = Object.fromEntries(
    AUTHENTICATOR_OPTION_NAMES.filter(name => name !== 'service' && name !== 'domain').map(name => [name, undefined]),
  )
  expect(settings(none)).toEqual(settings())
})

describe('when options are checked', () => {
  const NOT_TEXT: readonly unknown[] = [undefined, null, '', 1, true, {}, new Date(0), () => 'x']
  const NOT_BOOLEAN: readonly unknown[] = [null, 'true', 'false', '', 0, 1, {}, []]
  const NOT_INTEGER: readonly unknown[] = [
    null,
    '1000',
    '',
    true,
    {},
    [],
    [1000],
    1000n,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1.5,
  ]
  const WRONG: Record<keyof AuthenticatorOptions, readonly unknown[]> = {
    service: [
      ...NOT_TEXT,
      new URL('https://xmpp.example.com/bosh'),
      [],
      [''],
      [undefined],
      [['https://xmpp.example.com/bosh']],
      ['https://xmpp.example.com/bosh', 1],
      Array.from({ length: 17 }, (_, i) => `https://xmpp${i}.example.com/bosh`),
      'xmpp.example.com',
      '/bosh',
      '//xmpp.example.com/bosh',
      'https://',
      'https://exa mple.com/bosh',
      'ftp://xmpp.example.com/bosh',
      'ws://localhost/bosh',
      'wss://xmpp.example.com/bosh',
      'xmpp:example.com',
      'file:///bosh',
      'data:text/xml,<body/>',
      'javascript:1',
    ],
    domain: [
      ...NOT_TEXT,
      ['example.com'],
      'exa mple.com',
      'example.com/bosh',
      'https://example.com',
      'user@example.com',
      'example.com:5280',
      'a..b',
      '0x7f.1',
      '127.1',
      // `url.domainToASCII` cuts these off, decodes them or makes an address of them.
      'a/b',
      'example.com\\b',
      'example.com#x',
      'example.com?x',
      'ex%61mple.com',
      'exa\u00admple.com',
      'exa\u200dmple.com',
      'example.com\0.evil.example',
      'example.com\n',
      ' example.com',
      '2130706433',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      // No host name has these forms.
      '.',
      '.example.com',
      'example.com..',
      '-a.example',
      'a-.example',
      'xn--a.example',
      `${'a'.repeat(64)}.example`,
      'a.'.repeat(128),
      'a.1',
      '\u202eexample.com',
      '\ud800.example',
      // These are not valid notations of an address.
      '::1',
      '[example.com]',
      '[::1',
      '[fe80::1%]',
    ],
    mechanisms: [
      null,
      'PLAIN',
      {},
      [],
      [''],
      [undefined],
      ['plain'],
      ['ANONYMOUS'],
      ['DIGEST-MD5'],
      ['SCRAM-SHA-1-PLUS'],
      ['SCRAM-SHA-1', 'EXTERNAL'],
      ['PLAIN', 'PLAIN'],
      [['PLAIN']],
      new Set(['PLAIN']),
    ],
    maxUsernameBytes: [...NOT_INTEGER, 0, -1, 1_024],
    bind: NOT_BOOLEAN,
    timeout: [...NOT_INTEGER, 0, -1, 120_001],
    maxResponseBytes: [...NOT_INTEGER, 0, -1, 1_048_577],
    minIterations: [...NOT_INTEGER, 0, -1, 1_000_001],
    maxIterations: [...NOT_INTEGER, 0, -1, 1_000_001],
    maxConcurrent: [...NOT_INTEGER, 0, -1, 100_001],
    maxQueue: [...NOT_INTEGER, -1, 100_001],
    failureDelay: [...NOT_INTEGER, -1, 10_001],
    allowInsecure: NOT_BOOLEAN,
    tls: [null, true, 'PEM', 1, [], () => ({})],
    agent: [null, true, 'agent', 1, [], {}, { destroy: true }, http.Agent],
    profile: [null, true, false, '', 'VCARD', 'vcard4', 1, {}, ['vcard']],
    roles: [null, true, 'staff@rooms.example.com', 1, [], {}, () => ({})],
    requireRole: [null, true, '', 1, {}, ['staff'], 'staff'],
  }

  test('the table of invalid values covers every option', () => {
    expect(Object.keys(WRONG).sort()).toEqual([...AUTHENTICATOR_OPTION_NAMES].sort())
  })

  test.each(Object.entries(WRONG))('a TypeError names `%s` when its value is invalid', (name, values) => {
    for (const value of values) expect(() => settings({ [name]: value })).toThrow(typeError(`\`${name}\``))
  })

  test.each([undefined, null, 'https://xmpp.example.com/bosh', 1, true, [], () => ({})])(
    'a TypeError rejects options that are %p',
    options => {
      expect(() => settingsOf(options as unknown as AuthenticatorOptions)).toThrow(
        typeError('options must be an object'),
      )
    },
  )

  test('the least and the greatest values are accepted', () => {
    const least = {
      timeout: 1,
      maxResponseBytes: 1,
      minIterations: 1,
      maxIterations: 1,
      maxConcurrent: 1,
      maxQueue: 0,
      failureDelay: 0,
    }
    const most = {
      timeout: 120_000,
      maxResponseBytes: 1_048_576,
      minIterations: 1_000_000,
      maxIterations: 1_000_000,
      maxConcurrent: 100_000,
      maxQueue: 100_000,
      failureDelay: 10_000,
    }
    expect(settings(least)).toMatchObject(least)
    expect(settings(most)).toMatchObject(most)
    expect(settings({ bind: false })).toMatchObject({ bind: false })
  })

  test.each([
    [{ minIterations: 10_000, maxIterations: 5000 }],
    [{ minIterations: 100_001 }],
    [{ maxIterations: 4095 }],
  ])('a TypeError names both iteration counts when they exclude each other: %j', bounds => {
    expect(() => settings(bounds)).toThrow(typeError('`minIterations`', '`maxIterations`'))
  })

  test.each(['services', 'Service', 'jid', 'host', 'rejectUnauthorized', 'password', 'usernameField', 'toString'])(
    'a TypeError names the unknown option `%s`',
    name => {
      expect(() => settings({ [name]: 'x' })).toThrow(typeError('unknown option', `\`${name}\``))
    },
  )

  test('an unknown option that is undefined counts as not given', () => {
    expect(settings({ scope: undefined, tls: { checkServerIdentity: undefined } }).tls).toEqual({})
    expect(settings({ scope: undefined, session: undefined })).toEqual(settings())
  })

  test.each([
    ['services', 'service'],
    ['Service', 'service'],
    ['serivce', 'service'],
    ['time_out', 'timeout'],
    ['timeOut', 'timeout'],
    ['maxConcurent', 'maxConcurrent'],
    ['mechanism', 'mechanisms'],
    ['allowinsecure', 'allowInsecure'],
  ])('a TypeError for `%s` asks if `%s` is meant', (name, meant) => {
    expect(() => settings({ [name]: 'x' })).toThrow(typeError(`unknown option \`${name}\`; did you mean \`${meant}\`?`))
  })

  test.each([
    ['host', 'host'],
    ['jid', 'jid'],
    ['x', 'x'],
    ['no name', ''],
    ['a name of 100,000 letters', 'x'.repeat(100_000)],
    ['__proto__x', '__proto__x'],
  ])('a TypeError for %s guesses nothing when no option looks like it', (_, name) => {
    expect(() => settings({ [name]: 'x' })).toThrow(new TypeError(`unknown option \`${name}\``))
  })

  test.each(['service', 'domain'])('a TypeError says that option `%s` is missing', name => {
    expect(() => settings({ [name]: undefined })).toThrow(typeError(`option \`${name}\` is missing`))
  })
})

describe('over plain http', () => {
  test.each([
    'http://localhost:5280/bosh',
    'http://LOCALHOST/bosh',
    'http://127.0.0.1:5280/bosh',
    'http://127.1/bosh',
    'http://127.255.255.254/bosh',
    'http://0x7f.1/bosh',
    'http://0177.0.0.1/bosh',
    'http://2130706433/bosh',
    'http://１２７.0.0.1/bosh',
    'http://[::1]:5280/bosh',
    'http://[0:0:0:0:0:0:0:1]/bosh',
  ])('the loopback address %s has PLAIN among its default mechanisms', service => {
    expect(settings({ service }).endpoints[0].mechanisms).toEqual(ALL)
  })

  const REMOTE = [
    'http://xmpp.example.com/bosh',
    'http://localhost.example.com/bosh',
    'http://127.0.0.1.example.com/bosh',
    'http://example-localhost/bosh',
    'http://notlocalhost/bosh',
    'http://localhost./bosh',
    // The resolver of glibc asks the DNS for these.
    'http://xmpp.localhost/bosh',
    'http://a.b.localhost:5280/bosh',
    'http://127.0.0.1.localhost/bosh',
    'http://localhost.localdomain/bosh',
    'http://127.example/bosh',
    'http://127-0-0-1.example/bosh',
    'http://128.0.0.1/bosh',
    'http://0.0.0.0/bosh',
    'http://10.0.0.1/bosh',
    'http://169.254.169.254/bosh',
    'http://192.168.127.1/bosh',
    'http://[::]/bosh',
    'http://[::2]/bosh',
    'http://[::ffff:10.0.0.1]/bosh',
    'http://[1::1]/bosh',
    'http://xmpp/bosh?localhost',
    'http://xmpp/127.0.0.1',
  ]
  test.each(REMOTE)('the remote address %s is refused without allowInsecure', service => {
    expect(() => settings({ service })).toThrow(typeError('`service`', '`allowInsecure: true`'))
    expect(() => settings({ service, allowInsecure: false })).toThrow(typeError('`service`'))
    expect(() => settings({ service, mechanisms: ['SCRAM-SHA-256'] })).toThrow(typeError('`service`'))
  })

  test.each(REMOTE)('%s with allowInsecure gets PLAIN only when `mechanisms` names it', service => {
    expect(settings({ service, allowInsecure: true }).endpoints[0].mechanisms).toEqual(SCRAM)
    const named = { service, allowInsecure: true, mechanisms: ['SCRAM-SHA-1', 'PLAIN'] }
    expect(settings(named).endpoints[0].mechanisms).toEqual(['SCRAM-SHA-1', 'PLAIN'])
  })

  test('allowInsecure does not remove PLAIN from a safe service', () => {
    expect(settings({ allowInsecure: true }).endpoints[0].mechanisms).toEqual(ALL)
  })
})

describe('in option `service`', () => {
  test('each of several services is checked by its own rules and keeps its place', () => {
    const service = ['https://a.example/bosh', 'http://b.example/bosh', 'http://localhost/bosh']
    expect(settings({ service, allowInsecure: true }).endpoints).toEqual([
      { url: new URL('https://a.example/bosh'), mechanisms: ALL, safe: true },
      { url: new URL('http://b.example/bosh'), mechanisms: SCRAM, safe: false },
      { url: new URL('http://localhost/bosh'), mechanisms: ALL, safe: true },
    ])
    expect(() => settings({ service })).toThrow(typeError('`service`', '`allowInsecure: true`'))
  })

  test('sixteen services are accepted', () => {
    const service = Array.from({ length: 16 }, (_, i) => `https://xmpp${i}.example.com/bosh`)
    expect(settings({ service }).endpoints.map(({ url }) => url.href)).toEqual(service)
  })

  test.each([
    'https://user:password@xmpp.example.com/bosh',
    'https://user@xmpp.example.com/bosh',
    'https://:password@xmpp.example.com/bosh',
    'http://user@localhost/bosh',
    'https://xmpp.example.com/bosh#fragment',
  ])('%s is refused and not repeated in the error', service => {
    expect(() => settings({ service })).toThrow(typeError('`service` must not contain credentials'))
    expect(() => settings({ service })).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/password@|user/) }),
    )
  })

  test('a path that looks like credentials stays a path', () => {
    expect(settings({ service: 'https://xmpp.example.com/a@b:c?d@e' }).endpoints[0].url.hostname).toBe(
      'xmpp.example.com',
    )
  })
})

describe('in option `mechanisms`', () => {
  test('the mechanisms keep their order and are copied', () => {
    const mechanisms = ['PLAIN', 'SCRAM-SHA-1']
    const [endpoint] = settings({ mechanisms }).endpoints
    mechanisms.reverse()
    expect(endpoint.mechanisms).toEqual(['PLAIN', 'SCRAM-SHA-1'])
  })
})

describe('in option `domain`', () => {
  test.each([
    ['Example.COM.', { ascii: 'example.com', wire: 'example.com' }],
    ['m\u00fcnchen.example', { ascii: 'xn--mnchen-3ya.example', wire: 'm\u00fcnchen.example' }],
    ['localhost', { ascii: 'localhost', wire: 'localhost' }],
    ['my_chat.local', { ascii: 'my_chat.local', wire: 'my_chat.local' }],
    ['192.0.2.7', { ascii: '192.0.2.7', wire: '192.0.2.7' }],
    ['[2001:DB8::7]', { ascii: '[2001:db8::7]', wire: '[2001:db8::7]' }],
    ['stra\u00dfe.example', { ascii: 'xn--strae-oqa.example', wire: 'stra\u00dfe.example' }],
    ['xn--strae-oqa.example', { ascii: 'xn--strae-oqa.example', wire: 'xn--strae-oqa.example' }],
    ['example\u3002com', { ascii: 'example.com', wire: 'example.com' }],
    ['\uff45xample.com', { ascii: 'example.com', wire: 'example.com' }],
  ])('the domain %s is prepared', (domain, prepared) => {
    expect(settings({ domain }).domain).toEqual(prepared)
  })

  test.each([
    ['', 'it is empty'],
    ['https://example.com', 'it has a ":": no user name, URL, port or path belongs there'],
    ['user@example.com', 'it has a "@": no user name, URL, port or path belongs there'],
    ['exa mple.com', 'it has white space or an invisible character'],
    ['exa\u200dmple.com', 'it has white space or an invisible character'],
    ['a..b', 'it has a dot with nothing before or behind it'],
    ['-a.example', 'it has a character other than letters, digits, "_" and "-" (not next to a dot)'],
    ['a!b.example', 'it has a character other than letters, digits, "_" and "-" (not next to a dot)'],
    [`${'a'.repeat(64)}.example`, 'it has more than 63 bytes between two dots'],
    ['a.'.repeat(128), 'it is longer than 253 bytes'],
    ['a.'.repeat(5_000), 'it is longer than 253 bytes'],
    ['1.2.3.4.5', 'it ends in a number, and is not an IPv4 address'],
    ['a.1', 'it ends in a number, and is not an IPv4 address'],
    ['xmpp.1', 'it ends in a number, and is not an IPv4 address'],
    ['xmpp.0x1f', 'it ends in a number, and is not an IPv4 address'],
    ['xmpp.1.', 'it ends in a number, and is not an IPv4 address'],
    ['xn--a.example', 'it is not an internationalized domain name (IDNA)'],
  ])('the refusal of the domain %j says why', (domain, why) => {
    expect(() => settings({ domain })).toThrow(
      new TypeError(`option \`domain\` must be the XMPP domain of the users, as in user@domain: ${why}`),
    )
  })
})

describe('in option `tls`', () => {
  const PEM = '-----BEGIN CERTIFICATE-----'
  test.each([
    [{}],
    [{ ca: PEM }],
    [{ ca: Buffer.from(PEM) }],
    [{ ca: [PEM, Buffer.from(PEM)] }],
    [{ servername: 'example.com' }],
    [{ minVersion: 'TLSv1.2' }],
    [{ ca: PEM, servername: 'example.com', minVersion: 'TLSv1.3' }],
  ])('the value %j is accepted', tls => {
    expect(settings({ tls }).tls).toEqual(tls)
  })

  test.each<[string, unknown]>([
    ['ca', 1],
    ['ca', null],
    ['ca', []],
    ['ca', [1]],
    ['ca', {}],
    ['servername', ''],
    ['servername', 1],
    ['servername', null],
    ['minVersion', 'TLSv1'],
    ['minVersion', 'TLSv1.1'],
    ['minVersion', 'SSLv3'],
    ['minVersion', 1.2],
    ['minVersion', null],
  ])('a TypeError names tls.%s when it is %j', (name, value) => {
    expect(() => settings({ tls: { [name]: value } })).toThrow(typeError(`\`tls.${name}\``))
  })

  test.each(['rejectUnauthorized', 'checkServerIdentity', 'secureContext', 'ciphers', 'maxVersion', 'key'])(
    'tls.%s is an unknown option',
    name => {
      expect(() => settings({ tls: { [name]: 'x' } })).toThrow(typeError('unknown option', `\`tls.${name}\``))
    },
  )

  test('a name that is undefined is not passed on to Node', () => {
    const given = { ca: undefined, servername: undefined, minVersion: undefined, checkServerIdentity: undefined }
    expect(Object.keys(settings({ tls: given }).tls ?? { none: 1 })).toEqual([])
    expect(() => settings({ tls: { servernam: 'x' } })).toThrow(typeError('did you mean `tls.servername`?'))
  })
})

describe('in option `agent`', () => {
  test('an agent of the other protocol is refused', () => {
    expect(() => settings({ agent: new http.Agent() })).toThrow(typeError('`agent`'))
  })

  test('an agent is used as it is', () => {
    for (const agent of [new https.Agent(), new https.Agent({ rejectUnauthorized: true }), { destroy() {} }]) {
      expect(settings({ agent }).agent).toBe(agent)
    }
  })

  test.each(['minVersion', 'maxVersion'])('an agent is refused when its %s is below TLS 1.2', name => {
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      expect(() => settings({ agent: new https.Agent({ [name]: version }) })).toThrow(
        typeError('`agent`', '`minVersion`'),
      )
    }
    expect(() => settings({ agent: new https.Agent({ [name]: 'TLSv1.2' }) })).not.toThrow()
  })

  test('an agent that does not verify certificates is refused', () => {
    expect(() => settings({ agent: new https.Agent({ rejectUnauthorized: false }) })).toThrow(
      typeError('`agent`', '`rejectUnauthorized: false`'),
    )
  })

  test.each(['TLSv1_method', 'TLSv1_1_method', 'TLSv1_1_client_method', 'SSLv23_method', 'TLS_method', ''])(
    'an agent is refused when its secureProtocol is %j, which allows TLS 1.1',
    secureProtocol => {
      expect(() => settings({ agent: { options: { secureProtocol }, destroy() {} } })).toThrow(
        typeError('`agent`', '`secureProtocol`', '`minVersion`'),
      )
    },
  )

  test('an agent is used when its secureProtocol is that of TLS 1.2', () => {
    expect(() => settings({ agent: new https.Agent({ secureProtocol: 'TLSv1_2_method' }) })).not.toThrow()
  })

  test('an agent is refused when it has a ready secureContext', () => {
    const secureContext = tls.createSecureContext({ minVersion: 'TLSv1.2' })
    expect(() => settings({ agent: new https.Agent({ secureContext }) })).toThrow(
      typeError('`agent`', '`secureContext`', '`ca`'),
    )
  })

  test('an agent is refused together with option `tls`', () => {
    for (const given of [{}, { servername: 'example.com' }]) {
      expect(() => settings({ agent: new https.Agent(), tls: given })).toThrow(typeError('`agent`', '`tls`'))
    }
  })
})

describe('in the options about the account', () => {
  const roles = { staff: 'staff@rooms.example.com', admins: { room: 'Admins@ROOMS.example.com' } }
  const reader = { of: async () => [] }

  test('a set of rooms is prepared, and may hold the required role', () => {
    expect(settings({ profile: 'vcard', roles, requireRole: 'admins' }).account).toEqual({
      hasProfile: true,
      requireRole: 'admins',
      roles: {
        rooms: [
          expect.objectContaining({ role: 'staff', jid: 'staff@rooms.example.com' }),
          expect.objectContaining({ role: 'admins', jid: 'admins@rooms.example.com' }),
        ],
      },
    })
  })

  test('a reader is taken as it is, and may know any required role', () => {
    const { account } = settings({ roles: reader, requireRole: 'any' })
    expect(account).toEqual({ hasProfile: false, requireRole: 'any', roles: { reader } })
    expect(account.roles && 'reader' in account.roles && account.roles.reader).toBe(reader)
  })

  test('a role may be called `of`', () => {
    expect(settings({ roles: { of: 'staff@rooms.example.com' } }).account.roles).toEqual({
      rooms: [expect.objectContaining({ role: 'of' })],
    })
  })

  test('a TypeError refuses a required role that no room stands for', () => {
    expect(() => settings({ roles, requireRole: 'admin' })).toThrow(typeError('`requireRole`', '`roles`'))
    expect(() => settings({ roles, requireRole: 'constructor' })).toThrow(typeError('`requireRole`', '`roles`'))
    const reader = { roles: ['staff'], of: async () => [] }
    expect(settings({ roles: reader, requireRole: 'staff' }).account.requireRole).toBe('staff')
    expect(() => settings({ roles: reader, requireRole: 'stuff' })).toThrow(typeError('`requireRole`', '`roles`'))
    expect(() => settings({ requireRole: 'staff' })).toThrow(typeError('`requireRole` needs option `roles`'))
  })

  test.each([
    ['profile', { profile: 'vcard' }],
    ['roles', { roles }],
    ['roles', { roles: reader }],
    ['requireRole', { requireRole: 'staff' }],
  ])('a TypeError refuses `%s` without a bind', (name, options) => {
    expect(() => settings({ ...options, bind: false })).toThrow(typeError(`\`${name}\``, '`bind: false`'))
    expect(() => settings({ ...options, bind: true, roles })).not.toThrow()
  })

  test.each([
    ['profile', 'vcard'],
    ['roles', roles],
    ['requireRole', 'staff'],
  ])('a TypeError refuses `%s` of a registration or a service account', (name, value) => {
    const options = { service: 'https://xmpp.example.com/bosh', domain: 'example.com', [name]: value }
    const account = { ...options, username: 'bot', password: 'x' }
    expect(() => captchaHostsOf(options as RegistrationOptions)).toThrow(typeError(`unknown option \`${name}\``))
    expect(() => serviceAccountSettingsOf(account as ServiceAccountOptions)).toThrow(
      typeError(`unknown option \`${name}\``),
    )
  })
})
