// Writes measured facts into a page: node table.cjs PAGE FACTS RELEASE...
//
// FACTS/GROUP/RELEASE.json is {"server version": {"fact": "answer"}}, one for each RELEASE. The table of a group is in
// PAGE between <!-- measured: GROUP --> and <!-- end of GROUP -->. A table is written whole or left as it is.
const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const [page, facts, ...releases] = process.argv.slice(2)
const before = readFileSync(page, 'utf8')
let text = before

for (const group of readdirSync(facts).sort()) {
  const files = releases.map(release => join(facts, group, `${release}.json`))
  const servers = files.flatMap(file => Object.entries(readIfThere(file)))
  const columns = servers.sort(([a], [b]) => nameOf(a).localeCompare(nameOf(b))) // stable: the releases keep their order
  const rows = [...new Set(columns.flatMap(([, answers]) => Object.keys(answers)))]
  const isWhole =
    columns.length === 2 * releases.length && columns.every(([, answers]) => rows.every(row => row in answers))
  if (!isWhole) {
    say(`${group}: not measured everywhere, left as it is`)
    continue
  }
  const place = new RegExp(`(<!-- measured: ${group} -->\n)(?:.*\n)*?(<!-- end of ${group} -->)`)
  if (!place.test(text)) throw new Error(`${page} has no place for ${group}`)
  const table = [
    ['', ...columns.map(([server]) => server)],
    ['---', ...columns.map(() => '---')],
    ...rows.map(row => [row, ...columns.map(([, answers]) => answers[row])]),
  ]
  const lines = table.map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
  text = text.replace(place, (_, head, foot) => `${head}\n${lines}\n${foot}`)
}

writeFileSync(page, text)
say(text === before ? 'says what was measured' : 'is new: look at it, and commit it')

function nameOf(server) {
  return server.split(' ')[0] ?? ''
}

function readIfThere(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

function say(what) {
  process.stdout.write(`${page}: ${what}\n`)
}
