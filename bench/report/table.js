/** Rounds to three significant digits, but keeps all digits before the point. */
export function rounded(number) {
  if (!Number.isFinite(number)) return '–'
  if (Number.isInteger(number)) return number.toLocaleString('en-US')
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : Math.abs(number) >= 1 ? 2 : 3
  return number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Shows the median, with the quartiles in parentheses. */
export function withSpread(spread) {
  if (!spread) return '–'
  return `${rounded(spread.median)} (${rounded(spread.low)}–${rounded(spread.high)})`
}

export function tableOf(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, nth) => (nth === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
