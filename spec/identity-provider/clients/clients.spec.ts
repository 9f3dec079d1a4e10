import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkAccepted } from '../../../identity-provider/clients/accepted'
import { readClients } from '../../../identity-provider/clients/clients'
import { SCHEMA_FILE } from '../../../identity-provider/clients/shape'
import { ClientFile, SECRET, WIKI } from './file'

let file: ClientFile

beforeEach(() => {
  file = new ClientFile()
})
afterEach(() => file.remove())

test('an entry gets all defaults', () => {
  expect(file.read([WIKI])).toEqual([
    {
      metadata: {
        ...WIKI,
        application_type: 'web',
        post_logout_redirect_uris: [],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        scope: 'openid profile xmpp',
        token_endpoint_auth_method: 'client_secret_basic',
        subject_type: 'public',
        id_token_signed_response_alg: 'RS256',
      },
      firstParty: false,
      requirePkce: true,
      privateNetwork: false,
    },
  ])
})

test('an entry keeps what it says, and the members of this provider are not part of its metadata', () => {
  const metadata = {
    ...WIKI,
    client_name: 'Wiki Ünïcode',
    client_uri: 'https://wiki.example.org/',
    logo_uri: 'https://wiki.example.org/logo.png',
    policy_uri: 'https://wiki.example.org/policy',
    tos_uri: 'https://wiki.example.org/terms',
    application_type: 'web',
    post_logout_redirect_uris: ['https://wiki.example.org/'],
    backchannel_logout_uri: 'http://wiki:8080/logout',
    backchannel_logout_session_required: true,
    require_pushed_authorization_requests: true,
    default_max_age: 3_600,
    scope: 'openid groups offline_access',
    response_types: ['code'],
    grant_types: ['refresh_token', 'authorization_code'],
    token_endpoint_auth_method: 'client_secret_post',
    subject_type: 'pairwise',
    id_token_signed_response_alg: 'ES256',
  }
  const own = { first_party: true, require_pkce: false, private_network: true }
  expect(file.read([{ ...metadata, ...own }])).toEqual([
    { metadata, firstParty: true, requirePkce: false, privateNetwork: true },
  ])
})

test('the scope offline_access brings the grant of refresh tokens', () => {
  const [client] = file.read([{ ...WIKI, scope: 'openid offline_access' }])
  expect(client?.metadata.grant_types).toEqual(['authorization_code', 'refresh_token'])
})

test('the list may be in an object that names the schema', () => {
  expect(file.read({ $schema: './clients.schema.json', clients: [WIKI] })).toEqual(file.read([WIKI]))
  expect(file.read([])).toEqual([])
})

test.each<[string, unknown, string]>([
  ['is empty', '', 'cannot be read: it is not valid JSON'],
  ['breaks off', `[\n{"client_secret":"${SECRET}"`, 'cannot be read: it is not valid JSON'],
  ['has a text without quotes', `[\n\n{"client_secret":${SECRET}}]`, 'cannot be read: it is not valid JSON'],
  ['is an object', WIKI, 'must be a list of relying parties'],
  ['is a text', JSON.stringify(SECRET), 'must be a list of relying parties'],
  ['is null', 'null', 'must be a list of relying parties'],
  ['has another member beside the list', { clients: [WIKI], secret: SECRET }, 'must be a list of relying parties'],
  ['has too many entries', Array.from({ length: 1_001 }, () => WIKI), 'has more than 1000 relying parties'],
  ['is too large', ' '.repeat(1_048_577), 'cannot be read: it is too large'],
  ['has an entry that is a text', [SECRET], 'has a fault: entry 1: must be an object'],
  ['has an entry without an id', [{ ...WIKI, client_id: undefined }], 'has a fault: entry 1: client_id is missing'],
  [
    'has an entry with a space in its id',
    [{ ...WIKI, client_id: 'a b' }],
    'has a fault: entry 1 (client_id "a b"): client_id must consist of',
  ],
])('the file of relying parties is refused when it %s', (_, content, fault) => {
  expect(file.refusal(content)).toContain(fault)
})

test('the file of relying parties is refused when it is missing', () => {
  expect(file.refusal()).toBe('cannot be read: ENOENT')
})

test('all faults of all entries are named in one message', () => {
  const other = { ...WIKI, client_id: 'other', scope: 'admin', redirect_uris: ['http://other.example.org/'] }
  expect(file.refusal([WIKI, other, { ...WIKI, client_name: '' }])).toBe(
    [
      'has 5 faults:',
      'entry 2 (client_id "other"): redirect_uris[0] must use https: only loopback may use http',
      'entry 2 (client_id "other"): scope must contain openid',
      'entry 2 (client_id "other"): scope may contain openid, profile, xmpp, groups, offline_access, separated by single spaces',
      'entry 3 (client_id "wiki"): client_name must not be empty',
      'entry 3 (client_id "wiki"): client_id is that of entry 1: choose another',
    ].join('\n  '),
  )
})

