import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/* What comes with this package, on whose machine it runs: its own files, and the packages of others. */

const ROOT = join(__dirname, '../..')
const parsed = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))

interface Locked {
  integrity?: string
  hasInstallScript?: boolean
  dependencies?: Readonly<Record<string, string>>
}
const manifest: Readonly<Record<'dependencies' | 'scripts', Readonly<Record<string, string>>>> = parsed('package.json')
const { packages }: { packages: Readonly<Record<string, Locked>> } = parsed('package-lock.json')

/** Everything that is installed for somebody who uses this package, by name. */
function installed(): Map<string, Locked> {
  const found = new Map<string, Locked>()
  const names = Object.keys(manifest.dependencies)
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const locked = packages[`node_modules/${name}`]
    if (found.has(name) || !locked) continue
    found.set(name, locked)
    names.push(...Object.keys(locked.dependencies ?? {}))
  }
  return found
}

test('three packages, and nine that come with them: one more is a decision', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(['@mongodb-js/saslprep', 'fast-xml-parser', 'passport-strategy'])
  expect([...installed().keys()].sort()).toEqual([
    '@mongodb-js/saslprep',
    '@nodable/entities',
    'anynum',
    'fast-xml-builder',
    'fast-xml-parser',
    'is-unsafe',
    'memory-pager',
    'passport-strategy',
    'path-expression-matcher',
    'sparse-bitfield',
    'strnum',
    'xml-naming',
  ])
})

test('none of them runs anything when it is installed, nor does this one; all are known by their hash', () => {
  for (const { hasInstallScript, integrity } of installed().values()) {
    expect(hasInstallScript).toBeUndefined()
    expect(integrity).toMatch(/^sha512-/)
  }
  const scripts = Object.keys(manifest.scripts)
  expect(scripts.filter(name => /^(pre|post)?(install|prepare)$|^(pre|post)?uninstall$/.test(name))).toEqual([])
})

test('what is published is the compiled library and what says how to use it', () => {
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)

  expect(paths).toEqual(expect.arrayContaining(['package.json', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'LICENSE']))
  expect(paths.filter(path => !/^(dist\/.+\.(js|d\.ts|js\.map)|package\.json|[A-Z]+\.md|LICENSE)$/.test(path))).toEqual(
    [],
  )
})
