import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

export const BENCH = join(__dirname, '../../bench')

/** Runs the bench's own modules, which are ES modules, in a process of their own. */
export function evaluated<T>(imports: Readonly<Record<string, string>>, expression: string, input: unknown): T {
  const lines = Object.entries(imports).map(
    ([names, file]) => `import { ${names} } from ${JSON.stringify(join(BENCH, file))}`,
  )
  const program = [
    ...lines,
    "import { readFileSync } from 'node:fs'",
    "const input = JSON.parse(readFileSync(0, 'utf8'))",
    `process.stdout.write(JSON.stringify(${expression}))`,
  ].join('\n')
  const written = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  return JSON.parse(written)
}
