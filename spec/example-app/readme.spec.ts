import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readConfig } from '../../example-app/config'
import { VARIABLES } from '../../example-app/config/variables'

const app = resolve(__dirname, '../../example-app')
const read = (name: string) => readFileSync(join(app, name), 'utf8')
const readme = read('README.md')

test('the README quotes the wiring, which is short', () => {
  const [, quoted] = /```ts\n(.*?)\n```/s.exec(readme) ?? []
  expect(quoted).toBeDefined()
  expect(read('auth/auth.ts')).toContain(`\n${quoted}\n`)
  expect(read('auth/auth.ts').split('\n').length).toBeLessThanOrEqual(40)
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

test('the README names only files that exist', () => {
  const table = readme.slice(readme.indexOf('## Layout'), readme.indexOf('## The wiring'))
  const names = [...table.matchAll(/`([\w/-]+(?:\.ts|\/))`/g)].map(([, name]) => name ?? '')
  expect(names.length).toBeGreaterThan(10)
  for (const name of names) expect([name, existsSync(join(app, name))]).toEqual([name, true])
})

test('no dependency runs code when a copy of the folder is installed', () => {
  // `npm config` reads the .npmrc of a folder only if the folder is a package of its own.
  const folder = mkdtempSync(join(tmpdir(), 'app-copy-'))
  for (const name of ['package.json', '.npmrc']) copyFileSync(join(app, name), join(folder, name))
  const ignored = execFileSync('npm', ['config', 'get', 'ignore-scripts'], { cwd: folder, encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect(ignored.trim()).toBe('true')
  // A copy by `cp folder/*` lacks the .npmrc: this setting alone stops the report of an installation.
  expect(JSON.parse(read('package.json'))).toMatchObject({ scarfSettings: { enabled: false } })
})
