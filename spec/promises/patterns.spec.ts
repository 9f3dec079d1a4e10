import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { QNAME } from '../../lib/xml/characters'

/*
 * No text that was chosen for it makes a pattern slow. What a visitor types is cut to 2,047 characters before the first
 * pattern sees it (credentials.spec.ts), a reply to `maxResponseBytes` before it is read, and reading it looks at every
 * character a few times only (xml/read.spec.ts). Here: the patterns themselves have none of the forms that are slow.
 */

const LIB = join(__dirname, '../../lib')

interface Pattern {
  where: string
  pattern: string
}

/** Every pattern that stands in a source as one, and what `new RegExp` is called with. */
function patternsIn(file: string): Pattern[] {
  const source = ts.createSourceFile(file, readFileSync(join(LIB, file), 'utf8'), ts.ScriptTarget.ES2022, true)
  const found: Pattern[] = []
  const look = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push({ where: file, pattern: node.text })
    if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
      found.push({ where: file, pattern: node.arguments?.[0]?.getText() ?? '' })
    }
    ts.forEachChild(node, look)
  }
  look(source)
  return found
}

const PATTERNS = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts') && !file.startsWith('testing'))
  .flatMap(patternsIn)
  // The only ones that are put together.
  .map(({ where, pattern }) => ({
    where,
    pattern: pattern.replace(/^`?(\^?)(?:\$\{)?QNAME\}?(\$?)`?$/, `/$1${QNAME}$2/y`),
  }))

/** Without what escapes and classes hold: only what joins and repeats is left. */
const skeletonOf = (pattern: string) =>
  pattern
    .replaceAll(/\\(?:[pu]\{[^}]+\}|x..|u....|.)/gs, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replace(/^\/(.*)\/[a-z]*$/s, '$1')

const REPEATED_GROUP = /\)(?:[*+]|\{\d+,\d*\})/
/** Two things repeated without end, side by side. */
const SIDE_BY_SIDE = /x(?:[*+]|\{\d+,\})(?:x[*?])*x(?:[*+]|\{\d+,\})/
/** Something repeated without end at the beginning, from any place in the text, with more to come behind it. */
const FROM_ANYWHERE = /^(?:[^(]*\|)?\(?(?:\?:)?x(?:[*+]|\{\d+,\})./

test('all patterns are written out', () => {
  expect(PATTERNS.length).toBeGreaterThan(30)
  for (const { pattern } of PATTERNS) expect(pattern).toMatch(/^\/.+\/[a-z]*$/s)
})

test.each(PATTERNS)('$where $pattern repeats no group, and no two things side by side', ({ pattern }) => {
  expect(skeletonOf(pattern)).not.toMatch(REPEATED_GROUP)
  expect(skeletonOf(pattern)).not.toMatch(SIDE_BY_SIDE)
})

test.each(PATTERNS)('$where $pattern is tried from one place, or begins with one character', ({ where, pattern }) => {
  const withoutGroups = skeletonOf(pattern).replaceAll(/\([^()]*\)/g, 'x')
  const isTriedOnce = /^\^[^|]*$/.test(withoutGroups) || /\/[a-z]*y[a-z]*$/.test(pattern)
  // It sees 2,047 characters at most.
  const isShort = where === 'login/credentials.ts' && pattern === '/^[ \\t\\r\\n]+|[ \\t\\r\\n]+$/g'
  if (!isTriedOnce && !isShort) expect(skeletonOf(pattern)).not.toMatch(FROM_ANYWHERE)
})

test.each(['/(a+)+b/', '/^(?:a|a)*$/', '/([a-z]+){1,9}x/', '/^(\\w+\\s?)*$/'])('%s would be found', slow => {
  expect(skeletonOf(slow)).toMatch(REPEATED_GROUP)
})

test.each(['/^\\s*\\s+x/', '/^[ab]+[bc]*$/', '/^\\d+\\d?\\d+x/'])('%s would be found as well', slow => {
  expect(skeletonOf(slow)).toMatch(SIDE_BY_SIDE)
})

test.each(['/\\s+$/', '/[ \\t]+$/g', '/a|\\s*b/', '/(\\s+)$/'])('%s would be found, too', slow => {
  expect(skeletonOf(slow)).toMatch(FROM_ANYWHERE)
})
