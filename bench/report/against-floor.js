import { rounded, withSpread } from './table.js'

/** Shows results/against-floor.json without its gates and targets. */
export function fineText({ conditions, aa, isJudged, added, addedByFloor, idle, results }) {
  const { rounds, logins, concurrency } = conditions
  const again = Object.entries(aa).map(([variant, ratio]) => `${withSpread(ratio)} × (${variant})`)
  return [
    `On the mock: ${rounds} rounds of ${rounded(logins)} logins, ${concurrency} at a time. The floor against itself: ${again.join(', ')}.${isJudged ? '' : ' **Too much for a verdict.**'} A µs of work beside the PLAIN floor measures ${withSpread(idle)} µs. In Express the strategy adds ${withSpread(added)} × the PLAIN floor, and the floor as a strategy ${withSpread(addedByFloor)} ×.`,
    fineTable(results),
  ].join('\n\n')
}

function fineTable(results) {
  const rows = results.map(({ name, cpu, toFloor, perSecond, requests, terminates }) => {
    const ratio = toFloor ? `${withSpread(toFloor)} ×` : ''
    const exchanges = `${rounded(requests - terminates)} + ${rounded(terminates)}`
    return `| ${name} | ${withSpread(cpu)} | ${ratio} | ${rounded(perSecond.median)} | ${exchanges} |`
  })
  return [
    '| Contestant | CPU ms a login | against its floor | logins/s | requests + terminates |',
    '| --- | ---: | ---: | ---: | --- |',
    ...rows,
  ].join('\n')
}
