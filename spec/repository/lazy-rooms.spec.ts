import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/* An app that checks passwords alone does not load the rooms of sign-ins without a password. */

const INDEX = join(__dirname, '../../dist/index.js')

/** Runs a program in a process of its own, and returns the JSON that it prints. */
function printedBy(program: string, ...options: readonly string[]): unknown {
  return JSON.parse(execFileSync(process.execPath, [...options, '--eval', program], { encoding: 'utf8' }))
}

const loadedBy = (use: string) =>
  printedBy(
    `const library = require(${JSON.stringify(INDEX)}); ${use}
    console.log(JSON.stringify(Object.keys(require.cache).filter(file => /dist.(?:passport.)?(?:confirm|service-account|roles.role-reader)/.test(file))))`,
  )

test('require() of the package loads none of these rooms', () => {
  expect(loadedBy('new library.Strategy({ service: "https://h/bosh", domain: "example.com" })')).toEqual([])
})

test.each(['ConfirmStrategy', 'Confirmations', 'MemoryConfirmStore', 'RoleReader', 'ServiceAccount'])(
  'the first use of %s loads its room',
  name => {
    expect(loadedBy(`if (typeof library.${name} !== 'function') throw new Error()`)).not.toEqual([])
  },
)

test('import of the package finds each class', () => {
  const names = [
    'Authenticator',
    'ConfirmStrategy',
    'Confirmations',
    'MemoryConfirmStore',
    'RoleReader',
    'ServiceAccount',
    'Strategy',
  ]
  const program = `import { ${names.join(', ')} } from ${JSON.stringify(INDEX)}
    console.log(JSON.stringify([${names.join(', ')}].map(({ name }) => name)))`

  expect(printedBy(program, '--input-type=module')).toEqual(names)
})
