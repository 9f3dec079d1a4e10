import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/* The obstacles to a release, in a repository of its own. Stand-ins for npm and .ci/run note their calls. */

const REPOSITORY = { type: 'git', url: 'git+https://git.example.com/passport-xmpp-bosh.git' }
const PREPARED = ['npm run --silent build', 'pack --staged DIRECTORY']
const OIDC = { SIGSTORE_ID_TOKEN: 'eyJ' }

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'release-'))
  for (const folder of ['scripts', '.ci', 'outside']) mkdirSync(join(root, folder))
  cpSync(join(__dirname, '../..', 'scripts', 'release'), join(root, 'scripts', 'release'))
  script('.ci/run', 'echo .ci/run >>outside/called')
  script('scripts/pack', 'echo "pack $*" >>outside/called')
  script('outside/npm', 'echo "npm $*" >>outside/called')
  write('.gitignore', 'outside/\n')
  manifest({ repository: REPOSITORY })
  write('CHANGELOG.md', '# Changelog\n\n## [1.2.3] - 2026-01-31\n\n- More.\n\n## [1.2.2] - 2026-01-01\n')
  git('init', '--quiet', '--initial-branch=main')
  commit()
})

afterEach(() => rmSync(root, { recursive: true }))

const write = (file: string, text: string) => writeFileSync(join(root, file), text)
const manifest = (more: object) => write('package.json', JSON.stringify({ version: '1.2.3', ...more }))
const git = (...args: string[]) => {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8' })
}

function script(file: string, command: string): void {
  write(file, `#!/bin/sh\n${command}\n`)
  chmodSync(join(root, file), 0o755)
}

function commit(): void {
  git('add', '.')
  git('commit', '--quiet', '--message', 'change')
}

function release(args: readonly string[] = [], env: Readonly<Record<string, string>> = OIDC) {
  const author = { GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' }
  const { status, stdout, stderr } = spawnSync(join(root, 'scripts', 'release'), args, {
    encoding: 'utf8',
    env: { PATH: `${join(root, 'outside')}:${process.env['PATH']}`, ...author, ...env },
  })
  return { status, stdout, stderr }
}

function called(): string[] {
  try {
    return readFileSync(join(root, 'outside', 'called'), 'utf8')
      .trim()
      .replace(/ \/\S+$/gm, ' DIRECTORY')
      .split('\n')
  } catch {
    return []
  }
}

test('a release runs the checks, publishes with provenance and adds a tag', () => {
  const { status, stdout } = release()

  expect(status).toBe(0)
  expect(called()).toEqual(['.ci/run', ...PREPARED, 'npm publish --provenance --access public DIRECTORY'])
  expect(git('tag').trim()).toBe('v1.2.3')
  expect(stdout).toContain('git push origin v1.2.3')
})

test('a release with --ci-passed skips the checks', () => {
  expect(release(['--ci-passed']).status).toBe(0)
  expect(called()).toEqual([...PREPARED, 'npm publish --provenance --access public DIRECTORY'])
})

test('a dry run publishes and tags nothing', () => {
  const { status, stdout } = release(['--dry-run'])

  expect(status).toBe(0)
  expect(called()).toEqual(['.ci/run', ...PREPARED, 'npm publish --dry-run --access public DIRECTORY'])
  expect(git('tag')).toBe('')
  expect(stdout).toContain('nothing stands in the way of 1.2.3')
})

test('an unknown option stops a release', () => {
  const { status, stderr } = release(['--dryrun'])

  expect([status, called()]).toEqual([2, []])
  expect(stderr).toContain('usage')
})

const committed =
  (change: () => void): (() => void) =>
  () => {
    change()
    commit()
  }

const OBSTACLES: readonly { what: string; prepare: () => void; sentence: string; env?: Record<string, string> }[] = [
  { what: 'a file that is not committed', prepare: () => write('left.txt', ''), sentence: 'the tree is not clean' },
  { what: 'another branch', prepare: () => git('switch', '--quiet', '--create', 'next'), sentence: 'this is next' },
  { what: 'a detached HEAD', prepare: () => git('switch', '--quiet', '--detach'), sentence: 'this is no branch' },
  {
    what: 'a version that the changelog does not have',
    prepare: committed(() => manifest({ repository: REPOSITORY, version: '1.2.4' })),
    sentence: 'package.json says 1.2.4, the top entry of CHANGELOG.md `## [1.2.3] - 2026-01-31`',
  },
  {
    what: 'a changelog without the day',
    prepare: committed(() => write('CHANGELOG.md', '## [1.2.3]\n')),
    sentence: 'it has to be `## [1.2.3] - <year>-<month>-<day>`',
  },
  {
    what: 'a changelog whose version only looks like it',
    prepare: committed(() => write('CHANGELOG.md', '## [1x2.3] - 2026-01-31\n')),
    sentence: 'it has to be `## [1.2.3] - <year>-<month>-<day>`',
  },
  {
    what: 'a README that says how to do without npm',
    prepare: committed(() => write('README.md', 'The package is not on npm yet.\n')),
    sentence: 'say that the package is not on npm yet',
  },
  { what: 'an existing tag', prepare: () => git('tag', 'v1.2.3'), sentence: 'there is a tag v1.2.3 already' },
  {
    what: 'a missing address of the source',
    prepare: committed(() => manifest({})),
    sentence: 'package.json has no `repository`',
  },
  { what: 'a missing token', prepare: () => {}, sentence: 'provenance needs a CI with an OIDC token', env: {} },
]

test.each(OBSTACLES)('$what stops a release before any command', ({ prepare, sentence, env }) => {
  prepare()
  const { status, stderr } = release([], env)

  expect([status, called()]).toEqual([1, []])
  expect(stderr).toContain('not released: ')
  expect(stderr).toContain(sentence)
})

test.each(OBSTACLES)('$what is only a warning in a dry run', ({ prepare, sentence, env }) => {
  prepare()
  const { status, stdout, stderr } = release(['--dry-run', '--ci-passed'], env)

  expect([status, called()]).toEqual([0, [...PREPARED, 'npm publish --dry-run --access public DIRECTORY']])
  expect(stderr).toContain('warning: ')
  expect(stderr).toContain(sentence)
  expect(stdout).toContain('nothing was published; 1 of the warnings above would have stopped')
})

test.each([
  ['checks that fail', 'exit 1', '.ci/run failed'],
  ['checks that change a file', 'echo >>CHANGELOG.md', 'the tree is not clean'],
])('%s stop a release', (_, command, sentence) => {
  script('.ci/run', command)
  commit()
  const { status, stderr } = release()

  expect([status, called()]).toEqual([1, []])
  expect(stderr).toContain(sentence)
})

test('a tag that only the remote repository has stops a release', () => {
  git('init', '--quiet', '--bare', 'outside/origin.git')
  git('remote', 'add', 'origin', join(root, 'outside', 'origin.git'))
  git('tag', 'v1.2.3')
  git('push', '--quiet', 'origin', 'v1.2.3')
  git('tag', '--delete', 'v1.2.3')

  expect(release()).toMatchObject({ status: 1, stderr: expect.stringContaining('there is a tag v1.2.3 already') })
})
