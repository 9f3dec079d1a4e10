import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { textOf } from './blocks'

/* docs/servers.md compares six servers by a file of facts, beside the tables that the live specs measure. */

interface Facts {
  readonly date: string
  readonly servers: Readonly<Record<string, { readonly version?: string; readonly revision?: string }>>
  readonly rows: readonly Readonly<Record<string, string>>[]
}

const FACTS = join(__dirname, '../live/facts')
const facts: Facts = JSON.parse(readFileSync(join(FACTS, 'by-hand.json'), 'utf8'))
const { withTable } = jest.requireActual<{ withTable(page: string): string }>(join(FACTS, 'by-hand.cjs'))
const PAGE = textOf('docs/servers.md')
const NAMES = ['ejabberd', 'Prosody', 'Openfire', 'Tigase', 'MongooseIM', 'Metronome']

test('the page has the table that the file of facts makes', () => {
  expect(withTable(PAGE)).toBe(PAGE)
  expect(PAGE).toContain(`|  | ${NAMES.join(' | ')} |`)
})

test('every row says something of every server', () => {
  expect(Object.keys(facts.servers)).toEqual(NAMES)
  const [tried, ...others] = facts.rows
  for (const row of others) expect(Object.keys(row)).toEqual(['fact', ...NAMES])
  expect(Object.keys(tried ?? {})).toEqual(['fact', 'ejabberd', 'Prosody'])
})

test.each(['Openfire', 'Tigase', 'MongooseIM', 'Metronome'])(
  'the README and the page name the revision and the date of %s',
  name => {
    const { version = 'none', revision = 'none' } = facts.servers[name] ?? {}
    for (const document of [PAGE, textOf('README.md')]) {
      expect(document).toContain(version)
      expect(document).toContain(revision)
      expect(document).toContain(facts.date)
    }
  },
)
