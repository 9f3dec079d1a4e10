import type { Finding, Status } from '../doctor/finding'
import { exitCodeOf } from './exit-code'
import { COLUMNS } from './limits'

/** The server that was checked, in a form that may be shown. */
export interface Subject {
  /** without credentials and query; `null` if it is not an `http(s):` URL */
  readonly service: string | null
  readonly domain: string | null
}

/** Writes the report for programs. Names of checks and statuses are stable, texts are not. */
export function jsonReport(subject: Subject, findings: readonly Finding[]): string {
  const report = { ...subject, exitCode: exitCodeOf(findings), counts: countsOf(findings), checks: findings }
  return `${JSON.stringify(report, null, 2)}\n`
}

/** Writes the report for people. */
export function textReport({ service, domain }: Subject, findings: readonly Finding[], colours: boolean): string {
  const counts = Object.entries(countsOf(findings)).map(([status, count]) => `${count} ${status}`)
  const title = [service, domain && `domain ${domain}`].filter(Boolean).join(', ')
  const lines = mergeSkipped(findings).map(finding => linesOf(finding, colours))
  return `${[...(title ? [title, ''] : []), ...lines, '', counts.join(', ')].join('\n')}\n`
}

/** Merges neighbours that were skipped for the same reason into one line. */
function mergeSkipped(findings: readonly Finding[]): Line[] {
  const lines: Line[] = []
  for (const { id, ...finding } of findings) {
    const last = lines.at(-1)
    const isMore = finding.status === 'skipped' && last?.status === 'skipped' && last.summary === finding.summary
    if (isMore) last.ids.push(id)
    else lines.push({ ...finding, ids: [id] })
  }
  return lines
}

type Line = Omit<Finding, 'id'> & { readonly ids: string[] }

const STATUS_WIDTH = 9
const ID_WIDTH = 21
const ADVICE_INDENT = 2
const COLOURS: Readonly<Record<Status, number>> = { ok: 32, warn: 33, wrong: 31, skipped: 2 }

function linesOf({ ids: [id = '', ...more], status, summary, advice }: Line, colours: boolean): string {
  const label = status.padEnd(STATUS_WIDTH)
  const margin = ' '.repeat(STATUS_WIDTH + ID_WIDTH)
  const text = more.length === 0 ? summary : `${summary}; the same for ${more.join(', ')}`
  const lines = [
    ...wrapped(text),
    ...(advice === undefined ? [] : wrapped(advice, ADVICE_INDENT).map(line => `${' '.repeat(ADVICE_INDENT)}${line}`)),
  ]
  const shown = colours ? `\x1b[${COLOURS[status]}m${label}\x1b[0m` : label
  return `${shown}${id.padEnd(ID_WIDTH)}${lines.join(`\n${margin}`)}`
}

function wrapped(text: string, indent = 0): string[] {
  const width = COLUMNS - STATUS_WIDTH - ID_WIDTH - indent
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}

function countsOf(findings: readonly Finding[]): Record<Status, number> {
  const counts = { ok: 0, warn: 0, wrong: 0, skipped: 0 }
  for (const { status } of findings) counts[status]++
  return counts
}
