import { chartOf } from './plot.js'

const SHOWN = [
  ['scram', 'floor, SCRAM-SHA-1 and bind', { dashed: true }],
  ['scram', 'Authenticator, SCRAM-SHA-1 and bind'],
  ['scram', 'Strategy in Express, SCRAM-SHA-1 and bind'],
  ['plain', 'Authenticator, PLAIN'],
  ['plain', 'passport-ldapauth'],
  ['scram', 'strophe.js over WebSocket, SCRAM-SHA-1'],
  ['scram', 'strophe.js over BOSH, SCRAM-SHA-1'],
  ['scram', 'stanza over WebSocket, SCRAM-SHA-1'],
  ['scram', 'xmpp.js over TCP, SCRAM-SHA-1'],
]

/** Returns SVGs by file name. */
export function plotsOf({ phases, memory }) {
  const over = measure =>
    SHOWN.map(([key, name, options]) => {
      const cells = phases.find(phase => phase.key === key)?.cells ?? []
      const own = cells.filter(cell => cell.name === name && cell.isRight && cell[measure])
      return { name, ...options, points: own.map(cell => [cell.concurrency, cell[measure].median]) }
    })
  return {
    'cpu-over-concurrency.svg': chartOf({
      title: 'CPU of the client for one login',
      x: 'logins at a time',
      y: 'CPU ms a login',
      series: over('cpu'),
    }),
    'rate-over-concurrency.svg': chartOf({
      title: 'Logins a second',
      x: 'logins at a time',
      y: 'logins/s',
      series: over('perSecond'),
    }),
    'cpu-over-logins.svg': chartOf({
      title: 'CPU of the client for one login, after so many logins',
      x: 'logins so far',
      y: 'CPU ms a login',
      series: overLogins(memory, 'cpu'),
    }),
    'memory-over-logins.svg': chartOf({
      title: 'Memory after so many logins',
      x: 'logins so far',
      y: 'RSS, MiB',
      series: overLogins(memory, 'rss'),
    }),
  }
}

function overLogins(memory, measure) {
  return (memory ?? []).map(({ name, points }) => ({
    name,
    points: points.map(point => [point.logins, point[measure]]),
  }))
}
