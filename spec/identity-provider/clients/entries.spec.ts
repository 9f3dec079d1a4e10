import { ClientFile } from './file'

let file: ClientFile

beforeEach(() => {
  file = new ClientFile()
})
afterEach(() => file.remove())

const HTTPS = 'https://wiki.example.org'

test.each<[string, object, string]>([
  ['no redirect_uris', { redirect_uris: undefined }, 'redirect_uris is missing'],
  ['empty redirect_uris', { redirect_uris: [] }, 'redirect_uris must not be empty'],
  ['redirect_uris that are a text', { redirect_uris: HTTPS }, 'redirect_uris must be a list'],
  ['a redirect URI twice', { redirect_uris: [HTTPS, HTTPS] }, 'redirect_uris must not have two equal items'],
  ['a redirect URI that is a number', { redirect_uris: [HTTPS, 1] }, 'redirect_uris[1] must be a string'],
  ['a name without characters', { client_name: '' }, 'client_name must not be empty'],
  ['a long name', { client_name: 'w'.repeat(101) }, 'client_name must have at most 100 characters'],
  ['a name with a hidden character', { client_name: 'wiki\u202e' }, 'client_name must not have hidden characters'],
  ['a switch that is a text', { first_party: 'yes' }, 'first_party must be true or false'],
  ['the implicit flow', { response_types: ['id_token'] }, 'response_types must be ["code"]: other flows are off'],
  ['a hybrid flow', { response_types: ['code', 'code token'] }, 'response_types must be ["code"]: other flows are off'],
  [
    'an implicit grant',
    { grant_types: ['authorization_code', 'implicit'] },
    'grant_types[1] must be authorization_code or refresh_token',
  ],
  ['a negative age', { default_max_age: -1 }, 'default_max_age must be 0 or more'],
  ['an age that is a fraction', { default_max_age: 1.5 }, 'default_max_age must be a whole number'],
  [
    'an unsigned ID token',
    { id_token_signed_response_alg: 'none' },
    'id_token_signed_response_alg must be RS256 or ES256',
  ],
  [
    'a shared key for ID tokens',
    { id_token_signed_response_alg: 'HS256' },
    'id_token_signed_response_alg must be RS256 or ES256',
  ],
  [
    'a proof by a key',
    { token_endpoint_auth_method: 'private_key_jwt' },
    'token_endpoint_auth_method must be client_secret_basic or client_secret_post or none',
  ],
  ['keys', { jwks: { keys: [] } }, 'jwks is not supported: relying parties prove themselves by a secret'],
  ['an address of keys', { jwks_uri: HTTPS }, 'jwks_uri is not supported: the provider fetches nothing'],
  [
    'an address of a sector',
    { sector_identifier_uri: HTTPS },
    'sector_identifier_uri is not supported: the provider fetches nothing',
  ],
  ['addresses of requests', { request_uris: [HTTPS] }, 'request_uris is not supported: the provider fetches nothing'],
  ['signed user info', { userinfo_signed_response_alg: 'RS256' }, 'userinfo_signed_response_alg is not supported'],
  ['signed requests', { request_object_signing_alg: 'RS256' }, 'request_object_signing_alg is not supported'],
  [
    'encrypted ID tokens',
    { id_token_encrypted_response_alg: 'dir' },
    'id_token_encrypted_response_alg is not supported',
  ],
  [
    'front-channel logout',
    { frontchannel_logout_uri: HTTPS },
    'frontchannel_logout_uri is not supported: browsers block it. Use',
  ],
  ['a misspelled member', { redirect_uri: HTTPS }, 'redirect_uri is not known. Is redirect_uris meant?'],
  ['a member in capitals', { Scope: 'openid' }, 'Scope is not known. Is scope meant?'],
  ['an unknown member', { colour: 'red' }, 'colour is not known. Remove it'],
])('an entry with %s is refused', (_, change, fault) => {
  expect(file.fault(change)).toContain(fault)
})

