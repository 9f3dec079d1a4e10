import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { codesIn, filesOf, ROOT, textOf } from './blocks'

/* docs/recipes/README.md shows the changes in the apps beside it. spec/matrix starts these apps. */

const PAGE = 'docs/recipes/README.md'
const page = textOf(PAGE)
const recipes = [...new Set(filesOf('docs/recipes/*/*').map(file => file.split('/')[2] ?? ''))].sort()
const shown = codesIn(PAGE, 'diff')

test('docs/recipes/README.md links every recipe and no other', () => {
  const named = Array.from(page.matchAll(/\(([a-z0-9-]+)\/[^)]*\)/g), ([, name]) => name)

  expect([...new Set(named)].sort()).toEqual(recipes)
})

test.each(recipes.filter(name => name.startsWith('from-')))('the page shows all differences of %s', name => {
  const differences = differencesIn(name)

  expect(shown).toContain(differences)
  if (name === 'from-passport-local') expect(differences.match(/^\+/gm)?.length).toBeLessThanOrEqual(6)
})

describe('the table of from-passport-local', () => {
  interface Row {
    readonly id: number
    readonly name?: string
  }
  const users = require(join(ROOT, 'docs/recipes/from-passport-local/users.js')) as {
    signUp(name: string, password: string): Promise<Row>
    byPassword(name: string, password: string): Promise<Row | false>
    findOrCreate(columns: { xmppJid: string }): Promise<Row>
  }

  test('the table keeps the row of a stranger apart when it has the name of an XMPP account', async () => {
    const stranger = await users.signUp('user2', 'password of the stranger')
    const account = await users.findOrCreate({ xmppJid: 'user2@localhost' })

    expect(account.id).not.toBe(stranger.id)
    expect(await users.byPassword('user2', 'password of the stranger')).toBe(stranger)
    expect(await users.findOrCreate({ xmppJid: 'user2@localhost' })).toBe(account)
  })

  test('the table gives an account the row that has its JID', async () => {
    expect(await users.findOrCreate({ xmppJid: 'alice@localhost' })).toMatchObject({ name: 'alice' })
  })
})

/** Returns the changed lines as the page prints them, with an empty line for each omission. */
function differencesIn(name: string): string {
  const files = ['before.js', 'after.js'].map(file => join(ROOT, 'docs/recipes', name, file))
  const lines = diff(files).split('\n').slice(2)
  return lines
    .join('\n')
    .replace(/^@@.*$/gm, '')
    .trim()
    .concat('\n')
}

// diff exits with 1 when the files differ.
function diff(files: readonly string[]): string {
  try {
    return execFileSync('diff', ['--unified=0', ...files], { encoding: 'utf8' })
  } catch (reason) {
    const { status, stdout } = reason as { status: number; stdout: string }
    if (status !== 1) throw reason
    return stdout
  }
}
