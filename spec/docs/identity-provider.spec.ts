import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHAT_SCOPE } from '../../identity-provider/chat/chat-tokens'
import { readClients, SCOPES } from '../../identity-provider/clients/clients'
import { codesIn, filesOf, textOf } from './blocks'

/*
 * The pages of docs/identity-provider, and the provider's README: the programs they show are those that spec/provider runs, and
 * the provider accepts the entries they show.
 */

const PAGES = filesOf('docs/identity-provider/*.md', 'identity-provider/README.md').filter(
  page => codesIn(page, 'json').length > 0,
)
const PROGRAMS = filesOf('docs/identity-provider/relying-parties/*.js')
const OTHERS = 'docs/identity-provider/other-programs.md'

interface Entry {
  readonly client_id: string
}

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'identity-provider-docs-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

test.each(PROGRAMS)('a page shows all of %s and links to it', program => {
  const [page = ''] = PAGES.filter(page => codesIn(page, 'js').includes(textOf(program)))

  expect(page).not.toBe('')
  expect(textOf(page)).toContain(`(${program.split('/').slice(2).join('/')})`)
})

test('six pages show entries', () => {
  expect(PAGES.length).toBeGreaterThanOrEqual(6)
})

test.each(PAGES)('the provider accepts every entry on %s in production', page => {
  // A block is an entry or a whole file.
  const entries = codesIn(page, 'json').flatMap(code => JSON.parse(code) as Entry | Entry[])
  const path = join(directory, 'clients.json')
  writeFileSync(path, JSON.stringify(entries), { mode: 0o600 })
  const clients = readClients(path, { production: true, scopes: [...SCOPES, 'email', CHAT_SCOPE] })

  expect(clients.map(({ metadata }) => metadata.client_id)).toEqual(entries.map(({ client_id: id }) => id))
})

test('each section of other programs says that they do not run here, shows an entry and has a row', () => {
  const [, ...sections] = textOf(OTHERS).split(/^## /m)
  const [introduction = ''] = textOf(OTHERS).split(/^## /m)

  expect(sections.length).toBe(6)
  for (const section of sections) {
    const [name = ''] = section.split('\n')
    expect([name, section.replace(/\s+/g, ' ').includes('Not run here.')]).toEqual([name, true])
    expect([name, section.match(/^```json$/gm)?.length]).toEqual([name, 1])
    expect(introduction).toContain(`| [${name}](#`)
  }
})
