import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { check } from '../doctor/check'
import { subjectOf } from '../doctor/target'
import type { Internals } from '../sessions/bounded-sessions'
import { commandOf } from './arguments'
import { exitCodeOf } from './exit-code'
import { type Asked, askPassword } from './prompt'
import { jsonReport, textReport } from './report'
import { HELP, UsageError } from './usage'

/** What a command reads and writes: `process` has all of it. */
export interface Terminal extends Asked {
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Carries out a command line; resolves to the exit code. */
export async function run(argv: readonly string[], terminal: Terminal, internals: Internals = {}): Promise<0 | 1 | 2> {
  try {
    return await carriedOut(argv, terminal, internals)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    terminal.stderr.write(`passport-xmpp-bosh: ${error.message}\nSee passport-xmpp-bosh --help\n`)
    return 2
  }
}

async function carriedOut(argv: readonly string[], terminal: Terminal, internals: Internals): Promise<0 | 1 | 2> {
  const { stdout, env } = terminal
  const command = commandOf(argv)
  if (command.name === 'help') {
    stdout.write(HELP)
    return 0
  }
  if (command.name === 'version') {
    stdout.write(`${versionOfPackage()}\n`)
    return 0
  }
  const { question, username, json } = command
  const credentials = username === undefined ? undefined : { username, password: await askPassword(terminal) }
  const findings = await check({ ...question, credentials }, internals)
  const subject = subjectOf(question)
  const colours = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  stdout.write(json ? jsonReport(subject, findings) : textReport(subject, findings, colours))
  return exitCodeOf(findings)
}

function versionOfPackage(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'))
  return manifest.version
}
