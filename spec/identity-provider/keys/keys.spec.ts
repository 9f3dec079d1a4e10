import { fork } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryKeys, openKeys } from '../../../identity-provider/keys/keys'
import { signedBy, verifies } from './signed'

let folder: string
let path: string
/** content of a file of keys: they take a second to make */
let made: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'))
  openKeys(join(folder, 'keys.json'))
  made = readFileSync(join(folder, 'keys.json'), 'utf8')
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'))
  path = join(folder, 'keys.json')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Writes a file of keys with some members changed. */
function written(change: (content: Record<string, Record<string, Record<string, unknown>>>) => void): void {
  const content = JSON.parse(made)
  change(content)
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 })
}

/** Returns the message of the error. Fails if the text quotes a part of the file. */
function refusal(): string {
  const content = readFileSync(path, 'utf8')
  let message = ''
  try {
    openKeys(path)
  } catch (reason) {
    expect(reason).toMatchObject({ name: 'ConfigError' })
    message = (reason as Error).message
  }
  for (const [secret] of content.matchAll(/[\w-]{20,}/g)) expect(message).not.toContain(secret)
  expect(message).toMatch(/^OIDC_KEYS: /)
  return message
}

test('keys are made at the first start with mode 0600, and read at the next one', () => {
  const first = openKeys(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['keys.json'])
  const second = openKeys(path)
  expect([first.areNew, second.areNew]).toEqual([true, false])
  expect(second).toEqual({ ...first, areNew: false })
})

test('the first keys of the set are the current RS256 and ES256 ones', () => {
  writeFileSync(path, made, { mode: 0o600 })
  const { jwks, cookieKeys } = openKeys(path)
  expect(jwks.keys.map(({ alg, use }) => [alg, use])).toEqual([
    ['RS256', 'sig'],
    ['ES256', 'sig'],
    ['RS256', 'sig'],
    ['ES256', 'sig'],
  ])
  expect(new Set(jwks.keys.map(({ kid }) => kid)).size).toBe(4)
  const content = JSON.parse(readFileSync(path, 'utf8'))
  expect(jwks.keys.slice(0, 2)).toEqual([content.current.RS256, content.current.ES256])
  expect(cookieKeys).toEqual([content.current.cookie, content.next.cookie])
})

test('keys sign and verify with both algorithms', () => {
  const keys = memoryKeys()
  writeFileSync(path, made, { mode: 0o600 })
  for (const alg of ['RS256', 'ES256'] as const) {
    const token = signedBy(keys, alg)
    expect(verifies(keys, token)).toBe(true)
    expect(verifies(openKeys(path), token)).toBe(false)
  }
})

test('secrets of one file and of two files are all different', () => {
  writeFileSync(path, made, { mode: 0o600 })
  const secrets = [openKeys(path), memoryKeys()].flatMap(({ cookieKeys, pairwiseKey, pictureKey }) => [
    ...cookieKeys,
    pairwiseKey,
    pictureKey,
  ])
  expect(new Set(secrets).size).toBe(8)
  for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
})

test('processes that start at the same time for the first time end up with the same keys', async () => {
  const program = join(__dirname, 'first-start.cjs')
  const started = Array.from({ length: 4 }, () => {
    const child = fork(program, [path], { stdio: 'inherit' })
    return new Promise<string>((resolve, reject) => {
      child.once('message', said => resolve(String(said)))
      child.once('exit', code => reject(new Error(`ended with ${code}`)))
    })
  })
  const said = (await Promise.all(started)).map(text => JSON.parse(text))
  expect(new Set(said.map(({ kids }) => kids)).size).toBe(1)
  expect(said.filter(({ areNew }) => areNew)).toHaveLength(1)
  expect(readdirSync(folder)).toEqual(['keys.json'])
})

