import { join } from 'node:path'
import type ts from 'typescript'
import { BLOCKS, type Block, filesOf, ROOT, textOf, withImports } from './blocks'
import { compile, said } from './compiler'

/*
 * A program in a document either quotes a file of this repository word for word, which is run or compiled elsewhere, or
 * it compiles with the names of scope.d.ts.
 */

// The compiler infers the parameters of a handler, but not those of an error handler of Express.
const ERROR_HANDLER = 'app.use((err, req, res, next) =>'
const TYPED =
  "app.use((err: Error & { code?: string; status?: number }, req: import('express').Request, res: import('express').Response, next: import('express').NextFunction) =>"

const programs = BLOCKS.filter(({ language }) => ['js', 'ts'].includes(language))
const sources = filesOf('*.js', '*.ts').map(textOf)
const isQuoted = ({ code }: Block) => sources.some(source => source.includes(code))

const compiled = programs.filter(block => !isQuoted(block))
const nameOf = ({ at }: Block) => join(ROOT, `${at.replace(/[^\w]/g, '_')}.mts`)
const texts = new Map(compiled.map(block => [nameOf(block), asModule(block.code)]))

let diagnostics: readonly ts.Diagnostic[]
beforeAll(() => {
  diagnostics = compile(texts, [join(__dirname, 'scope.d.ts')])
})

test('the documents hold programs of both kinds and the code around them compiles', () => {
  expect(compiled.length).toBeGreaterThan(5)
  expect(programs.length - compiled.length).toBeGreaterThan(5)
  expect(diagnostics.filter(({ file }) => !texts.has(file?.fileName ?? '')).map(said)).toEqual([])
})

test.each(compiled.map(block => [block.at, block] as const))('the program at %s compiles', (_, block) => {
  expect(diagnostics.filter(({ file }) => file?.fileName === nameOf(block)).map(said)).toEqual([])
})

/** Replaces `require` by `import`, so that the compiler knows the types of the modules. */
function asModule(code: string): string {
  return `${withImports(code).replaceAll(ERROR_HANDLER, TYPED)}\nexport {}\n`
}
