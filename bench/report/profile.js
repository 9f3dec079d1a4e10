import { rounded, tableOf } from './table.js'

/** Shows results/profile.json. */
export function profileText({ rounds, logins, concurrency, variants }) {
  const tables = Object.entries(variants).map(([variant, parts]) => {
    const ofAll = contestant => parts.reduce((sum, part) => sum + part[contestant], 0)
    const rows = [
      ...parts.filter(({ floor, own }) => floor > 0 || own > 0),
      { part: 'all', floor: ofAll('floor'), own: ofAll('own') },
    ]
    return tableOf(
      [`µs of the main thread a login, ${variant}`, 'floor', 'Authenticator', 'more'],
      rows.map(({ part, floor, own }) => [part, rounded(floor), rounded(own), rounded(own - floor)]),
    )
  })
  return [`On the mock: ${rounds} rounds of ${rounded(logins)} logins each, ${concurrency} at a time.`, ...tables].join(
    '\n\n',
  )
}