test.each([
  ['its group', 0o640],
  ['all accounts', 0o604],
  ['its group for writing', 0o620],
])('keys are refused when the file is open to %s', (_, mode) => {
  writeFileSync(path, made)
  chmodSync(path, mode)
  expect(refusal()).toContain('is open to other accounts of this machine')
})

test.each([
  ['JSON', 'secret-secret-secret-secret', 'is not a JSON object'],
  ['an object', '"secret-secret-secret-secret"', 'is not a JSON object'],
  ['of this program', '{"keys":[]}', 'is a JWK set of another program'],
  ['complete', '{"since":"2026-01-01T00:00:00Z"}', 'lacks the member pairwise'],
  ['dated', '{}', 'lacks the member since'],
  ['small', ' '.repeat(300_000), 'is larger than a file of keys'],
])('keys are refused when the content of the file is not %s', (_, content, fault) => {
  writeFileSync(path, content, { mode: 0o600 })
  expect(refusal()).toContain(fault)
})

test('keys are refused when the path is a folder', () => {
  mkdirSync(path, { mode: 0o700 })
  expect(() => openKeys(path)).toThrow(`OIDC_KEYS: ${path} is not a file`)
})

test('keys are refused when the folder of the file does not exist', () => {
  const missing = join(folder, 'missing', 'keys.json')
  expect(() => openKeys(missing)).toThrow(`OIDC_KEYS: ${missing} cannot be made (ENOENT)`)
})

/** Returns the private key that oidc-provider signs with when it gets none. */
function developmentKey(): Record<string, unknown> {
  const source = readFileSync(require.resolve('oidc-provider/lib/consts/dev_keystore.js'), 'utf8')
  const members = [...source.matchAll(/^\s*(\w+): '([^']*)',$/gm)].map(([, name = '', value]) => [name, value])
  return Object.fromEntries(members)
}

test.each([
  ['its private part is missing', { d: undefined }, 'RS256 lacks its private part'],
  ['it is for HS256', { alg: 'HS256' }, 'RS256 is not a key for RS256'],
  ['it is for none', { alg: 'none' }, 'RS256 is not a key for RS256'],
  ['it encrypts', { use: 'enc' }, 'RS256 is not a key to sign with'],
  ['its kid is another', { kid: 'another-kid-another-kid' }, 'RS256 has a kid that is not its thumbprint'],
  ['its modulus is not valid', { n: 'AQAB' }, 'RS256 is not a valid RSA key of 2048 bits or more'],
  ['it is the development key of oidc-provider', developmentKey(), 'RS256 is the development key of oidc-provider'],
])('keys are refused when %s', (_, change, fault) => {
  written(({ current }) => Object.assign(current?.['RS256'] ?? {}, change))
  expect(refusal()).toContain(`has a wrong member: current.${fault}`)
})

test('keys are refused when the public and the private part belong to two keys', () => {
  written(({ current = {}, next = {} }) => {
    current['ES256'] = { ...next['ES256'], d: current['ES256']?.['d'] }
  })
  expect(refusal()).toContain('has a wrong member: current.ES256 is not a valid P-256 key')
})

test('keys are refused when a key has too few bits', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  written(({ next = {} }) => {
    next['RS256'] = { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }
  })
  expect(refusal()).toContain('has a wrong member: next.RS256 is not a valid RSA key of 2048 bits or more')
})

test.each([
  ['the next keys are missing', 'next', undefined, 'next is missing'],
  ['the previous keys are empty', 'previous', {}, 'previous.RS256 is missing'],
])('keys are refused when %s', (_, name, value, fault) => {
  written(content => Object.assign(content, { [name]: value }))
  expect(refusal()).toContain(`has a wrong member: ${fault}`)
})

test('keys are refused when a secret is short', () => {
  written(content => Object.assign(content, { picture: 'a secret' }))
  expect(refusal()).toContain('lacks the member picture')
  written(({ current = {} }) => Object.assign(current, { cookie: 'a secret' }))
  expect(refusal()).toContain('current.cookie is not a secret')
})
