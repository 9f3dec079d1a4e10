import { rounded, tableOf, withSpread } from './table.js'
import { gateTable } from './verdict.js'

/** Shows a comparison of two versions (measure/versions.js). */
export function versionsText({ folder, rounds, logins, concurrency, variants, isJudged, maxDifference, gates }) {
  const head = ['CPU ms a login', 'floor', 'this', 'other', 'this / other', 'this again / this', 'other again / other']
  const rows = variants.map(({ name, floor, own, other, toOther, ownAgain, otherAgain }) => [
    name,
    withSpread(floor),
    withSpread(own),
    withSpread(other),
    `${withSpread(toOther)} ×`,
    `${withSpread(ownAgain)} ×`,
    `${withSpread(otherAgain)} ×`,
  ])
  const doubt = `No verdict: a version differs from itself by more than ${maxDifference * 100} %. Use more rounds, or a quieter machine.`
  return [
    `This version against the one in ${folder}, in turns in one process: ${rounds} rounds of ${rounded(logins)} logins, ${concurrency} at a time. Medians, with quartiles in parentheses.`,
    tableOf(head, rows),
    gateTable(gates),
    ...(isJudged ? [] : [doubt]),
  ].join('\n\n')
}
