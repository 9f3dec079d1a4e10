/*
 * Builds the library and the example app, for `npm start`: compiles only the changed files, and writes the same files as
 * a clean build (`npm run build`). The outputs of tsc and its state are in node_modules/.cache.
 */
const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } =
  require('node:fs')
const { dirname, join, relative } = require('node:path')
const manifest = require('../package.json')

const root = join(__dirname, '..')
const cache = join(root, 'node_modules', '.cache', 'passport-xmpp-bosh')

const LIBRARY = { name: 'library', config: 'tsconfig.build.json', source: 'lib', output: 'dist' }
const APP = {
  name: 'example app',
  config: 'example-app/tsconfig.json',
  source: 'example-app',
  output: 'example-app/dist',
}

/** Files that decide about the outputs, beside the sources */
const SETTINGS = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'example-app/tsconfig.json',
  'scripts/build.js',
  'scripts/public-declarations.js',
  'node_modules/.package-lock.json',
]

if (!existsSync(join(root, 'node_modules', 'typescript'))) {
  process.stderr.write('The dependencies are not installed: run `npm ci` first.\n')
  process.exit(1)
}
const start = Date.now()
const compiled = [buildPart(LIBRARY, publish), buildPart(APP)]
process.stdout.write(
  compiled.includes(true)
    ? `Built in ${((Date.now() - start) / 1_000).toFixed(1)} s.\n`
    : 'The library and the example app are up to date.\n',
)

/** Builds a part unless it is up to date. Returns true if it was compiled. */
function buildPart(part, finish = () => {}) {
  const stamp = join(cache, `${part.name}.built`)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === stateOf(part)) return false
  process.stdout.write(`Building the ${part.name} ...\n`)
  compile(part)
  finish()
  writeFileSync(stamp, stateOf(part))
  return true
}

function publish() {
  require('./public-declarations')
  for (const command of Object.values(manifest.bin)) chmodSync(join(root, command), 0o755)
}

/** Returns a hash of everything that a part is compiled from, and of its outputs. */
function stateOf(part) {
  const files = [
    ...SETTINGS.map(file => join(root, file)).filter(file => existsSync(file)),
    ...typescriptIn(part),
    // The app imports the declarations of the library.
    ...filesIn(join(root, LIBRARY.output)),
    ...filesIn(join(root, part.output)),
  ]
  const hash = createHash('sha256')
  for (const file of files) {
    const content = readFileSync(file)
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** Compiles the changed files of a part, and makes its output directory the same as after a clean build. */
function compile(part) {
  const staged = join(cache, part.source)
  const compilerState = `${staged}.tsbuildinfo`
  runCompiler(part, staged, compilerState)
  if (sourcesOf(part).some(source => !existsSync(outputOf(part, staged, source)))) {
    // Outputs are missing that tsc counts as written.
    rmSync(staged, { recursive: true, force: true })
    rmSync(compilerState, { force: true })
    runCompiler(part, staged, compilerState)
  }
  // A renamed or deleted source leaves its old outputs.
  for (const file of filesIn(staged)) if (!existsSync(sourceOf(part, staged, file))) rmSync(file)
  mirror(staged, join(root, part.output))
}

function runCompiler({ config }, staged, compilerState) {
  const { status } = spawnSync(
    process.execPath,
    [
      require.resolve('typescript/bin/tsc'),
      ...['--project', join(root, config), '--outDir', staged],
      ...['--incremental', '--tsBuildInfoFile', compilerState],
    ],
    { stdio: 'inherit' },
  )
  if (status !== 0) process.exit(status ?? 1)
}

function outputOf({ source }, staged, file) {
  return join(staged, relative(join(root, source), file)).replace(/\.ts$/, '.js')
}

function sourceOf({ source }, staged, file) {
  return join(root, source, relative(staged, file)).replace(/(?:\.d\.ts|\.js(?:\.map)?)$/, '.ts')
}

function sourcesOf(part) {
  return typescriptIn(part).filter(file => !file.endsWith('.d.ts'))
}

function typescriptIn({ source, output }) {
  const skipped = [join(root, output), join(root, source, 'node_modules')]
  return filesIn(join(root, source), skipped).filter(file => file.endsWith('.ts'))
}

/** Makes `to` a copy of `from`. Leaves equal files untouched, for processes that use them. */
function mirror(from, to) {
  for (const file of filesIn(from)) {
    const content = readFileSync(file)
    const target = join(to, relative(from, file))
    if (existsSync(target) && readFileSync(target).equals(content)) continue
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
  for (const file of filesIn(to)) if (!existsSync(join(from, relative(to, file)))) rmSync(file)
  removeEmptyFolders(to)
}

function removeEmptyFolders(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) removeEmptyFolders(path)
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}

/** Returns the files of a folder and its subfolders, sorted. */
function filesIn(folder, skipped = []) {
  if (!existsSync(folder) || skipped.includes(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesIn(path, skipped) : [path]
    })
}
