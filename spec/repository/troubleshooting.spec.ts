import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CODES } from '../../lib/errors/statuses'

/* Who has an error looks its code up: each is there, once, with what it means. */

const PAGE = readFileSync(join(__dirname, '../../docs/troubleshooting.md'), 'utf8')
const rows = PAGE.split('\n').flatMap(line => {
  const [, code, meaning = ''] = /^\| `([A-Za-z_-]+)` \| ([^|]+) \|/.exec(line) ?? []
  return code === undefined ? [] : [{ code, meaning }]
})

test('every code has its row, and there is no other', () => {
  expect(rows.map(({ code }) => code).sort()).toEqual([...CODES].sort())
  for (const { meaning } of rows) expect(meaning.trim()).toMatch(/^[A-Z`].{10,}\.$/)
})

test.each(CODES.filter(code => code.startsWith('ERR_')))('%s: what to change is said, too', code => {
  const row = PAGE.split('\n').find(line => line.startsWith(`| \`${code}\``)) ?? ''
  expect(row.split(' | ')[2]?.trim()).toMatch(/^.{5,}/)
})
