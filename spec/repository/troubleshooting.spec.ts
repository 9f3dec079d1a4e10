import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CODES } from '../../lib/errors/statuses'

/* A reader looks an error up by its code: the page has one row for each, with its meaning. */

const PAGE = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8')
const rows = PAGE.split('\n').flatMap(line => {
  const [, code, meaning = ''] = /^\| `([A-Za-z_-]+)` \| ([^|]+) \|/.exec(line) ?? []
  return code === undefined ? [] : [{ code, meaning }]
})

test('every code has exactly one row', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual([...CODES].sort())
  for (const { meaning } of rows) expect(meaning.trim()).toMatch(/^[A-Z`].{10,}\.$/)
})

test.each(CODES.filter(code => code.startsWith('ERR_')))('the row of %s tells the reader the change to make', code => {
  const row = PAGE.split('\n').find(line => line.startsWith(`| \`${code}\``)) ?? ''
  expect(row.split(' | ')[2]?.trim()).toMatch(/^.{5,}/)
})
