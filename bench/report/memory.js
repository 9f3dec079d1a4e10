import { rounded } from './table.js'

export function memoryTable(measured) {
  const rows = measured.flatMap(({ name, points }) =>
    points.map(({ logins, heap, rss, cpu }) => {
      return `| ${name} | ${rounded(logins)} | ${rounded(heap)} | ${rounded(rss)} | ${rounded(cpu)} |`
    }),
  )
  const head =
    '| Contestant | logins | heap used, MiB | RSS, MiB | CPU ms a login |\n| --- | ---: | ---: | ---: | ---: |'
  return [head, ...rows].join('\n')
}
