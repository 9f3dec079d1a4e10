import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/* The files and the other packages that an installation of this package brings to a machine. */

const ROOT = join(__dirname, '../..')
const parsed = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))

interface Locked {
  integrity?: string
  hasInstallScript?: boolean
  dependencies?: Readonly<Record<string, string>>
}
const manifest: Readonly<Record<'dependencies' | 'scripts', Readonly<Record<string, string>>>> = parsed('package.json')
const { packages }: { packages: Readonly<Record<string, Locked>> } = parsed('package-lock.json')

/** Returns all packages that are installed with this one, by name. */
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

test('the package has exactly three dependencies and nine of theirs', () => {
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

test('every installed package has a hash and runs no script at installation', () => {
  for (const { hasInstallScript, integrity } of installed().values()) {
    expect(hasInstallScript).toBeUndefined()
    expect(integrity).toMatch(/^sha512-/)
  }
  const scripts = Object.keys(manifest.scripts)
  expect(scripts.filter(name => /^(pre|post)?(install|prepare)$|^(pre|post)?uninstall$/.test(name))).toEqual([])
})

test('the published package holds the compiled library and its documents only', () => {
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
