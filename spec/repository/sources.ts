import ts from 'typescript'

/** A piece of a source with its place, as `file:line`. */
export interface Piece {
  readonly at: string
  readonly text: string
}

/** A function with a body, and the number of its lines. */
export interface FunctionSize {
  readonly at: string
  readonly lines: number
}

/** Comments that instruct a tool. */
const DIRECTIVE = /^(?:biome-ignore|@type\b|!)/

const parsed = (file: string, text: string) => ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
const lineAt = (source: ts.SourceFile, position: number) => source.getLineAndCharacterOfPosition(position).line + 1

/** Returns the comments of a source without their marks. Line comments on consecutive lines are one comment. */
export function commentsIn(file: string, text: string): Piece[] {
  const source = parsed(file, text)
  const comments: { line: number; end: number; isBlock: boolean; text: string }[] = []
  for (const range of commentRanges(source)) {
    const [line, end] = [lineAt(source, range.pos), lineAt(source, range.end)]
    const isBlock = range.kind === ts.SyntaxKind.MultiLineCommentTrivia
    const words = withoutMarks(text.slice(range.pos, range.end))
    const last = comments.at(-1)
    if (last && !last.isBlock && !isBlock && last.end === line - 1 && isAlone(source, range.pos)) {
      last.text += `\n${words}`
      last.end = end
    } else comments.push({ line, end, isBlock, text: words })
  }
  return comments
    .filter(comment => !DIRECTIVE.test(comment.text))
    .map(comment => ({ at: `${file}:${comment.line}`, text: comment.text }))
}

/** Returns the ranges of all comments once, in order. They stand before or behind a token. */
function commentRanges(source: ts.SourceFile): ts.CommentRange[] {
  const ranges = new Map<number, ts.CommentRange>()
  const visit = (node: ts.Node): void => {
    const around = [
      ...(ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, node.getEnd()) ?? []),
    ]
    for (const range of around) ranges.set(range.pos, range)
    for (const child of node.getChildren(source)) visit(child)
  }
  visit(source)
  return [...ranges.values()].sort((a, b) => a.pos - b.pos)
}

/** Returns true when only white space stands before the position in its line. */
function isAlone(source: ts.SourceFile, position: number): boolean {
  const start = source.getPositionOfLineAndCharacter(lineAt(source, position) - 1, 0)
  return source.text.slice(start, position).trim() === ''
}

function withoutMarks(comment: string): string {
  return comment
    .replace(/^\/\*+|\*+\/$/g, '')
    .replace(/^\s*(?:\*|\/\/)\s?/gm, '')
    .trim()
}

/** Returns the written titles of `describe`, `test` and `it`, those of tables (`each`) included. */
export function titlesIn(file: string, text: string): Piece[] {
  const source = parsed(file, text)
  const titles: Piece[] = []
  const visit = (node: ts.Node): void => {
    const [title] = ts.isCallExpression(node) && isOfTest(node.expression) ? node.arguments : []
    if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) {
      titles.push({ at: `${file}:${lineAt(source, title.getStart())}`, text: title.getText().slice(1, -1) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return titles
}

/** Returns true for `test`, and for `test.only`, `test.each(table)` and the like. */
function isOfTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return ['describe', 'test', 'it'].includes(callee.text)
  if (ts.isTaggedTemplateExpression(callee)) return isOfTest(callee.tag)
  return (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) && isOfTest(callee.expression)
}

/** Returns all functions of a source that have a body: methods, accessors, constructors and arrows too. */
export function functionsIn(file: string, text: string): FunctionSize[] {
  const source = parsed(file, text)
  const functions: FunctionSize[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const start = lineAt(source, node.getStart())
      functions.push({ at: `${file}:${start}`, lines: lineAt(source, node.getEnd()) - start + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return functions
}
