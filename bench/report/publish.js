// Writes what the last run measured (results/bench.json) into bench/README.md, docs/capacity.md and the plots:
//
//   node bench/report/publish.js
import { readFile, writeFile } from 'node:fs/promises'
import { capacityOf } from './capacity.js'
import { markdownOf } from './markdown.js'
import { plotsOf } from './plots.js'

const RESULTS = new URL('../results/', import.meta.url)
const README = new URL('../README.md', import.meta.url)
const CAPACITY = new URL('../../docs/capacity.md', import.meta.url)

export async function publish() {
  const report = JSON.parse(await readFile(new URL('bench.json', RESULTS), 'utf8'))
  for (const [name, svg] of Object.entries(plotsOf(report))) await writeFile(new URL(name, RESULTS), svg)
  await fill(README, { bench: markdownOf(report) })
  await fill(CAPACITY, capacityOf(report))
}

/** Puts every text between <!-- measured: NAME --> and <!-- end of NAME -->. */
async function fill(page, texts) {
  let text = await readFile(page, 'utf8')
  for (const [name, contents] of Object.entries(texts)) {
    const place = new RegExp(`(<!-- measured: ${name} -->\\n)[^]*?(<!-- end of ${name} -->)`)
    if (!place.test(text)) throw new Error(`${page.pathname} has no place for ${name}`)
    text = text.replace(place, (_, head, foot) => `${head}\n${contents}\n\n${foot}`)
  }
  await writeFile(page, text)
}

if (process.argv[1] === import.meta.filename) await publish()
