import { rounded, tableOf, withSpread } from './table.js'

/** Shows results/confirm.json without its gates and targets. */
export function confirmText({ conditions, exchange, ratios, isJudged, waiting, postsPerMinute }) {
  const { server, rounds, asks, people, load } = conditions
  return [
    `On ${server}: ${rounds} rounds of ${asks} questions, one after the other. Load of the machine before the run: ${load.map(rounded).join(', ')}. The bare exchange against itself: ${withSpread(ratios.again)} ×.${isJudged ? '' : ' **Too much for a verdict.**'}`,
    tableOf(
      ['Contestant', 'p50 ms', 'against the bare exchange', 'p95 ms', `answers/s, ${people} people at once`],
      exchange.map(({ name, key, p50, p95, perSecond }) => [
        name,
        withSpread(p50),
        ratios[key] ? `${withSpread(ratios[key])} ×` : '',
        withSpread(p95),
        withSpread(perSecond),
      ]),
    ),
    tableOf(
      [
        'Waiting requests',
        'bytes each',
        'µs to match an answer',
        'against 1 waiting',
        `answers/s, ${people} people at once`,
      ],
      waiting.map(({ waiting, bytes, match, toOne, perSecond }) => [
        rounded(waiting),
        withSpread(bytes),
        withSpread(match),
        toOne ? `${withSpread(toOne)} ×` : '',
        withSpread(perSecond),
      ]),
    ),
    `An account that has nothing to say sends ${rounded(postsPerMinute)} requests a minute.`,
  ].join('\n\n')
}
