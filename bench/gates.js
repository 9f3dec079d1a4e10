import { rounded } from './numbers.js'

/** A promise of the project, measured: `value` must be at most `most`, or at least `least`. */
export function gate(name, value, { most, least, unit = '' }) {
  const holds = most === undefined ? value >= least : value <= most
  return { name, value, limit: most === undefined ? `at least ${least}${unit}` : `at most ${most}${unit}`, unit, holds }
}

export function gateTable(gates) {
  const rows = gates.map(({ name, value, limit, unit, holds }) => {
    const shown = Number.isFinite(value) ? `${rounded(value)}${unit}` : 'not measured'
    return `| ${name} | ${shown} | ${limit} | ${holds ? 'yes' : '**no**'} |`
  })
  return ['| Gate | Measured | Limit | Holds |', '| --- | ---: | --- | --- |', ...rows].join('\n')
}
