import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { codesIn, ROOT, textOf } from './blocks'

/* Two pages draw a sign-in twice, and one names files: both drawings agree, and the files exist. */

const PAGE = 'docs/architecture.md'
const DRAWN = [PAGE, 'docs/identity-provider/README.md']

interface Message {
  readonly from: string
  readonly to: string
  readonly text: string
}

/** The messages of the Mermaid drawing, by the names of its participants. */
function drawn(page: string): Message[] {
  const [code = ''] = codesIn(page, 'mermaid')
  const names = new Map(
    Array.from(code.matchAll(/^ *participant (\w+)(?: as (.+))?$/gm), ([, name = '', shown = name]) => [name, shown]),
  )
  return Array.from(code.matchAll(/^ *(\w+)--?>>(\w+): (.+)$/gm), ([, from = '', to = '', text = '']) => ({
    from: shortened(names.get(from)),
    to: shortened(names.get(to)),
    text,
  }))
}

/** The messages of the same drawing as text; a step of one participant has no second one. */
function written(page: string): Message[] {
  const code = codesIn(page, '').find(block => block.includes('──>')) ?? ''
  return Array.from(
    code.matchAll(/^ *\d+ {2}(\S+(?: \S+)?) {2,}(?:──> (\S+(?: \S+)?) {2,})?(\S.*)$/gm),
    ([, from = '', to = from, text = '']) => ({ from, to, text }),
  )
}

const shortened = (name = '') => name.replace('XMPP ', '')

test.each(DRAWN)('the drawing and the text of %s show the same messages in the same order', page => {
  expect(drawn(page).length).toBeGreaterThan(20)
  expect(written(page)).toEqual(drawn(page))
})

test.each([PAGE, 'CONTRIBUTING.md'])('%s names files that exist', document => {
  const named = [...new Set(textOf(document).match(/\b(?:lib|spec)\/[\w/-]+(?:\.spec)?\.ts\b/g))]

  expect(named.length).toBeGreaterThan(5)
  expect(named.filter(file => !existsSync(join(ROOT, file)))).toEqual([])
})
