/*
 * Part of `npm run build`: removes the declarations in dist/ that no public one refers to. An app cannot import them and
 * some refer to types that `stripInternal` removed.
 */
const { readdirSync, rmSync } = require('node:fs')
const { join, resolve } = require('node:path')
const { createProgram, ModuleKind } = require('typescript')
const manifest = require('../package.json')

const root = join(__dirname, '..')
const entries = Object.values(manifest.exports).flatMap(({ types }) => (types ? [join(root, types)] : []))
const program = createProgram(entries, { module: ModuleKind.Node16, noLib: true, types: [] })
const reached = new Set(program.getSourceFiles().map(({ fileName }) => resolve(fileName)))

for (const entry of readdirSync(join(root, 'dist'), { recursive: true })) {
  const file = join(root, 'dist', entry)
  if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
}
