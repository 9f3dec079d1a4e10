import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { BLOCKS, codesIn, filesOf, ROOT, textOf } from './blocks'

/* Every link leads somewhere, and a spec beside this one checks every code block. */

describe.each(filesOf('*.md'))('in %s', document => {
  const links = Array.from(
    withoutBlocks(textOf(document)).matchAll(
      /\]\((?!https?:|mailto:)([^)\s]*)\)|(?:src|href|srcset)="(?!https?:)([^"]+)"/g,
    ),
    ([, written, embedded]) => written ?? embedded ?? '',
  )

  test('every link leads to a file and a heading that exist', () => {
    expect(links.filter(link => !leadsSomewhere(document, link))).toEqual([])
  })
})

test('every language of a code block has a spec that checks it', () => {
  const seenTo: Readonly<Record<string, string>> = {
    js: 'program.spec.ts',
    ts: 'program.spec.ts',
    sh: 'shell.spec.ts',
    diff: 'recipes.spec.ts',
    yaml: 'spec/live/readme-configuration.spec.ts, spec/repository/ejabberd-configurations.spec.ts',
    lua: 'below',
    json: 'identity-provider.spec.ts',
    apache: 'spec/provider/apache.spec.ts',
    ini: 'docs/identity-provider/other-programs.md, which says that they are not run here',
    php: 'the same page',
    ruby: 'the same page',
    nginx: 'spec/cluster/proxies.spec.ts',
    haproxy: 'spec/cluster/proxies.spec.ts',
    caddy: 'spec/cluster/proxies.spec.ts',
    mermaid: 'architecture.spec.ts',
    '': 'output and usage: spec/cli, spec/live/doctor.spec.ts',
  }
  expect(BLOCKS.filter(({ language }) => !Object.hasOwn(seenTo, language)).map(({ at }) => at)).toEqual([])
  const documents = new Set(BLOCKS.filter(({ language }) => language === 'yaml').map(({ document }) => document))
  expect([...documents].sort()).toEqual(['README.md', 'ejabberd/README.md'])
})

test('prosody.cfg.lua sets every option that prosody/README.md shows', () => {
  const [code = ''] = codesIn('prosody/README.md', 'lua')
  const names = Array.from(code.matchAll(/^(\w+) = /gm), ([, name]) => name)

  expect(names.length).toBeGreaterThan(2)
  for (const name of names) expect(textOf('prosody/prosody.cfg.lua')).toMatch(new RegExp(`^ *${name} = `, 'm'))
})

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '')
}

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? from : normalize(join(dirname(from), path))
  if (!existsSync(join(ROOT, file))) return false
  return anchor === undefined || statSync(join(ROOT, file)).isDirectory() || anchorsOf(file).includes(anchor)
}

/** Derives anchors from the headings as web sites do. */
function anchorsOf(file: string): string[] {
  return Array.from(withoutBlocks(textOf(file)).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}
