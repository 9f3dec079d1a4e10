import { rounded, tableOf } from './table.js'

/** What results/profile.json holds. */
export function profileText({ rounds, logins, concurrency, variants }) {
  const tables = Object.entries(variants).map(([variant, parts]) => {
    const ofAll = who => parts.reduce((sum, part) => sum + part[who], 0)
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