test('a message names twenty faults and the number of the others', () => {
  const said = file.refusal(Array.from({ length: 30 }, () => ({})))
  expect(said.split('\n')).toHaveLength(22)
  expect(said).toMatch(/^has 60 faults:\n.*and 40 more$/s)
})

test.each([
  ['readable by all accounts', 0o604, 'client_secret is readable by all accounts of this machine'],
  ['writable for its group', 0o660, 'can be changed by other accounts: run chmod go-w'],
  ['writable for all accounts', 0o602, 'can be changed by other accounts: run chmod go-w'],
])('a file with a secret is refused in production when it is %s', (_, mode, fault) => {
  file.write([WIKI])
  chmodSync(file.path, mode)
  expect(file.refusal()).toContain(fault)
  expect(readClients(file.path, { production: false })).toHaveLength(1)
})

test('a file with a secret is accepted in production when its group can read it', () => {
  file.write([WIKI])
  chmodSync(file.path, 0o640)
  expect(readClients(file.path)).toHaveLength(1)
})

describe('a secret in a file of its own', () => {
  const entry = { ...WIKI, client_secret: undefined, client_secret_file: 'wiki.secret' }
  const secretFile = (content: string, mode = 0o600) => {
    const path = join(file.folder, 'wiki.secret')
    writeFileSync(path, content)
    chmodSync(path, mode)
  }

  test('a secret is read from a file beside the file of relying parties, which all accounts may read then', () => {
    secretFile(`${SECRET}\n`)
    file.write([entry])
    chmodSync(file.path, 0o644)
    const [client] = readClients(file.path)
    expect(client?.metadata).toMatchObject({ client_secret: SECRET })
    expect(client?.metadata).not.toHaveProperty('client_secret_file')
  })

  test.each([
    ['is short', 'short', 0o600, 'client_secret_file has a content that cannot be a secret: it must have at least 32'],
    ['has two lines', `${SECRET}\n${SECRET}`, 0o600, 'has a content that cannot be a secret: it must consist of'],
    ['is readable by all accounts', SECRET, 0o604, 'client_secret_file is open to other accounts'],
    ['is writable for its group', SECRET, 0o660, 'client_secret_file is open to other accounts'],
  ])('an entry is refused when the file of its secret %s', (_, content, mode, fault) => {
    secretFile(content, mode)
    expect(file.fault(entry)).toContain(fault)
  })

  test('an entry is refused when the file of its secret is missing', () => {
    expect(file.fault(entry)).toBe('client_secret_file cannot be read: ENOENT')
  })
})

test('a relying party that oidc-provider refuses or lacks is named', async () => {
  const clients = file.read([WIKI, { ...WIKI, client_id: 'other' }])
  await expect(checkAccepted(clients, async id => id)).resolves.toBeUndefined()
  const refused = Object.assign(new Error('invalid_client_metadata'), { error_description: 'scope must be known' })
  const find = async (id: string) => {
    if (id === 'other') throw refused
    return {}
  }
  await expect(checkAccepted(clients, find)).rejects.toMatchObject({
    name: 'ConfigError',
    message: 'OIDC_CLIENTS: oidc-provider refuses the entry with client_id "other": scope must be known',
  })
  await expect(checkAccepted(clients, async () => undefined)).rejects.toThrow('lacks the entry with client_id "wiki"')
  const broken = new Error('broken')
  await expect(checkAccepted(clients, () => Promise.reject(broken))).rejects.toBe(broken)
})

test('the schema describes every member, and its examples and defaults are accepted', () => {
  const source = readFileSync(join(__dirname, '../../../identity-provider/clients', SCHEMA_FILE), 'utf8')
  const { examples, properties } = JSON.parse(source).$defs.client
  expect(Object.keys(properties).length).toBeGreaterThan(20)
  writeFileSync(join(file.folder, 'wiki.secret'), SECRET, { mode: 0o600 })
  for (const example of examples) expect(file.refusal([example])).toBe('is accepted')
  for (const [name, member] of Object.entries<Record<string, unknown>>(properties)) {
    expect([name, typeof member['description']]).toEqual([name, 'string'])
    if ('default' in member) expect([name, file.fault({ [name]: member['default'] })]).toEqual([name, 'is accepted'])
  }
})
