import { parseArgs } from 'node:util'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'
import { type Rotation, rotateKeys } from './rotation'

const USAGE = `Usage: rotate-keys [--early | --leaked]

Rotates the keys of the file that OIDC_KEYS names: the next keys sign from now on, the current ones go on verifying
until the next rotation, the ones before are dropped. Start every process of the provider again afterwards: a running
one keeps the keys that it read at its start.

  --early   does it before the longest session is over: sign-outs with an ID token of the dropped keys are refused
  --leaked  others know the keys: replaces all of them but the key of pairwise subjects, and keeps none to verify; their
            signatures are worthless from the next start on, and all visitors sign in again
`

/** Streams and environment of the command; `process` has all of them. */
export interface Terminal {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Runs the command and returns its exit code: 1 if the keys could not be rotated, 2 if the command line is wrong. */
export function run(argv: readonly string[], { stdout, stderr, env }: Terminal, now = new Date()): 0 | 1 | 2 {
  const rotation = rotationOf(argv)
  if (rotation === 'help') {
    stdout.write(USAGE)
    return 0
  }
  const path = env['OIDC_KEYS']?.trim() || undefined
  if (rotation === undefined || path === undefined) {
    stderr.write(rotation === undefined ? USAGE : 'rotate-keys: OIDC_KEYS must be the path of the file of keys\n')
    return 2
  }
  try {
    rotateKeys(path, rotation, now)
  } catch (reason) {
    if (!(reason instanceof ConfigError)) throw reason
    stderr.write(`rotate-keys: ${reason.message}\n`)
    return 1
  }
  stdout.write(`The keys of ${path} are rotated. Start every process of the provider again.\n`)
  return 0
}

function rotationOf(argv: readonly string[]): Rotation | 'help' | undefined {
  try {
    const boolean = { type: 'boolean' } as const
    const { values } = parseArgs({ args: [...argv], options: { early: boolean, leaked: boolean, help: boolean } })
    if (values.help) return 'help'
    if (values.early && values.leaked) return undefined
    return values.leaked ? 'leaked' : values.early ? 'early' : 'usual'
  } catch {
    return undefined
  }
}

if (require.main === module) process.exitCode = run(process.argv.slice(2), process)
