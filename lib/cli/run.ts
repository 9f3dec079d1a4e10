import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { check } from '../doctor/check'
import { type AccountQuestion, type CheckOptions, subjectOf, type Typed } from '../doctor/target'
import type { Internals } from '../sessions/bounded-sessions'
import { type Command, parseCommand } from './arguments'
import { exitCodeOf } from './exit-code'
import { askPasswords, type PasswordStreams } from './prompt'
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
  const { options, json } = command
  const findings = await check({ ...options, ...(await secretsOf(command, terminal)) }, internals)
  const subject = subjectOf(options)
  const colours = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  stdout.write(json ? jsonReport(subject, findings) : textReport(subject, findings, colours))
  return exitCodeOf(findings)
}

/** Asks for the passwords of the command: of the visitor's account, of the service account, and of the stranger. */
async function secretsOf(
  { username, account, roles }: Extract<Command, { name: 'check' }>,
  terminal: Terminal,
): Promise<Pick<CheckOptions, 'credentials' | 'account' | 'roles'>> {
  const labels = [
    ...(username === undefined ? [] : ['Password: ']),
    ...(account === undefined ? [] : ['Password of the service account: ']),
    ...(roles?.stranger === undefined ? [] : ['Password of the stranger: ']),
  ]
  const passwords = await askPasswords(terminal, labels)
  const next = () => passwords.shift() ?? ''
  const asked: AccountQuestion['asked'] = (number, ms) =>
    void terminal.stderr.write(`Asked: answer ${number} in the chat, within ${ms / 1000} s.\n`)
  return {
    credentials: username === undefined ? undefined : { username, password: next() },
    account: account && { ...account, password: next(), asked },
    roles: roles && { rooms: roles.rooms, stranger: strangerOf(roles.stranger, next) },
  }
}

function strangerOf(username: string | undefined, password: () => string): Typed | undefined {
  return username === undefined ? undefined : { username, password: password() }
}

function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'))
  return manifest.version
}
