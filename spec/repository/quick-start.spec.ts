import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/* The build before `npm start`, in a copy of the repository with a library and an app of a few lines. */

const ROOT = join(__dirname, '../..')
const UP_TO_DATE = 'Everything is up to date.\n'
// Without the types of Node, which take the compiler longer than everything else here.
const OPTIONS = { target: 'es2022', module: 'node16', lib: ['es2022'], types: [], strict: true, outDir: 'dist' }
const settingsOf = (options: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ compilerOptions: { ...OPTIONS, ...options, rootDir: '.' }, include: ['**/*.ts'], exclude: ['dist'] })
const SOURCES: Readonly<Record<string, string>> = {
  'tsconfig.build.json': JSON.stringify({
    compilerOptions: { ...OPTIONS, rootDir: 'lib', declaration: true },
    include: ['lib'],
  }),
  'lib/index.ts': "export { greeting } from './words/greeting'\n",
  'lib/words/greeting.ts': "import { name } from './name'\n\nexport const greeting: string = 'hello ' + name\n",
  'lib/words/name.ts': "export const name: string = 'user1'\n",
  'lib/testing/server.ts': 'export const port: number = 0\n',
  'lib/testing/nock.ts': 'export const interceptor: number = 0\n',
  'lib/cli/index.ts': "export * from '..'\n",
  'login-site/tsconfig.json': settingsOf({ declaration: true }),
  'login-site/site.ts': "export const mark: string = '.'\n",
  'example-app/tsconfig.json': settingsOf({}),
  'example-app/server.ts':
    "import { greeting } from 'passport-xmpp-bosh'\nimport { mark } from 'passport-xmpp-bosh-login-site/site'\nimport { end } from './pages/home'\n\ndeclare const console: { log(text: string): void }\n\nconsole.log(greeting + mark + end)\n",
  'example-app/pages/home.ts': "export const end: string = '!'\n",
}

let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'quick-start-'))
  for (const file of [
    'package.json',
    '.npmrc',
    'scripts',
    'login-site/package.json',
    'example-app/package.json',
    'example-app/start-on-ejabberd',
  ]) {
    copy(file)
  }
})

beforeEach(() => {
  for (const folder of ['lib', 'example-app/pages', 'example-app/views']) {
    rmSync(join(root, folder), { recursive: true, force: true })
  }
  for (const [file, text] of Object.entries(SOURCES)) write(file, text)
})

afterAll(() => rmSync(root, { recursive: true }))

const copy = (file: string) => cpSync(join(ROOT, file), join(root, file), { recursive: true })
const read = (file: string) => readFileSync(join(root, file), 'utf8')

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

/** Stands in for `npm ci`: the packages of this repository, without its build cache. */
function install(): void {
  const modules = join(root, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.') && !name.startsWith('passport-xmpp-bosh')) {
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
    }
  }
  symlinkSync(root, join(modules, 'passport-xmpp-bosh'))
  symlinkSync(join(root, 'login-site'), join(modules, 'passport-xmpp-bosh-login-site'))
}

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  return { status, stdout, stderr }
}

const build = () => run(process.execPath, 'scripts/build.js')
const started = () => run(process.execPath, 'example-app/dist/server.js').stdout

/** The files that were built, without folders. */
function built(): string[] {
  const found = ['dist', 'example-app/dist'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name)),
  )
  return found.filter(name => /\.\w+$/.test(name)).sort()
}

test.each(['start', 'start:ejabberd'])('npm run %s asks for npm ci when the dependencies are missing', script => {
  const { status, stdout, stderr } = run('npm', 'run', '--silent', script)
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: 'The dependencies are not installed: run `npm ci` first.\n',
  })
})

describe('with dependencies', () => {
  beforeAll(install)

  test('npm start builds the library, the login site and the app, says so at once, and starts the app', () => {
    const { status, stdout } = run('npm', 'run', '--silent', 'start')
    expect(stdout).toMatch(
      /^Building the library \.\.\.\nBuilding the login site \.\.\.\nBuilding the example app \.\.\.\nBuilt in .* s\.\nhello user1.!\n$/,
    )
    expect(status).toBe(0)
    expect(run('npm', 'run', '--silent', 'start').stdout).toBe(`${UP_TO_DATE}hello user1.!\n`)
  })

  test('the build compiles the app alone when the library is unchanged', () => {
    build()
    write('example-app/pages/home.ts', "export const end: string = '?'\n")
    expect(build().stdout).toMatch(/^Building the example app \.\.\.\nBuilt in .* s\.\n$/)
    expect(started()).toBe('hello user1.?\n')
  })

  test('the build removes the outputs of a source when it is renamed', () => {
    build()
    renameSync(join(root, 'example-app/pages'), join(root, 'example-app/views'))
    write('example-app/server.ts', read('example-app/server.ts').replace('./pages/home', './views/home'))
    renameSync(join(root, 'lib/words/name.ts'), join(root, 'lib/words/user.ts'))
    write('lib/words/greeting.ts', read('lib/words/greeting.ts').replace('./name', './user'))
    expect(build().status).toBe(0)
    expect(built()).toEqual(expect.arrayContaining(['dist/words/user.js', 'example-app/dist/views/home.js']))
    expect(built().filter(file => /name|pages/.test(file))).toEqual([])
  })

  test('the build restores an output when it was deleted', () => {
    build()
    const files = built()
    rmSync(join(root, 'dist/index.js'))
    build()
    expect(built()).toEqual(files)
    expect(started()).toBe('hello user1.!\n')
  })

  test('the build fails, and fails again, when a source has a type error', () => {
    write('lib/words/name.ts', 'export const name: string = 1\n')
    for (let times = 0; times < 2; times++) {
      expect(build()).toMatchObject({
        status: 2,
        stdout: expect.stringContaining('lib/words/name.ts(1,14): error TS2322'),
      })
    }
  })
})
