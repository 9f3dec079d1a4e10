import { medianOf } from '../targets/gates.js'
import { rounded, withSpread } from './table.js'

export function gateTable(gates) {
  const rows = gates.map(({ name, measured, limit, unit, holds }) => {
    const isKnown = Number.isFinite(medianOf(measured))
    const shown = isKnown
      ? `${measured.median === undefined ? rounded(measured) : withSpread(measured)}${unit}`
      : 'not measured'
    return `| ${name} | ${shown} | ${limit} | ${holds ? 'yes' : '**no**'} |`
  })
  return ['| Gate | Measured | Limit | Holds |', '| --- | ---: | --- | --- |', ...rows].join('\n')
}
