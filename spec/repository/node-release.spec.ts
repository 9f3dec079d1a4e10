import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/* The script that fetches releases of Node.js, with a program in the place of npm. */

const ROOT = join(__dirname, '../..')
const NEXT_MAJOR = Number(process.versions.node.split('.')[0]) + 1

/** Installs a package `node` as npm does, and writes down that it was called. */
const NPM = `#!/bin/sh
echo "$@" >>"$(dirname "$0")/calls"
mkdir -p node_modules/node/bin && printf binary >node_modules/node/bin/node
`
const NPM_OFFLINE = `#!/bin/sh
mkdir -p node_modules
echo 'npm error code ENOTFOUND' >&2
exit 1
`

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'node-release-'))
  mkdirSync(join(root, 'bin'))
  cpSync(join(ROOT, 'scripts/node-release.js'), join(root, 'scripts/node-release.js'))
})

afterEach(() => rmSync(root, { recursive: true }))

function putNpm(text: string): void {
  writeFileSync(join(root, 'bin/npm'), text)
  chmodSync(join(root, 'bin/npm'), 0o755)
}

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/node-release.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: [join(root, 'bin'), process.env['PATH']].join(delimiter) },
  })
  return { status, stdout, stderr }
}

const cache = () => join(root, 'node_modules/.cache/node-releases')
const pathOf = (release: string | number) => join(cache(), `${release}/node_modules/node/bin/node`)

test('node-release.js prints the running Node.js when it is new enough', () => {
  putNpm(NPM_OFFLINE)
  expect(run('--or-newer', '20.1')).toEqual({ status: 0, stdout: `${process.execPath}\n`, stderr: '' })
})

test('node-release.js fetches a release once, with the install script that brings its binary', () => {
  putNpm(NPM)
  expect(run('22')).toEqual({
    status: 0,
    stdout: `${pathOf(22)}\n`,
    stderr: 'Fetching Node.js 22 from npm ...\n',
  })
  expect(run('22')).toEqual({ status: 0, stdout: `${pathOf(22)}\n`, stderr: '' })
  expect(existsSync(pathOf(22))).toBe(true)
  const { stdout } = spawnSync('cat', [join(root, 'bin/calls')], { encoding: 'utf8' })
  expect(stdout).toMatch(/^install --ignore-scripts=false .*node@22\n$/)
})

test('node-release.js fetches the release of a version when the running Node.js is older', () => {
  putNpm(NPM)
  expect(run('--or-newer', `${NEXT_MAJOR}.12`).stdout).toBe(`${pathOf(NEXT_MAJOR)}\n`)
})

test('node-release.js says in one sentence what is missing when npm cannot fetch it', () => {
  putNpm(NPM_OFFLINE)
  const { status, stdout, stderr } = run('--or-newer', `${NEXT_MAJOR}.12`)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toBe(
    `Fetching Node.js ${NEXT_MAJOR} from npm ...\n` +
      `Node.js ${NEXT_MAJOR}.12 or later is missing: this is ${process.versions.node}, and npm cannot fetch ${NEXT_MAJOR} ` +
      `(ENOTFOUND), so install Node.js ${NEXT_MAJOR} or try again with access to npm.\n`,
  )
  expect(readdirSync(cache())).toEqual([])
})

test.each([[], ['latest'], ['--or-newer'], ['../22']])('node-release.js refuses the arguments %j', (...args) => {
  putNpm(NPM)
  const { status, stdout, stderr } = run(...args)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toBe('Usage: scripts/node-release.js [--or-newer] VERSION, such as 22\n')
})
