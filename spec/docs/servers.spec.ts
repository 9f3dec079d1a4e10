import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withTable } from '../live/facts/by-hand.cjs'
import facts from '../live/facts/by-hand.json'
import { textOf } from './blocks'

/* docs/servers.md compares six servers by a file of facts, beside the tables that the live specs measure. */

const PAGE = textOf('docs/servers.md')
const NAMES = ['ejabberd', 'Prosody', 'Openfire', 'Tigase', 'MongooseIM', 'Metronome']

test('the page has the table that the file of facts makes', () => {
  expect(withTable(PAGE)).toBe(PAGE)
  expect(PAGE).toContain(`|  | ${NAMES.join(' | ')} |`)
})

test('every row says something of every server', () => {
  expect(Object.keys(facts.servers)).toEqual(NAMES)
  const [tried, ...others] = facts.rows as readonly Readonly<Record<string, string>>[]
  for (const row of others) expect(Object.keys(row)).toEqual(['fact', ...NAMES])
  expect(Object.keys(tried ?? {})).toEqual(['fact', 'ejabberd', 'Prosody'])
})

test.each(['Openfire', 'Tigase', 'MongooseIM', 'Metronome'] as const)(
  'the README and the page name the revision and the date of %s',
  name => {
    const { version, revision } = facts.servers[name]
    const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8')
    for (const document of [PAGE, readme]) {
      expect(document).toContain(version)
      expect(document).toContain(revision)
      expect(document).toContain(facts.date)
    }
  },
)
