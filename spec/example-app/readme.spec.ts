import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

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
  const sources = ['config.ts', 'branding/branding.ts'].map(read).join('\n')
  const variables = [...sources.matchAll(/\b(?:env|\w+Of\(env), '([A-Z_]+)'|env\['([A-Z_]+)'\]/g)]
  const documented = [...readme.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name)
  expect(documented.sort()).toEqual([...new Set(variables.map(([, read, direct]) => read ?? direct))].sort())
})

test('the README names only files that exist', () => {
  const table = readme.slice(readme.indexOf('## Layout'), readme.indexOf('## The wiring'))
  const names = [...table.matchAll(/`([\w/-]+(?:\.ts|\/))`/g)].map(([, name]) => name ?? '')
  expect(names.length).toBeGreaterThan(10)
  for (const name of names) expect([name, existsSync(join(app, name))]).toEqual([name, true])
})
