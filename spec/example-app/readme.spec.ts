import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readConfig } from '../../example-app/config'
import { VARIABLES } from '../../login-site/config/variables'

const APP = 'example-app'
const SITE = 'login-site'
const read = (...names: string[]) => readFileSync(resolve(__dirname, '../..', ...names), 'utf8')
const readme = read(APP, 'README.md')

test('the README of the site quotes the wiring, which is short', () => {
  const [, quoted] = /```ts\n(.*?)\n```/s.exec(read(SITE, 'README.md')) ?? []
  const wiring = read(SITE, 'auth/auth.ts')
  expect(quoted).toBeDefined()
  expect(wiring).toContain(`\n${quoted}\n`)
  expect(wiring.split('\n').length).toBeLessThanOrEqual(40)
})

test('the README documents exactly the variables of the config', () => {
  const documented = [...readme.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name)
  expect(documented.sort()).toEqual([...VARIABLES].sort())
})

test('the config reads exactly the variables of its list', () => {
  const asked = new Set<string>()
  const env = new Proxy<Record<string, string>>({}, { get: (_, name) => void asked.add(String(name)) })
  readConfig(env)
  expect([...asked].sort()).toEqual([...VARIABLES].sort())
})

test.each([
  { folder: APP, least: 5 },
  { folder: SITE, least: 10 },
  { folder: 'identity-provider', least: 10 },
])('the README of $folder names only files that exist', ({ folder, least }) => {
  const [, table = ''] = read(folder, 'README.md').split('\n## Layout\n')
  const names = [...(table.split('\n## ')[0]?.matchAll(/`([\w/-]+(?:\.ts|\/))`/g) ?? [])].map(([, name]) => name ?? '')
  expect(names.length).toBeGreaterThanOrEqual(least)
  for (const name of names) expect([name, existsSync(resolve(__dirname, '../..', folder, name))]).toEqual([name, true])
})

test.each([APP, SITE])('no dependency runs code when a copy of %s is installed', copied => {
  // `npm config` reads the .npmrc of a folder only if the folder is a package of its own.
  const folder = mkdtempSync(join(tmpdir(), 'app-copy-'))
  for (const name of ['package.json', '.npmrc'])
    copyFileSync(resolve(__dirname, '../..', copied, name), join(folder, name))
  const ignored = execFileSync('npm', ['config', 'get', 'ignore-scripts'], { cwd: folder, encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect(ignored.trim()).toBe('true')
  // A copy by `cp folder/*` lacks the .npmrc: this setting alone stops the report of an installation.
  expect(JSON.parse(read(copied, 'package.json'))).toMatchObject({ scarfSettings: { enabled: false } })
})
