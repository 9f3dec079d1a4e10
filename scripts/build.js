/*
 * Builds the library, the login site and the apps on it, for `npm start` and `npm test`: compiles a part only if it changed
 * since its last build, or if a part below it did.
 *
 *   node scripts/build.js [APP]...    default: all apps
 */
const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join, relative } = require('node:path')

const root = join(__dirname, '..')
const cache = join(root, 'node_modules', '.cache', 'passport-xmpp-bosh')

const LIBRARY = { name: 'library', command: ['run', 'build'], source: 'lib', output: 'dist' }
const SITE = workspace('login site', 'login-site')
const APPS = [workspace('example app', 'example-app'), workspace('identity provider', 'identity-provider')]

/** Files that decide about the outputs, beside the sources */
const SETTINGS = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  ...[SITE, ...APPS].flatMap(({ source }) => [`${source}/package.json`, `${source}/tsconfig.json`]),
  'scripts/lazy-rooms.js',
  'scripts/public-declarations.js',
  'node_modules/.package-lock.json',
]

if (!existsSync(join(root, 'node_modules', 'typescript'))) {
  process.stderr.write('The dependencies are not installed: run `npm ci` first.\n')
  process.exit(1)
}
const start = Date.now()
const wanted = process.argv.slice(2)
// An image has the sources of one app alone.
const isThere = ({ source }) => existsSync(join(root, source, 'package.json'))
const apps = APPS.filter(app => (wanted.length === 0 ? isThere(app) : wanted.includes(app.source)))
const compiled = [LIBRARY, SITE, ...apps].map(buildPart)
process.stdout.write(
  compiled.includes(true)
    ? `Built in ${((Date.now() - start) / 1_000).toFixed(1)} s.\n`
    : 'Everything is up to date.\n',
)

/** Returns a part that is a workspace with a script `build`. */
function workspace(name, source) {
  return { name, command: ['run', 'build', '--workspace', source], source, output: `${source}/dist` }
}

/** Builds a part unless it is up to date. Returns true if it was compiled. */
function buildPart(part) {
  const stamp = join(cache, `${part.name}.built`)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === stateOf(part)) return false
  process.stdout.write(`Building the ${part.name} ...\n`)
  const { status } = spawnSync('npm', ['--silent', ...part.command], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  mkdirSync(cache, { recursive: true })
  writeFileSync(stamp, stateOf(part))
  return true
}

/** Returns the parts whose declarations a part imports. */
function floorsBelow(part) {
  if (part === LIBRARY) return []
  return part === SITE ? [LIBRARY] : [LIBRARY, SITE]
}

/** Returns a hash of everything that a part is compiled from, and of its outputs. */
function stateOf(part) {
  const files = [
    ...SETTINGS.map(file => join(root, file)).filter(existsSync),
    ...filesIn(join(root, part.source)).filter(file => file.endsWith('.ts')),
    // A part imports the declarations of those below it.
    ...[...floorsBelow(part), part].flatMap(({ output }) => filesIn(join(root, output))),
  ]
  const hash = createHash('sha256')
  for (const file of files) {
    const content = readFileSync(file)
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** Returns the files of a folder and its subfolders, sorted, without installed packages. */
function filesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesIn(path) : [path]
    })
}
