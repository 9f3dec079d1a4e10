import { isJudged } from '../targets/provider.js'
import { rounded, tableOf, withSpread } from './table.js'

/** Shows results/provider.json without its gates and targets. */
export function providerText({ conditions, contestants, ratios }) {
  const { server, redis, node, rounds, ms, concurrency, mechanism, load } = conditions
  return [
    `On ${server} and ${redis}, Node.js ${node}: ${rounds} rounds of ${ms} ms, ${concurrency} at a time, ${mechanism}. Load of the machine before the run: ${load.map(rounded).join(', ')}. The plain provider against itself: time ${withSpread(ratios.againTime)} ×, CPU ${withSpread(ratios.againCpu)} ×.${isJudged(ratios) ? '' : ' **Too much for a verdict.**'}`,
    tableOf(
      ['Contestant', 'sign-ins/s', 'ms each', 'ms, one at a time', 'CPU ms of its process'],
      contestants.map(({ name, perSecond, time, alone, cpu }) => [
        name,
        withSpread(perSecond),
        withSpread(time),
        withSpread(alone),
        withSpread(cpu),
      ]),
    ),
    tableOf(
      ['The identity provider against the plain provider and the bare login together', ''],
      [
        [`time of a sign-in, ${concurrency} at a time`, `${withSpread(ratios.time)} ×`],
        ['time of a sign-in, one at a time', `${withSpread(ratios.alone)} ×`],
        ['CPU of its process', `${withSpread(ratios.cpu)} ×`],
      ],
    ),
  ].join('\n\n')
}
