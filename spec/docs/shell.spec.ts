import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HELP } from '../../lib/cli/usage'
import { BLOCKS, type Block, ROOT, textOf } from './blocks'

/* The commands in documents are bash, and the scripts and files they name exist. */

const run = promisify(execFile)
const shells = BLOCKS.filter(({ language }) => language === 'sh').map(block => [block.at, block] as const)
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Readonly<Record<string, string>> }

test('the documents hold more than 20 shell blocks', () => {
  expect(shells.length).toBeGreaterThan(20)
})

describe.each(shells)('in the block at %s', (_, { code, document }: Block) => {
  test('bash parses the commands', async () => {
    await run('bash', ['-n', '-c', code])
  })

  test('every named script and path exists', () => {
    const named = Array.from(code.matchAll(/npm (?:run )?(start(?:[\w:-]*)|test\b[\w:-]*|(?<=run )[\w:-]+)/g))
    expect(named.map(([, name = '']) => name).filter(name => scripts[name] === undefined)).toEqual([])

    const unquoted = code.replace(/"[^"]*"|'[^']*'/g, '')
    const paths = Array.from(unquoted.matchAll(/(?<=^|\s)\.?(?:\w[\w.-]*\/)+[\w.@-]+/gm), ([path]) => path)
    expect(paths.filter(path => !isThere(path, document))).toEqual([])
  })
})

/** Returns true for a path below the root or the document, for build results and for directories of data. */
function isThere(path: string, document: string): boolean {
  const made =
    /^(?:(?:example-app|identity-provider)\/dist|ejabberd\/data|ejabberd\/\.env|prosody\/data|docs\/api)\b/.exec(path)
  return made !== null || existsSync(join(ROOT, path)) || existsSync(join(ROOT, document, '..', path))
}

const doctor = BLOCKS.flatMap(({ at, code }) =>
  Array.from(code.matchAll(/npx passport-xmpp-bosh (.+)/g), ([, words = '']) => [at, words] as const),
)
test.each(doctor)('the command at %s uses options that the help lists', (_, words) => {
  for (const [option] of words.matchAll(/--[\w-]+/g)) expect(HELP).toContain(option)
})
