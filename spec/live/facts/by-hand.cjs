// Writes the table of all servers into a page: node by-hand.cjs PAGE
//
// by-hand.json has the facts that no live spec measures: for servers that Debian has no package of, each was started once
// from its source, at the given revision, on the given date. The table is between <!-- by hand --> and
// <!-- end of by hand -->.
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const PLACE = /(<!-- by hand -->\n)(?:.*\n)*?(<!-- end of by hand -->)/

/** Returns the page with its table written anew. */
function withTable(page) {
  if (!PLACE.test(page)) throw new Error('the page has no place for the table')
  return page.replace(PLACE, (_, head, foot) => `${head}\n${table()}\n${foot}`)
}

function table() {
  const { date, servers, rows } = JSON.parse(readFileSync(join(__dirname, 'by-hand.json'), 'utf8'))
  const names = Object.keys(servers)
  const tried = ({ version, revision }) =>
    `by hand from source: ${version}, ${revision}, ${date}; dialogues played back`
  const lines = [
    ['', ...names],
    ['---', ...names.map(() => '---')],
    ...rows.map(row => [row.fact, ...names.map(name => row[name] ?? tried(servers[name]))]),
  ]
  return lines.map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}

if (require.main === module) {
  const [page = ''] = process.argv.slice(2)
  writeFileSync(page, withTable(readFileSync(page, 'utf8')))
}

module.exports = { withTable }
