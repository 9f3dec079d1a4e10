import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/* Readers decide by SECURITY.md and the threats to the provider: the tables are complete, and the specs they name exist. */

const ROOT = join(__dirname, '../..')
const SECURITY = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
const PROVIDER = readFileSync(join(ROOT, 'docs/identity-provider/threats.md'), 'utf8')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** The threats that another project has to cover, or a part that is not built yet. */
const NOT_OURS = [23, 25, 45, 54, 60]

const rowsOf = (prefix: string, page = SECURITY) =>
  page
    .split('\n')
    .filter(line => new RegExp(`^\\| ${prefix}\\d`).test(line))
    .map(line => {
      const [number = '', threat = '', happens = '', tests = '', ...more] = line
        .replace(/^\| | ?\|$/g, '')
        .split(' |')
        .map(cell => cell.trim())
      return {
        id: number,
        number: Number(number.slice(prefix.length)),
        threat,
        happens,
        files: tests.match(/`[^`]+`/g) ?? [],
        tests,
        more,
      }
    })

const ROWS = rowsOf('')
/** Threats to a sign-in without a password. One of them is the app's alone. */
const CONFIRM_ROWS = rowsOf('A')
const CONFIRM_NOT_OURS = [17]
/** Threats to roles. One of them is the operator's alone. */
const ROLE_ROWS = rowsOf('C')
const ROLE_NOT_OURS = [8]
const PROFILE_ROWS = rowsOf('D')
const PROVIDER_ROWS = rowsOf('E', PROVIDER)
const OURS = ROWS.filter(({ number }) => !NOT_OURS.includes(number))

test.each([
  ['a login', ROWS, 67],
  ['a sign-in without a password', CONFIRM_ROWS, 20],
  ['roles', ROLE_ROWS, 15],
  ['a profile', PROFILE_ROWS, 9],
  ['the identity provider', PROVIDER_ROWS, 17],
])('every threat to %s has one row, in order', (_, rows, count) => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, n) => n + 1))
  expect(new Set(rows.map(({ threat }) => threat)).size).toBe(count)
  for (const { threat, happens, more } of rows) {
    expect(threat).toMatch(/^\S.{9,}/)
    expect(happens).toMatch(/^\S.{9,}/)
    expect(more).toEqual([])
  }
})

test.each([
  ...OURS,
  ...CONFIRM_ROWS.filter(({ number }) => !CONFIRM_NOT_OURS.includes(number)),
  ...ROLE_ROWS.filter(({ number }) => !ROLE_NOT_OURS.includes(number)),
  ...PROFILE_ROWS,
  ...PROVIDER_ROWS,
])('existing specs cover threat $id: $threat', ({ tests, files }) => {
  expect(tests).toBe(files.join(', '))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    expect(file).toMatch(/^`spec\/[a-z/-]+\.spec\.ts`$/)
    expect(readFileSync(join(ROOT, file.replaceAll('`', '')), 'utf8')).toMatch(/^ *(?:test|it)(\.each.*)?\(/m)
  }
})

test.each([
  ...ROWS.filter(({ number }) => NOT_OURS.includes(number)),
  ...CONFIRM_ROWS.filter(({ number }) => CONFIRM_NOT_OURS.includes(number)),
  ...ROLE_ROWS.filter(({ number }) => ROLE_NOT_OURS.includes(number)),
])('threat $id names its owner and no spec of this library: $threat', ({ happens, tests }) => {
  expect(happens).toMatch(/^(The app: .* must|The operator: .* must|Not built yet: .* must) /)
  expect(tests).toBe('')
})

test('every reference leads to the point it means', () => {
  const points = new Map(
    [...SECURITY.matchAll(/^(\d+)\. ((?:.+\n)(?: {3}.*\n)*)/gm)].map(([, number, text = '']) => [number, text]),
  )
  expect([...points.keys()]).toEqual(Array.from({ length: points.size }, (_, n) => String(n + 1)))
  for (const [number, subject] of [
    ['4', /unknown user and a wrong password/],
    ['9', /given to another person once its account was deleted/],
    ['10', /session goes on/],
    ['11', /NODE_DEBUG/],
  ] as const) {
    expect(points.get(number)?.replace(/\s+/g, ' ')).toMatch(subject)
    expect(SECURITY).toContain(`point ${number} above`)
  }
  const referred = [...SECURITY.matchAll(/point (\d+) above/g)].map(([, number]) => number)
  expect([...new Set(referred)].sort()).toEqual(['10', '11', '4', '9'])
})

test('the README tells operators to lock a user before deleting an account', () => {
  const text = README.replace(/\s+/g, ' ')
  expect(text).toContain(
    'A JID can belong to another person after its account was deleted. Lock or delete the local user',
  )
  expect(text).toContain('end its sessions')
  expect(text).toContain('(SECURITY.md)')
})