test.each<[string, string, object?]>([
  ['is relative', '/callback'],
  ['has no host', 'https://'],
  ['has a fragment', `${HTTPS}/#a`],
  ['ends with the sign of a fragment', `${HTTPS}/#`],
  ['has a wildcard in its host', 'https://*.example.org/callback'],
  ['has a wildcard in its path', `${HTTPS}/*`],
  ['has a password', 'https://wiki:secret@wiki.example.org/'],
  ['has a user name', 'https://wiki@wiki.example.org/'],
  ['begins with a space', ` ${HTTPS}/`],
  ['has a line break', `${HTTPS}/\n`],
  ['has letters outside ASCII', 'https://wíki.example.org/'],
  ['uses http', 'http://wiki.example.org/callback'],
  ['uses http on loopback', 'http://127.0.0.1:8080/callback'],
  ['uses http on a host that is named like loopback', 'http://localhost.example.org/', { application_type: 'native' }],
  ['uses http on a host that begins like loopback', 'http://127.example.org/', { application_type: 'native' }],
  ['uses another loopback address for a native application', 'http://127.0.0.11/', { application_type: 'native' }],
  ['is a script', 'javascript:alert(1)'],
  ['is a document', 'data:text/html,hello'],
  ['has a scheme of an application', 'org.example.wiki:/callback', { application_type: 'native' }],
  ['uses https on loopback for a native application', 'https://localhost/callback', { application_type: 'native' }],
])('an entry with an address that %s is refused', (_, address, change = {}) => {
  expect(file.fault({ redirect_uris: [HTTPS, address], ...change })).toMatch(/^redirect_uris\[1\] must /)
  expect(file.fault({ post_logout_redirect_uris: [address], ...change })).toMatch(
    /^post_logout_redirect_uris\[0\] must /,
  )
})

test.each(['http://127.0.0.1/callback', 'http://localhost:8080/', 'http://[::1]:1/'])(
  '%s is accepted for native applications, and for web applications outside production',
  address => {
    const uris = { redirect_uris: [address], post_logout_redirect_uris: [address], client_uri: HTTPS }
    expect(file.fault({ ...uris, application_type: 'native' })).toBe('is accepted')
    expect(file.fault(uris, { production: false })).toBe('is accepted')
    expect(file.fault({ redirect_uris: ['http://wiki.example.org/'] }, { production: false })).toContain(
      'must use https',
    )
  },
)

test.each<[string, object, string]>([
  ['a short secret', { client_secret: 'a'.repeat(31) }, 'client_secret must have at least 32 characters'],
  ['a secret with a space', { client_secret: ' '.repeat(32) }, 'client_secret must consist of printable ASCII'],
  [
    'no secret',
    { client_secret: undefined },
    'client_secret is missing: add one, or set token_endpoint_auth_method to none',
  ],
  ['a secret that it does not use', { token_endpoint_auth_method: 'none' }, 'client_secret is of no use'],
  ['two secrets', { client_secret_file: 'secret' }, 'client_secret_file and client_secret are both there'],
  [
    'neither secret nor PKCE',
    { client_secret: undefined, token_endpoint_auth_method: 'none', require_pkce: false },
    'require_pkce may be false only for',
  ],
  [
    'a native application without PKCE',
    { application_type: 'native', require_pkce: false },
    'require_pkce may be false only for',
  ],
])('an entry with %s is refused', (_, change, fault) => {
  expect(file.fault(change)).toContain(fault)
})

test.each<[string, object, string]>([
  ['an unknown scope', { scope: 'openid admin' }, 'scope may contain openid, profile, xmpp, groups, offline_access'],
  ['the scope of an address that nobody verified', { scope: 'openid email' }, 'scope may contain openid, profile'],
  ['two spaces in its scope', { scope: 'openid  xmpp' }, 'scope may contain'],
  ['a scope without openid', { scope: 'profile' }, 'scope must contain openid'],
  [
    'refresh tokens without offline_access',
    { grant_types: ['authorization_code', 'refresh_token'] },
    'grant_types must not contain refresh_token: add offline_access to scope',
  ],
  [
    'offline_access without refresh tokens',
    { scope: 'openid offline_access', grant_types: ['authorization_code'] },
    'grant_types must contain refresh_token: scope has offline_access',
  ],
  [
    'a refresh grant alone',
    { scope: 'openid offline_access', grant_types: ['refresh_token'] },
    'grant_types must contain authorization_code',
  ],
  [
    'pairwise subjects on two hosts',
    { subject_type: 'pairwise', redirect_uris: [HTTPS, 'https://other.example.org/'] },
    'redirect_uris must be on one host: subject_type is pairwise',
  ],
])('an entry with %s is refused', (_, change, fault) => {
  expect(file.fault(change)).toContain(fault)
})

