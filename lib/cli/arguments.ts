import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Question } from '../doctor/target'
import { settingsOf } from '../options/settings'
import type { Mechanism } from '../sasl'
import { MAX_CA_BYTES } from './limits'
import { UsageError } from './usage'

/** What was asked for on the command line. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | {
      readonly name: 'check'
      readonly question: Omit<Question, 'credentials'>
      readonly username: string | undefined
      readonly json: boolean
    }

/** @throws {UsageError} */
export function commandOf(argv: readonly string[]): Command {
  const { values, positionals } = parsed(argv)
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  const [name, service, ...more] = positionals
  if (name !== 'check') throw new UsageError('the only command is: check <service>')
  if (service === undefined || service === '') throw new UsageError('check which <service>? Give the URL of BOSH')
  if (more.length > 0) throw new UsageError('one <service> at a time; a password is no argument')
  const { domain, username, json = false } = values
  const question = {
    service,
    domain,
    mechanisms: values.mechanisms?.split(',') as Mechanism[] | undefined,
    allowInsecure: values['allow-insecure'] ?? false,
    ca: values.ca === undefined ? undefined : certificatesIn(values.ca),
  }
  assertOptions(question)
  return { name, question, username, json }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        domain: { type: 'string' },
        username: { type: 'string' },
        mechanisms: { type: 'string' },
        ca: { type: 'string' },
        'allow-insecure': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    })
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (!code.startsWith('ERR_PARSE_ARGS_')) throw error
    // The first sentence names the option, what follows may repeat more.
    throw new UsageError(message.replace(/[.\n].*$/s, ''))
  }
}

/** What the app would refuse, the service apart: that is what is to be judged. */
function assertOptions({ domain, mechanisms }: Omit<Question, 'credentials'>): void {
  try {
    const service = 'https://localhost/'
    settingsOf({ service, domain: domain ?? 'localhost', ...(mechanisms && { mechanisms }) })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(error.message)
  }
}

function certificatesIn(path: string): Buffer {
  try {
    const stats = statSync(path)
    const pem = stats.isFile() && stats.size <= MAX_CA_BYTES ? readFileSync(path) : Buffer.alloc(0)
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  } catch (error) {
    throw new UsageError(`the file of --ca cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  throw new UsageError('the file of --ca holds no certificates (PEM)')
}
