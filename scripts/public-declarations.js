/*
 * Part of `npm run build`: reduces the declarations in dist/ to those that the public names refer to. An app cannot import
 * the others, and some refer to types that `stripInternal` removed.
 */
const { readdirSync, rmSync, writeFileSync } = require('node:fs')
const { join, resolve } = require('node:path')
const ts = require('typescript')
const manifest = require('../package.json')

const root = join(__dirname, '..')
const dist = join(root, 'dist')
const entries = Object.values(manifest.exports).flatMap(({ types }) => (types ? [resolve(root, types)] : []))
const program = ts.createProgram(entries, { module: ts.ModuleKind.Node16, noLib: true, types: [] })
const checker = program.getTypeChecker()

const needed = neededStatements()
for (const entry of readdirSync(dist, { recursive: true })) {
  const file = join(dist, entry)
  if (!file.endsWith('.d.ts') || entries.includes(file)) continue
  const source = program.getSourceFile(file)
  const text = source?.statements.map(reduced).join('').trim() ?? ''
  if (text === '') rmSync(file)
  else writeFileSync(file, `${text}\n`)
}

/** Returns the statements that declare the public names, and those that these refer to. */
function neededStatements() {
  const statements = new Set()
  const add = symbol => {
    for (const declaration of declared(symbol)?.declarations ?? []) {
      const statement = statementOf(declaration)
      if (!statement?.getSourceFile().fileName.startsWith(dist) || statements.has(statement)) continue
      statements.add(statement)
      for (const { symbol: referred } of references(statement)) add(referred)
    }
  }
  for (const entry of entries) {
    for (const name of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)))) add(name)
  }
  return statements
}

function declared(symbol) {
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Returns the identifiers in a statement with their symbols. */
function references(statement) {
  const found = []
  const visit = node => {
    if (ts.isIdentifier(node)) found.push({ name: node.text, symbol: checker.getSymbolAtLocation(node) })
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return found
}

/** Returns the statement at the top of a file that holds a declaration. */
function statementOf(node) {
  let statement = node
  while (statement && !ts.isSourceFile(statement.parent ?? statement)) statement = statement.parent
  return ts.isSourceFile(statement) ? undefined : statement
}

/** Returns the text of a statement with its comments, without the names that are not needed, or '' if none is left. */
function reduced(statement) {
  const list = namesOf(statement)
  if (!list) return needed.has(statement) ? statement.getFullText() : ''
  const kept = list.elements.filter(element => isNeeded(element, statement))
  if (kept.length === 0) return ''
  const names = kept.map(element => element.getText()).join(', ')
  const [from, to] = [list.getStart() - statement.getFullStart(), list.getEnd() - statement.getFullStart()]
  const text = statement.getFullText()
  return `${text.slice(0, from)}{ ${names} }${text.slice(to)}`
}

/** Returns the names in braces of an import or a re-export. */
function namesOf(statement) {
  if (ts.isImportDeclaration(statement)) return statement.importClause?.namedBindings
  return ts.isExportDeclaration(statement) ? statement.exportClause : undefined
}

function isNeeded(element, statement) {
  const symbol = declared(checker.getSymbolAtLocation(element.name))
  if (ts.isExportDeclaration(statement)) return (symbol?.declarations ?? []).some(node => needed.has(statementOf(node)))
  const others = statement.getSourceFile().statements.filter(other => needed.has(other))
  return others.some(other => references(other).some(({ name }) => name === element.name.text))
}
