/*
 * Part of `scripts/pack`: writes the program of the package in few files in place of one for each module. Names of
 * functions and classes stay, so that a stack trace tells them; names of variables become short.
 *
 *   node scripts/bundle.js DIR      DIR holds dist/, as `npm run build` writes it
 */
const { chmodSync, existsSync, readdirSync, readFileSync, rmSync } = require('node:fs')
const { dirname, join, resolve } = require('node:path')
const swc = require('@swc/core')
const { rollup } = require('rollup')
const manifest = require('../package.json')
const { LAZY_ROOMS, withLateLoads } = require('./lazy-rooms.js')

const LIB = join(__dirname, '../lib')
/** The module that the index loads late, as the program of the package names it. */
const LATE = './without-password.js'
const LATE_EXPORTS = 'late-exports'
const LATE_PATTERN = /^\.\/without-password\.js$/
const INDEX = join(LIB, 'index.ts')

if (require.main === module) void bundle(join(process.argv[2], 'dist'))

async function bundle(dist) {
  const files = [...Object.values(manifest.exports), ...Object.values(manifest.bin)]
    .map(target => target.default ?? target)
    .filter(target => /^(?:\.\/)?dist\//.test(target))
    .map(target => target.replace(/^(?:\.\/)?dist\/(.+)\.js$/, '$1'))
  const input = Object.fromEntries(files.map(name => [name, join(LIB, `${name}.ts`)]))
  const program = await rollup({
    input: { ...input, 'without-password': LATE_EXPORTS },
    plugins: [modules()],
    onwarn: stop,
  })
  for (const entry of readdirSync(dist, { recursive: true })) {
    if (entry.endsWith('.js')) rmSync(join(dist, entry))
  }
  await program.write({
    dir: dist,
    format: 'cjs',
    exports: 'named',
    interop: 'auto',
    chunkFileNames: 'shared/[name].js',
    hoistTransitiveImports: false,
    plugins: [
      {
        name: 'short',
        renderChunk: (code, { name }) => shortened(name === 'index' ? lateIndex(code) : code),
      },
    ],
  })
  chmodSync(join(dist, 'cli/index.js'), 0o755)
}

/** Finds and reads the modules of lib/. The index sees the rooms that it loads late as one module outside. */
function modules() {
  return {
    name: 'lib',
    resolveId(specifier, importer) {
      if (specifier === LATE_EXPORTS) return LATE_EXPORTS
      if (!/^[./]/.test(specifier)) return { id: specifier, external: true }
      const path = resolve(importer ? dirname(importer) : LIB, specifier)
      const file = [path, `${path}.ts`, join(path, 'index.ts')].find(one => /\.ts$/.test(one) && existsSync(one))
      return importer === INDEX && LAZY_ROOMS.test(specifier) ? { id: LATE, external: true } : file
    },
    load: id => (id === LATE_EXPORTS ? lateExports() : undefined),
    transform: (code, id) => (id.endsWith('.ts') ? javascript(code) : undefined),
  }
}

/** Returns the exports of the index that it loads late. */
function lateExports() {
  return Array.from(readFileSync(INDEX, 'utf8').matchAll(/^export \{[^}]*\} from '[^']+'$/gm), ([line]) => line)
    .filter(line => LAZY_ROOMS.test(line.split("'")[1]))
    .map(line => line.replace(/type \w+,? ?/g, '').replace("'./", `'${LIB}/`))
    .join('\n')
}

function lateIndex(code) {
  const late = withLateLoads(code, LATE_PATTERN)
  if (late === code) throw new Error('the index loads nothing late: has rollup changed its output?')
  return late
}

function javascript(code) {
  const parser = { syntax: 'typescript' }
  return swc.transformSync(code, { swcrc: false, jsc: { parser, target: 'es2022' } }).code
}

function shortened(code) {
  const minify = { compress: false, mangle: { toplevel: true, keep_fnames: true, keep_classnames: true } }
  return swc.transformSync(code, { swcrc: false, minify: true, isModule: false, jsc: { target: 'es2022', minify } })
    .code
}

function stop(warning) {
  throw new Error(warning.message)
}
