import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HELP } from '../../lib/cli/usage'
import { BLOCKS, type Block, ROOT, textOf } from './blocks'

/* What a document tells to type is bash, and what it names of this repository is there. */

const run = promisify(execFile)
const shells = BLOCKS.filter(({ language }) => language === 'sh').map(block => [block.at, block] as const)
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Readonly<Record<string, string>> }

test('there are some', () => {
  expect(shells.length).toBeGreaterThan(20)
})

describe.each(shells)('%s', (_, { code, document }: Block) => {
  test('is bash', async () => {
    await run('bash', ['-n', '-c', code])
  })

  test('names what is there', () => {
    const named = Array.from(code.matchAll(/npm (?:run )?(start(?:[\w:-]*)|test\b[\w:-]*|(?<=run )[\w:-]+)/g))
    expect(named.map(([, name = '']) => name).filter(name => scripts[name] === undefined)).toEqual([])

    const unquoted = code.replace(/"[^"]*"|'[^']*'/g, '')
    const paths = Array.from(unquoted.matchAll(/(?<=^|\s)\.?(?:\w[\w.-]*\/)+[\w.-]+/gm), ([path]) => path)
    expect(paths.filter(path => !isThere(path, document))).toEqual([])
  })
})

/** Written for the root of a clone; what is built is there when it is built, and a directory of data when it is used. */
function isThere(path: string, document: string): boolean {
  const made = /^(?:example-app\/dist|ejabberd\/data|prosody\/data|docs\/api)\b/.exec(path)
  return made !== null || existsSync(join(ROOT, path)) || existsSync(join(ROOT, document, '..', path))
}

const doctor = BLOCKS.flatMap(({ at, code }) =>
  Array.from(code.matchAll(/npx passport-xmpp-bosh (.+)/g), ([, words = '']) => [at, words] as const),
)
test.each(doctor)('%s: the command knows its options', (_, words) => {
  for (const [option] of words.matchAll(/--[\w-]+/g)) expect(HELP).toContain(option)
})
