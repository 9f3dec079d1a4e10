import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeys } from '../../../identity-provider/keys/keys'
import { run } from '../../../identity-provider/keys/rotate'
import { signedBy, verifies } from './signed'

const DAY_MS = 24 * 60 * 60 * 1000

let folder: string
let path: string
let said: string
let complained: string
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
  writeFileSync(path, made, { mode: 0o600 })
  said = ''
  complained = ''
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the command at a number of days from now. */
function rotate(argv: string[] = [], days = 31, env: Record<string, string> = { OIDC_KEYS: path }): 0 | 1 | 2 {
  const stdout = { write: (text: string) => (said += text) }
  const stderr = { write: (text: string) => (complained += text) }
  return run(argv, { stdout, stderr, env }, new Date(Date.now() + days * DAY_MS))
}

test('the next keys sign after a rotation, and a process that was not started again knows them', () => {
  const before = openKeys(path)
  expect(rotate()).toBe(0)
  expect(said).toContain('Start every process of the provider again')
  const after = openKeys(path)
  expect(after.jwks.keys.slice(0, 2)).toEqual(before.jwks.keys.slice(2, 4))
  expect(after.jwks.keys).toHaveLength(6)
  for (const alg of ['RS256', 'ES256'] as const) expect(verifies(before, signedBy(after, alg))).toBe(true)
})

test.each(['RS256', 'ES256'] as const)(
  'a token that %s signed verifies after one rotation, and after two no more',
  alg => {
    const token = signedBy(openKeys(path), alg)
    rotate([], 31)
    expect(verifies(openKeys(path), token)).toBe(true)
    const second = signedBy(openKeys(path), alg)
    rotate([], 62)
    expect(verifies(openKeys(path), token)).toBe(false)
    expect(verifies(openKeys(path), second)).toBe(true)
    rotate([], 93)
    expect(verifies(openKeys(path), second)).toBe(false)
  },
)

test('a cookie that was signed before a rotation verifies after it', () => {
  const [before] = openKeys(path).cookieKeys
  rotate()
  const { cookieKeys } = openKeys(path)
  expect(cookieKeys).toHaveLength(3)
  expect(cookieKeys.indexOf(before ?? '')).toBe(2)
})

test('a rotation keeps the subjects of pairwise clients and the paths of pictures', () => {
  const { pairwiseKey, pictureKey } = openKeys(path)
  rotate()
  expect(openKeys(path)).toMatchObject({ pairwiseKey, pictureKey })
})

test('a rotation is refused while sessions last whose tokens it would drop the keys of', () => {
  const content = readFileSync(path, 'utf8')
  expect(rotate([], 29)).toBe(1)
  expect(complained).toMatch(/^rotate-keys: OIDC_KEYS: the current keys sign since .* use --early/)
  expect(readFileSync(path, 'utf8')).toBe(content)
  expect(rotate(['--early'], 29)).toBe(0)
  expect(rotate([], 58)).toBe(1)
  expect(rotate([], 60)).toBe(0)
})

test('leaked keys are all replaced, but for the key of pairwise subjects', () => {
  const before = openKeys(path)
  expect(rotate(['--leaked'], 0)).toBe(0)
  const after = openKeys(path)
  expect(after.pairwiseKey).toBe(before.pairwiseKey)
  const secretsOf = ({ jwks, cookieKeys, pictureKey }: typeof before) => [
    ...jwks.keys.map(({ kid }) => kid),
    ...cookieKeys,
    pictureKey,
  ]
  const old = new Set(secretsOf(before))
  expect(secretsOf(after).filter(secret => old.has(secret))).toEqual([])
})

test('a rotation keeps the mode of the file, leaves no other file, and follows a link', () => {
  const link = join(folder, 'link.json')
  symlinkSync(path, link)
  expect(rotate([], 31, { OIDC_KEYS: link })).toBe(0)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder).sort()).toEqual(['keys.json', 'link.json'])
  expect(openKeys(link)).toEqual(openKeys(path))
})

test('a rotation is refused while another one is at work', () => {
  writeFileSync(`${path}.lock`, '')
  expect(rotate()).toBe(1)
  expect(complained).toContain(`If none is, remove ${path}.lock`)
  rmSync(`${path}.lock`)
  expect(rotate()).toBe(0)
})

test('a rotation is refused when the file is missing, open to others, or not valid', () => {
  expect(rotate([], 31, { OIDC_KEYS: `${path}.missing` })).toBe(1)
  expect(complained).toBe(`rotate-keys: OIDC_KEYS: ${path}.missing cannot be read (ENOENT)\n`)
  chmodSync(path, 0o644)
  expect(rotate()).toBe(1)
  chmodSync(path, 0o600)
  writeFileSync(path, '{}')
  expect(rotate()).toBe(1)
  expect(complained).toContain('lacks the member since')
  expect(readdirSync(folder)).toEqual(['keys.json'])
})

test.each([
  ['an option is unknown', ['--now']],
  ['two options contradict each other', ['--early', '--leaked']],
  ['there is an argument', ['keys.json']],
])('rotate-keys shows its usage when %s', (_, argv) => {
  expect(rotate(argv)).toBe(2)
  expect(complained).toMatch(/^Usage: rotate-keys/)
})

test('rotate-keys asks for the variable when it is not set', () => {
  expect(rotate([], 0, {})).toBe(2)
  expect(complained).toContain('OIDC_KEYS must be the path')
  expect(rotate(['--help'], 0, {})).toBe(0)
  expect(said).toMatch(/^Usage: rotate-keys/)
})