test('a scope that the configuration adds is accepted', () => {
  expect(file.fault({ scope: 'openid email' }, { scopes: ['openid', 'email'] })).toBe('is accepted')
})

test.each([
  'https://127.0.0.1/logout',
  'https://localhost/logout',
  'https://app.localhost/logout',
  'https://10.1.2.3/logout',
  'https://192.168.1.1/logout',
  'https://172.16.0.1/logout',
  'https://169.254.169.254/logout',
  'https://100.64.0.1/logout',
  'https://0.0.0.0/logout',
  'https://2130706433/logout',
  'https://0x7f.1/logout',
  'https://[::1]/logout',
  'https://[::]/logout',
  'https://[fd00::1]/logout',
  'https://[fe80::1]/logout',
  'https://[::ffff:127.0.0.1]/logout',
  'http://wiki.example.org/logout',
])('%s needs private_network as the address of a logout', address => {
  expect(file.fault({ backchannel_logout_uri: address })).toContain('private_network to true')
  expect(file.fault({ backchannel_logout_uri: address, private_network: true })).toBe('is accepted')
})

test.each([
  'https://wiki.example.org/logout',
  'https://203.0.113.7/logout',
  'https://8.8.8.8/',
  'https://[2606:4700::1]/',
])('%s is judged by its range as the address of a logout', address => {
  const isForDocuments = address.includes('203.0.113.7')
  expect(file.fault({ backchannel_logout_uri: address }) === 'is accepted').toBe(!isForDocuments)
})

test.each<[string, object, string]>([
  [
    'a logout by another scheme',
    { backchannel_logout_uri: 'ftp://wiki.example.org/', private_network: true },
    'backchannel_logout_uri must use https',
  ],
  [
    'a logout with a fragment',
    { backchannel_logout_uri: `${HTTPS}/#a` },
    'backchannel_logout_uri must not have a fragment',
  ],
  ['a private network without a logout', { private_network: true }, 'private_network has no effect without'],
  [
    'the sid of a logout without a logout',
    { backchannel_logout_session_required: true },
    'backchannel_logout_session_required has no effect without',
  ],
  ['a logo by http', { logo_uri: 'http://127.0.0.1/logo.png' }, 'logo_uri must use https'],
  ['a logo as data', { logo_uri: 'data:image/png;base64,AA==' }, 'logo_uri must use https'],
  ['a home page that is a script', { client_uri: 'javascript:alert(1)' }, 'client_uri must use https'],
  ['a policy by http', { policy_uri: 'http://wiki.example.org/' }, 'policy_uri must use https'],
  ['terms by http', { tos_uri: 'http://localhost/' }, 'tos_uri must use https'],
])('an entry with %s is refused', (_, change, fault) => {
  expect(file.fault(change)).toContain(fault)
})

test('a web application may use every loopback address outside production', () => {
  const uris = { redirect_uris: ['http://127.0.0.11:8080/'], client_uri: 'http://127.1.2.3/' }
  expect(file.fault(uris, { production: false })).toBe('is accepted')
  expect(file.fault(uris)).toContain('2 faults')
  const other = { redirect_uris: ['http://127.0.0.11.example.org/'] }
  expect(file.fault(other, { production: false })).toContain('must use https')
})

test('a logo uses https outside production as well', () => {
  const production = false
  expect(file.fault({ logo_uri: 'http://localhost/logo.png' }, { production })).toContain('logo_uri must use https')
  expect(file.fault({ client_uri: 'http://localhost/', tos_uri: 'http://127.0.0.1/' }, { production })).toBe(
    'is accepted',
  )
})
