import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openChatKey } from '../../../identity-provider/chat/chat-key'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'chat-key-'))
  path = join(directory, 'chat-key.json')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const modeOf = (file: string) => statSync(file).mode & 0o777
const jwkIn = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
const put = (content: string, mode = 0o600) => {
  writeFileSync(path, content)
  chmodSync(path, mode)
}

test('openChatKey() makes a private key of P-384 that its user alone can read', () => {
  openChatKey(path)

  expect(modeOf(path)).toBe(0o600)
  expect(createPrivateKey({ key: jwkIn(path), format: 'jwk' }).asymmetricKeyDetails).toEqual({
    namedCurve: 'secp384r1',
  })
})

test('openChatKey() writes the public key beside it, for the XMPP server to read', () => {
  const { publicFile, publicJwk } = openChatKey(path)

  expect(publicFile).toBe(`${path}.pub`)
  expect(modeOf(publicFile) & 0o444).toBe(0o444)
  expect(jwkIn(publicFile)).toEqual(publicJwk)
  expect(Object.keys(publicJwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  expect(publicJwk).toMatchObject({ alg: 'ES384', use: 'sig' })
})

test('openChatKey() reads the key that is there', () => {
  const made = openChatKey(path)

  expect(openChatKey(path)).toEqual(made)
  expect(made.privateJwk.d).toBe(jwkIn(path).d)
  expect(readdirSync(directory).sort()).toEqual(['chat-key.json', 'chat-key.json.pub'])
})

test('openChatKey() writes the public key of a file that was replaced', () => {
  const before = openChatKey(path)
  rmSync(path)
  const after = openChatKey(path)

  expect(after.publicJwk.kid).not.toBe(before.publicJwk.kid)
  expect(jwkIn(after.publicFile)).toEqual(after.publicJwk)
})

test('openChatKey() gives a key the thumbprint of RFC 7638 as its kid', async () => {
  const { publicJwk } = openChatKey(path)
  const { kty, crv, x, y } = publicJwk
  const digest = await crypto.subtle.digest(
    'SHA-256',
    Buffer.from(`{"crv":"${crv}","kty":"${kty}","x":"${x}","y":"${y}"}`),
  )

  expect(publicJwk.kid).toBe(Buffer.from(digest).toString('base64url'))
})

test.each([0o640, 0o604, 0o644, 0o660])('openChatKey() refuses a file with mode %o', mode => {
  openChatKey(path)
  chmodSync(path, mode)

  expect(() => openChatKey(path)).toThrow(`OIDC_CHAT_KEY: ${path} is open to other accounts of this machine`)
})

const exported = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'jwk' }) as Record<string, string>
const { d: _, ...publicOnly } = exported('P-384')

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['JSON that is not an object', 'null'],
  ['a public key', JSON.stringify(publicOnly)],
  ['a key of another curve, which could sign ID tokens', JSON.stringify(exported('P-256'))],
  ['the halves of two keys', JSON.stringify({ ...exported('P-384'), d: exported('P-384')['d'] })],
  [
    'a key in PEM',
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'pem', type: 'pkcs8' }),
  ],
])('openChatKey() refuses a file with %s, and leaves it as it is', (_name, content) => {
  put(String(content))

  expect(() => openChatKey(path)).toThrow(`OIDC_CHAT_KEY: ${path} has no private key of P-384 (JWK)`)
  expect(readFileSync(path, 'utf8')).toBe(content)
  expect(readdirSync(directory)).toEqual(['chat-key.json'])
})

test('openChatKey() refuses a file that is larger than a key', () => {
  put(JSON.stringify({ ...exported('P-384'), more: 'x'.repeat(5_000) }))

  expect(() => openChatKey(path)).toThrow(`OIDC_CHAT_KEY: ${path} is larger than a file with a key`)
})

test('openChatKey() fails when it cannot write the public key', () => {
  openChatKey(path)
  rmSync(`${path}.pub`)
  mkdirSync(`${path}.pub`)

  expect(() => openChatKey(path)).toThrow(`OIDC_CHAT_KEY: ${path}.pub cannot be made (EISDIR)`)
})

test('openChatKey() names the variable when the directory is missing', () => {
  const missing = join(directory, 'missing', 'chat-key.json')

  expect(() => openChatKey(missing)).toThrow(`OIDC_CHAT_KEY: ${missing} cannot be made (ENOENT)`)
})
