import { failedOf, medianOf } from '../targets/gates.js'
import { rounded, withSpread } from './table.js'

/** Shows gates and targets as two tables, after a sentence that says how many gates hold. */
export function verdictText({ gates, targets }) {
  const failed = failedOf(gates)
  return [
    failed.length === 0
      ? `All ${gates.length} gates hold.`
      : [`${failed.length} of ${gates.length} gates fail:`, '', ...failed.map(gate => `- ${failureOf(gate)}`)].join(
          '\n',
        ),
    '### Gates',
    'A gate holds today. A run in which one fails, or was not measured, ends with exit code 1.',
    gateTable(gates),
    '### Targets',
    'A target is a stricter limit on a measurement that has a gate, too. It never fails a run.',
    targetTable(targets),
  ].join('\n\n')
}

/** Names a gate with its measurement and its limit. */
export const failureOf = gate => `${gate.name}: ${shownOf(gate)}, ${gate.limit}`

export function gateTable(gates) {
  const rows = gates.map(
    gate => `| ${gate.name} | ${shownOf(gate)} | ${gate.limit} | ${gate.holds ? 'yes' : '**no**'} |`,
  )
  return ['| Gate | Measured | Limit | Holds |', '| --- | ---: | --- | --- |', ...rows].join('\n')
}

export function targetTable(targets) {
  const rows = targets.map(
    target => `| ${target.name} | ${shownOf(target)} | ${target.limit} | ${distanceOf(target)} |`,
  )
  return ['| Target | Measured | Limit | Distance |', '| --- | ---: | --- | ---: |', ...rows].join('\n')
}

function shownOf({ measured, unit }) {
  if (!Number.isFinite(medianOf(measured))) return 'not measured'
  return `${measured.median === undefined ? rounded(measured) : withSpread(measured)}${unit}`
}

/** In % of the limit, or as a multiple of it. */
function distanceOf({ distance, isReached }) {
  if (distance === undefined) return '–'
  if (isReached) return 'reached'
  return distance < 1 ? `${(distance * 100).toFixed(1)} %` : `${rounded(distance + 1)} × the limit`
}
