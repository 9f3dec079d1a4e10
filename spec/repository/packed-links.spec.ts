import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/* The documents in the package, which readers see at npm and in node_modules, without the rest of the repository. */

interface Script {
  addressesIn(manifest: object): ((kind: 'blob' | 'raw', file: string) => string) | undefined
  withPackedLinks(
    text: string,
    addressOf: ReturnType<Script['addressesIn']>,
    isPacked: (path: string) => boolean,
  ): string
  withoutSpecs(text: string): string
}

const ROOT = join(__dirname, '../..')
const { addressesIn, withPackedLinks, withoutSpecs } = require('../../scripts/packed-links.js') as Script
const DOCUMENTS = ['README.md', 'SECURITY.md', 'CHANGELOG.md']
const REPOSITORY = { url: 'git+https://github.com/owner/name.git' }
const isPacked = (path: string) => DOCUMENTS.includes(path)
const packed = (text: string, repository?: object) =>
  withPackedLinks(text, addressesIn({ version: '1.2.3', repository }), isPacked)

/** Returns the targets of all links and pictures of a document. */
function targetsIn(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
  return Array.from(
    prose.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g),
    ([, written, embedded]) => written ?? embedded ?? '',
  )
}

/** Returns the targets that are neither absolute, nor in the same document, nor packed. */
const deadIn = (text: string) =>
  targetsIn(text).filter(target => !/^(https?:|mailto:|#)/.test(target) && !isPacked(target.split('#')[0] ?? ''))

test('the README installs the archive that scripts/pack makes of this version', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  for (const document of ['README.md', 'docs/recipes/README.md']) {
    const installed = readFileSync(join(ROOT, document), 'utf8').match(/^npm install .*passport-xmpp-bosh.*$/gm)

    expect(installed).not.toBeNull()
    for (const line of installed ?? []) expect(line).toMatch(new RegExp(`../passport-xmpp-bosh-${version}.tgz$`))
  }
})

describe.each(DOCUMENTS)('in %s', name => {
  const text = readFileSync(join(ROOT, name), 'utf8')

  test.each([
    ['without a repository', undefined],
    ['with a repository', REPOSITORY],
  ])('every packed link leads somewhere %s', (_, repository) => {
    expect(deadIn(packed(text, repository))).toEqual([])
  })

  test('every address of the repository ends with a file of it', () => {
    const prefix = /^https:\/\/github\.com\/owner\/name\/(?:blob|raw)\/v1\.2\.3\//
    const files = targetsIn(packed(text, REPOSITORY))
      .filter(target => prefix.test(target))
      .map(target => target.replace(prefix, '').replace(/#.*/, ''))

    expect(files.length).toBe(deadIn(text).length)
    expect(files.filter(file => !existsSync(join(ROOT, file)))).toEqual([])
  })
})

test.each([
  ['a link', 'See [docs/api.md](docs/api.md#top).', 'See docs/api.md.'],
  ['two links of a line', '[a](x/) or [b](y.md)', 'a or b'],
  ['a picture', 'Look: ![the page](docs/images/a.png)', 'Look: '],
  ['a table of pictures', '| A |\n|---|\n| <img src="a.png"> |\n| <img src="b.png"> |\n\nText', '\nText'],
  ['another table', '| A |\n|---|\n| b |\n', '| A |\n|---|\n| b |\n'],
  ['a packed file', '[SECURITY.md](SECURITY.md#reporting)', '[SECURITY.md](SECURITY.md#reporting)'],
  ['a heading', '[below](#options)', '[below](#options)'],
  ['another site', '[nock](https://github.com/nock/nock)', '[nock](https://github.com/nock/nock)'],
  ['a program', '```js\nroutes[name](request)\n```\n', '```js\nroutes[name](request)\n```\n'],
])('packed documents without a repository keep what leads somewhere of %s', (_, text, expected) => {
  expect(packed(text)).toBe(expected)
})

test('packed documents have no column of specs', () => {
  const table = '| # | Threat | Tests |\n|---|---|---|\n| A1 | a `b` | `spec/x.spec.ts`, `spec/y.spec.ts` |\n'
  const other = '\n| A | Tests of it |\n|---|---|\n| b | c |\n'

  expect(withoutSpecs(table + other)).toBe(`| # | Threat |\n|---|---|\n| A1 | a \`b\` |\n${other}`)
  expect(withoutSpecs(readFileSync(join(ROOT, 'SECURITY.md'), 'utf8'))).not.toMatch(/^\|.*`spec\//m)
})

test('packed documents say where missing files are when a link was cut', () => {
  expect(packed('# Name\n\n[docs](docs/)\n')).toBe(
    '# Name\n\n> Files that this page names without a link are in the repository of the package.\n\ndocs\n',
  )
})

test.each([
  [{ url: 'git+https://github.com/owner/name.git' }, 'https://github.com/owner/name/raw/v1.2.3/docs/a.png'],
  ['https://github.com/owner/name', 'https://github.com/owner/name/raw/v1.2.3/docs/a.png'],
  [{ url: 'https://gitlab.com/group/sub/name.git' }, 'https://gitlab.com/group/sub/name/-/raw/v1.2.3/docs/a.png'],
  [{ url: 'https://github.com/o/n.git', directory: 'lib' }, 'https://github.com/o/n/raw/v1.2.3/lib/docs/a.png'],
  [{ url: 'https://git.example.com/owner/name.git' }, undefined],
  [{ url: 'https://constructor/owner/name.git' }, undefined],
  [{}, undefined],
  [undefined, undefined],
])('pictures of the repository %j are at %s', (repository, address) => {
  expect(addressesIn({ version: '1.2.3', repository })?.('raw', 'docs/a.png')).toBe(address)
})

test('packed-links.js writes the documents of a directory anew', () => {
  const directory = mkdtempSync(join(tmpdir(), 'packed-links-'))
  try {
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ version: '1.2.3', repository: REPOSITORY }))
    writeFileSync(join(directory, 'README.md'), '[a](SECURITY.md) [b](docs/)\n')
    writeFileSync(join(directory, 'SECURITY.md'), 'text\n')
    execFileSync(process.execPath, [join(ROOT, 'scripts/packed-links.js'), directory])

    expect(readFileSync(join(directory, 'README.md'), 'utf8')).toBe(
      '[a](SECURITY.md) [b](https://github.com/owner/name/blob/v1.2.3/docs/)\n',
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
})
