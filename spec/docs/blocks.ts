import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(__dirname, '../..')

/** A fenced block of a document. */
export interface Block {
  /** document:line, for titles */
  readonly at: string
  readonly document: string
  /** the word behind the fence: js, sh, … or an empty text */
  readonly language: string
  readonly code: string
}

/** Lists the files that match the patterns, with those that are not added to git yet. */
export function filesOf(...patterns: readonly string[]): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return [...new Set(listed.split('\n').filter(Boolean))].sort()
}

export const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** Every block of every document. */
export const BLOCKS: readonly Block[] = filesOf('*.md').flatMap(document => {
  const text = textOf(document)
  return Array.from(text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm), ({ 1: language = '', 2: code = '', index }) => ({
    at: `${document}:${text.slice(0, index).split('\n').length}`,
    document,
    language,
    code,
  }))
})

/** Returns the contents of the blocks of one document and one language, from the top. */
export const codesIn = (document: string, language: string): string[] =>
  BLOCKS.filter(block => block.document === document && block.language === language).map(({ code }) => code)

/** Replaces `require` by `import`, as programs with ES modules are written. */
export function withImports(code: string): string {
  return code.replace(/^const (.+) = require\((.+)\)$/gm, 'import $1 from $2')
}
