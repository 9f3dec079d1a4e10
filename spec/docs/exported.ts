import ts from 'typescript'
import { checker, ENTRY_POINTS, exportsOf } from '../fixtures/entry-points'

/** Declaration that users can name, or a member of it. */
export interface Exported {
  readonly entry: string
  /** `Registration`, `Registration.form`, or `new Strategy 2` for the second overload of the constructor */
  readonly name: string
  readonly kind: 'class' | 'method' | 'constructor' | 'function' | 'callback' | 'object' | 'other'
  /** texts of its `@example` tags */
  readonly examples: readonly string[]
}

/** Optional property of an exported type. */
export interface OptionalProperty {
  /** `StrategyOptions.name` */
  readonly name: string
  /** text of its `@default` tag; `undefined`: it has none */
  readonly default: string | undefined
}

const symbols = ENTRY_POINTS.flatMap(entry => exportsOf(entry).map(found => ({ entry, ...found })))

/** Returns every exported declaration of the three entry points, with the methods and constructors of classes. */
export function exportedDeclarations(): Exported[] {
  return symbols.flatMap(({ entry, exported, symbol }) => {
    const { name } = exported
    const declarations = symbol.declarations ?? []
    const itself: Exported = { entry, name, kind: kindOf(symbol, exported), examples: examplesOf(declarations) }
    if (itself.kind !== 'class') return [itself]
    return [itself, ...declarations.filter(ts.isClassDeclaration).flatMap(found => membersOf(found, entry, name))]
  })
}

function membersOf({ members }: ts.ClassDeclaration, entry: string, name: string): Exported[] {
  const visible = members.filter(member => !isHidden(member))
  const methods = visible.filter(ts.isMethodDeclaration).map(
    (method): Exported => ({
      entry,
      name: `${name}.${method.name.getText()}`,
      kind: 'method',
      examples: examplesOf([method]),
    }),
  )
  // The implementation of an overloaded constructor has a body and is not visible to users.
  const overloads = visible.filter(ts.isConstructorDeclaration)
  const public_ = overloads.length > 1 ? overloads.filter(({ body }) => body === undefined) : overloads
  return [
    ...methods,
    ...public_.map(
      (overload, nth): Exported => ({
        entry,
        name: public_.length > 1 ? `new ${name} ${nth + 1}` : `new ${name}`,
        kind: 'constructor',
        examples: examplesOf([overload]),
      }),
    ),
  ]
}

/** Returns the optional properties of the exported options types. One that types share is listed once. */
export function optionalProperties(): OptionalProperty[] {
  const found = new Map<ts.Declaration | undefined, OptionalProperty>()
  for (const { exported, symbol } of symbols) {
    if (!exported.name.endsWith('Options')) continue
    const type = checker.getDeclaredTypeOfSymbol(symbol)
    const parts = type.isUnion() ? type.types : [type]
    for (const property of parts.flatMap(part => part.getProperties())) {
      const [declaration] = property.declarations ?? []
      if (!(property.flags & ts.SymbolFlags.Optional) || isForbidden(property) || found.has(declaration)) continue
      found.set(declaration, { name: `${exported.name}.${property.name}`, default: defaultOf(property) })
    }
  }
  return [...found.values()]
}

/** Returns true for an option that must be left out: `service?: never`. */
function isForbidden(property: ts.Symbol): boolean {
  const { flags } = checker.getNonNullableType(checker.getTypeOfSymbol(property))
  return (flags & ts.TypeFlags.Never) !== 0
}

/** Returns property -> text of its `@default` tag. */
export function defaultsOf(type: string): ReadonlyMap<string, string> {
  const found = symbols.find(({ exported }) => exported.name === type)
  const properties = found ? checker.getDeclaredTypeOfSymbol(found.symbol).getProperties() : []
  return new Map(
    properties.flatMap(property => {
      const text = defaultOf(property)
      return text === undefined ? [] : [[property.name, text] as const]
    }),
  )
}

function defaultOf(property: ts.Symbol): string | undefined {
  const tag = property.getJsDocTags(checker).find(({ name }) => name === 'default')
  return tag && ts.displayPartsToString(tag.text)
}

function kindOf(symbol: ts.Symbol, exported: ts.Symbol): Exported['kind'] {
  if (symbol.flags & ts.SymbolFlags.Class) return isTypeOnly(exported) ? 'object' : 'class'
  if (symbol.flags & ts.SymbolFlags.Function) return 'function'
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  if (type.getCallSignatures().length > 0) return 'callback'
  // A union of objects is an object for users; a union of texts, or with anything else, needs no example.
  const parts = type.isUnion() ? type.types : [type]
  const isObject = parts.every(({ flags }) => flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))
  return isObject ? 'object' : 'other'
}

function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(found => ts.isExportSpecifier(found) && (found.isTypeOnly || found.parent.parent.isTypeOnly))
}

function isHidden(member: ts.ClassElement): boolean {
  const isPrivate = member.name !== undefined && ts.isPrivateIdentifier(member.name)
  return isPrivate || ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal')
}

function examplesOf(declarations: readonly ts.Declaration[]): string[] {
  return declarations
    .flatMap(found => ts.getJSDocTags(found))
    .filter(({ tagName }) => tagName.text === 'example')
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '')
}
