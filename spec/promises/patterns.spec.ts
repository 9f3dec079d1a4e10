import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { QNAME } from '../../lib/xml/characters'

/*
 * An attacker cannot choose a text that makes a pattern slow. Typed text is limited to 2,047 characters before the
 * first pattern sees it (credentials.spec.ts), and a reply to `maxResponseBytes` before it is read. A limit does not
 * excuse a slow form: 2,045 blanks cost milliseconds of the event loop. The reader looks at every character a few times
 * only (xml/read.spec.ts). This spec shows that no pattern of the library or the example app has one of the slow forms.
 */

const ROOT = join(__dirname, '../..')

interface Pattern {
  where: string
  pattern: string
}

/** Returns the literal patterns of a source and the arguments of `new RegExp`. */
function patternsIn(file: string): Pattern[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.ES2022, true)
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

const sourcesIn = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(file => join(folder, file))
const NOT_OURS = /(?:^lib\/testing|\/node_modules|\/dist)\//

const PATTERNS = [...sourcesIn('lib'), ...sourcesIn('example-app')]
  .filter(file => file.endsWith('.ts') && !NOT_OURS.test(file))
  .flatMap(patternsIn)
  // Only the patterns of QNAME, and two kinds of classes, are composed of parts.
  .map(({ where, pattern }) => ({
    where,
    pattern: pattern
      .replace(/^`?(\^?)(?:\$\{)?QNAME\}?(\$?)`?$/, `/$1${QNAME}$2/y`)
      .replace(/^`(\^?\[\^?)\$\{(?:UNASSIGNED|letters)\}(\][*+]?\$?)`$/, '/$1x$2/u'),
  }))

/** Removes the contents of escapes and classes, so that only groups and repetitions are left. */
const skeletonOf = (pattern: string) =>
  pattern
    .replaceAll(/\\(?:[pu]\{[^}]+\}|x..|u....|.)/gs, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replace(/^\/(.*)\/[a-z]*$/s, '$1')

const REPEATED_GROUP = /\)(?:[*+]|\{\d+,\d*\})/
/** Two unlimited repetitions side by side. */
const SIDE_BY_SIDE = /x(?:[*+]|\{\d+,\})(?:x[*?])*x(?:[*+]|\{\d+,\})/
/** An unlimited repetition at the beginning that is tried from any place in the text, with more behind it. */
const FROM_ANYWHERE = /^(?:[^(]*\|)?\(?(?:\?:)?x(?:[*+]|\{\d+,\})./

test('every pattern of the library and the example app is written out', () => {
  expect(PATTERNS.length).toBeGreaterThan(30)
  for (const { pattern } of PATTERNS) expect(pattern).toMatch(/^\/.+\/[a-z]*$/s)
})

test.each(PATTERNS)('$where $pattern repeats neither a group nor two things side by side', ({ pattern }) => {
  expect(skeletonOf(pattern)).not.toMatch(REPEATED_GROUP)
  expect(skeletonOf(pattern)).not.toMatch(SIDE_BY_SIDE)
})

test.each(PATTERNS)('$where $pattern is tried from one place or begins with one character', ({ pattern }) => {
  const withoutGroups = skeletonOf(pattern).replaceAll(/\([^()]*\)/g, 'x')
  const isTriedOnce = /^\^[^|]*$/.test(withoutGroups) || /\/[a-z]*y[a-z]*$/.test(pattern)
  if (!isTriedOnce) expect(skeletonOf(pattern)).not.toMatch(FROM_ANYWHERE)
})

test.each(['/(a+)+b/', '/^(?:a|a)*$/', '/([a-z]+){1,9}x/', '/^(\\w+\\s?)*$/'])('%s is found as a group', slow => {
  expect(skeletonOf(slow)).toMatch(REPEATED_GROUP)
})

test.each(['/^\\s*\\s+x/', '/^[ab]+[bc]*$/', '/^\\d+\\d?\\d+x/'])('%s is found as two things side by side', slow => {
  expect(skeletonOf(slow)).toMatch(SIDE_BY_SIDE)
})

test.each(['/\\s+$/', '/^[ \\t]+|[ \\t]+$/g', '/[ \\t]+$/g', '/a|\\s*b/', '/(\\s+)$/'])(
  '%s is found as a start from any place',
  slow => {
    expect(skeletonOf(slow)).toMatch(FROM_ANYWHERE)
  },
)
