import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { checker, ENTRY_POINTS, exportsOf, sourceOf } from '../fixtures/entry-points'

/*
 * The names and types that users can import, written out by the compiler and compared with the file that stands beside
 * the fixtures. The file changes only on purpose: UPDATE_API=1 writes it, and its diff shows the change to users.
 */
const FILE = join(__dirname, '../fixtures/public-api.txt')

const FLAGS =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.InTypeAlias |
  ts.TypeFormatFlags.WriteArrowStyleSignature |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope

test('the exported names and types are those of spec/fixtures/public-api.txt', () => {
  const written = surface()
  if (process.env['UPDATE_API'] === '1') writeFileSync(FILE, written)
  expect(written.length).toBeGreaterThan(5_000)
  expect(written).toBe(readFileSync(FILE, 'utf8'))
})

/** Writes every export of every entry point, its members with their types in the order of their names. */
function surface(): string {
  const lines = ENTRY_POINTS.flatMap(entry => [
    `# ${entry}`,
    ...exportsOf(entry)
      .sort((a, b) => (a.exported.name < b.exported.name ? -1 : 1))
      .flatMap(({ exported, symbol }) => declared(exported.name, symbol, sourceOf(entry))),
  ])
  return `${withLiterals(lines).join('\n')}\n`
}

/** Writes the literals in place of the alias of a union of them: two aliases of one union are the same type. */
function withLiterals(lines: readonly string[]): string[] {
  const unions = new Map<string, string>()
  for (const line of lines) {
    const [, name, union] = /^type (\w+) = ("[^"]+"(?: \| "[^"]+")+)$/.exec(line) ?? []
    if (name !== undefined && union !== undefined) unions.set(name, union)
  }
  return lines.map(line => {
    const colon = line.indexOf(': ')
    const type = line
      .slice(colon)
      .replace(/\b\w+\b/g, name => (unions.has(name) ? `(${unions.get(name)})` : name))
      // Only an array of a union needs them.
      .replace(/\(("[^"]+"(?: \| "[^"]+")+)\)(?!\[)/g, '$1')
    return line.slice(0, colon) + type
  })
}

function declared(name: string, symbol: ts.Symbol, at: ts.Node): string[] {
  const lines: string[] = []
  const write = (type: ts.Type) => checker.typeToString(type, at, FLAGS)
  if (symbol.flags & ts.SymbolFlags.Value) {
    const type = checker.getTypeOfSymbolAtLocation(symbol, at)
    for (const signature of type.getConstructSignatures().filter(isPublic)) {
      lines.push(`new ${name}${checker.signatureToString(signature, at, FLAGS)}`)
    }
    for (const signature of type.getCallSignatures()) {
      lines.push(`function ${name}${checker.signatureToString(signature, at, FLAGS)}`)
    }
    for (const member of sorted(type.getProperties()).filter(isPublic)) {
      if (member.name === 'prototype' || isOfNode(member)) continue
      lines.push(`${name}.${member.name}: ${write(checker.getTypeOfSymbolAtLocation(member, at))}`)
    }
  }
  if (symbol.flags & ts.SymbolFlags.Type) {
    const type = checker.getDeclaredTypeOfSymbol(symbol)
    lines.push(`type ${name}${parametersOf(symbol)} = ${write(type)}${heritageOf(symbol)}`)
    if (type.isClassOrInterface() || type.isIntersection()) {
      for (const member of sorted(type.getProperties()).filter(isPublic)) {
        if (isOfNode(member)) continue
        const optional = member.flags & ts.SymbolFlags.Optional ? '?' : ''
        lines.push(
          `  ${readonlyOf(member)}${member.name}${optional}: ${write(checker.getTypeOfSymbolAtLocation(member, at))}`,
        )
      }
    }
  }
  return lines
}

/** Writes the type parameters of a declaration, with their constraints and defaults. */
function parametersOf(symbol: ts.Symbol): string {
  const parameters = (symbol.declarations ?? []).flatMap(declaration =>
    ts.isClassDeclaration(declaration) ||
    ts.isInterfaceDeclaration(declaration) ||
    ts.isTypeAliasDeclaration(declaration)
      ? (declaration.typeParameters ?? [])
      : [],
  )
  return parameters.length > 0 ? `<${parameters.map(parameter => parameter.getText()).join(', ')}>` : ''
}

/** Writes `extends` and `implements` of a class or an interface. */
function heritageOf(symbol: ts.Symbol): string {
  return (symbol.declarations ?? [])
    .flatMap(declaration =>
      ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)
        ? (declaration.heritageClauses ?? [])
        : [],
    )
    .map(clause => ` ${clause.getText()}`)
    .join('')
}

function readonlyOf(member: ts.Symbol): string {
  const isReadonly = (member.declarations ?? []).some(
    declaration => (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly) !== 0,
  )
  return isReadonly ? 'readonly ' : ''
}

/** Returns false for members that `stripInternal` takes out of the declarations, and for #private members. */
function isPublic(declared: ts.Symbol | ts.Signature): boolean {
  if ('name' in declared && declared.name.includes('#')) return false
  return !declared.getJsDocTags().some(({ name }) => name === 'internal')
}

/** Returns true for members that every Error, class or Buffer has. */
function isOfNode(member: ts.Symbol): boolean {
  return (member.declarations ?? []).some(declaration => /node_modules/.test(declaration.getSourceFile().fileName))
}

function sorted(symbols: readonly ts.Symbol[]): ts.Symbol[] {
  return [...symbols].sort((a, b) => (a.name < b.name ? -1 : 1))
}
