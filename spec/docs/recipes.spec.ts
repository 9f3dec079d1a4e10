import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { codesIn, filesOf, ROOT, textOf } from './blocks'

/* docs/recipes/README.md shows what the apps beside it do; spec/matrix starts them. */

const PAGE = 'docs/recipes/README.md'
const page = textOf(PAGE)
const recipes = [...new Set(filesOf('docs/recipes/*/*').map(file => file.split('/')[2] ?? ''))]
const shown = codesIn(PAGE, 'diff')

test('every recipe is named, and no other', () => {
  const named = Array.from(page.matchAll(/\(([a-z0-9-]+)\/[^)]*\)/g), ([, name]) => name)

  expect([...new Set(named)].sort()).toEqual(recipes)
})

test.each(recipes.filter(name => name.startsWith('from-')))('%s: what is shown is what is different', name => {
  const differences = differencesIn(name)

  expect(shown).toContain(differences)
  if (name === 'from-passport-local') expect(differences.match(/^\+/gm)?.length).toBeLessThanOrEqual(6)
})

/** As in the page: the lines alone, an empty one where something was left out. */
function differencesIn(name: string): string {
  const files = ['before.js', 'after.js'].map(file => join(ROOT, 'docs/recipes', name, file))
  const lines = diff(files).split('\n').slice(2)
  return lines
    .join('\n')
    .replace(/^@@.*$/gm, '')
    .trim()
    .concat('\n')
}

// diff's exit code says whether there is a difference.
function diff(files: readonly string[]): string {
  try {
    return execFileSync('diff', ['--unified=0', ...files], { encoding: 'utf8' })
  } catch (reason) {
    const { status, stdout } = reason as { status: number; stdout: string }
    if (status !== 1) throw reason
    return stdout
  }
}
