import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { check } from '../doctor/check'
import { subjectOf } from '../doctor/target'
import type { Internals } from '../sessions/bounded-sessions'
import { parseCommand } from './arguments'
import { exitCodeOf } from './exit-code'
import { askPassword, type PasswordStreams } from './prompt'
import { jsonReport, textReport } from './report'
import { HELP, UsageError } from './usage'

/** Streams and environment of a command; `process` has all of them. */
export interface Terminal extends PasswordStreams {
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Runs a command line and resolves to the exit code. */
export async function run(argv: readonly string[], terminal: Terminal, internals: Internals = {}): Promise<0 | 1 | 2> {
  try {
    return await execute(argv, terminal, internals)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    terminal.stderr.write(`passport-xmpp-bosh: ${error.message}\nSee passport-xmpp-bosh --help\n`)
    return 2
  }
}

async function execute(argv: readonly string[], terminal: Terminal, internals: Internals): Promise<0 | 1 | 2> {
  const { stdout, env } = terminal
  const command = parseCommand(argv)
  if (command.name === 'help') {
    stdout.write(HELP)
    return 0
  }
  if (command.name === 'version') {
    stdout.write(`${packageVersion()}\n`)
    return 0
  }
  const { options, username, json } = command
  const credentials = username === undefined ? undefined : { username, password: await askPassword(terminal) }
  const findings = await check({ ...options, credentials }, internals)
  const subject = subjectOf(options)
  const colours = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  stdout.write(json ? jsonReport(subject, findings) : textReport(subject, findings, colours))
  return exitCodeOf(findings)
}

function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'))
  return manifest.version
}
