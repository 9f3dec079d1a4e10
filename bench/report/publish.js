// Judges the last run (results/bench.json) by the limits of today, and writes it into bench/RESULTS.md, docs/capacity.md
// and the plots:
//
//   node bench/report/publish.js
import { readFile, writeFile } from 'node:fs/promises'
import { verdictOf } from '../targets/verdict.js'
import { capacityOf } from './capacity.js'
import { markdownOf } from './markdown.js'
import { plotsOf } from './plots.js'

const RESULTS = new URL('../results/', import.meta.url)
const BENCH = new URL('bench.json', RESULTS)
const PAGE = new URL('../RESULTS.md', import.meta.url)
const CAPACITY = new URL('../../docs/capacity.md', import.meta.url)

/** Writes results/bench.json. */
export async function save(report) {
  await writeFile(BENCH, `${JSON.stringify(report, shortened, 2)}\n`)
}

/** Writes the pages and the plots from results/bench.json. */
export async function publish() {
  const report = JSON.parse(await readFile(BENCH, 'utf8'))
  for (const [name, svg] of Object.entries(plotsOf(report))) await writeFile(new URL(name, RESULTS), svg)
  await fill(PAGE, { bench: markdownOf(report) })
  await fill(CAPACITY, capacityOf(report))
}

/** Replaces the text between each <!-- measured: NAME --> and <!-- end of NAME -->. */
async function fill(page, texts) {
  let text = await readFile(page, 'utf8')
  for (const [name, contents] of Object.entries(texts)) {
    const place = new RegExp(`(<!-- measured: ${name} -->\\n)[^]*?(<!-- end of ${name} -->)`)
    if (!place.test(text)) throw new Error(`${page.pathname} has no place for ${name}`)
    text = text.replace(place, (_, head, foot) => `${head}\n${contents}\n\n${foot}`)
  }
  await writeFile(page, text)
}

const shortened = (_name, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value)

if (process.argv[1] === import.meta.filename) {
  const report = JSON.parse(await readFile(BENCH, 'utf8'))
  await save({ ...report, ...verdictOf(report) })
  await publish()
}
