import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { CheckOptions } from '../doctor/target'
import { settingsOf } from '../options/settings'
import type { Mechanism } from '../sasl'
import { MAX_CA_BYTES } from './limits'
import { UsageError } from './usage'

/** A command, read from the command line. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | {
      readonly name: 'check'
      readonly options: Omit<CheckOptions, 'credentials'>
      readonly username: string | undefined
      readonly json: boolean
    }

/**
 * Reads the command line.
 *
 * @throws {UsageError} the command line is invalid
 */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = parseArguments(argv)
  if (values.help) return { name: 'help' }
  if (values.version) return { name: 'version' }
  const [name, service, ...more] = positionals
  if (name !== 'check') throw new UsageError('the only command is: check <service>')
  if (service === undefined || service === '') throw new UsageError('<service> is missing: give the BOSH URL')
  if (more.length > 0) throw new UsageError('give only one <service>; a password cannot be an argument')
  const { domain, username, json = false } = values
  const options = {
    service,
    domain,
    mechanisms: values.mechanisms?.split(',') as Mechanism[] | undefined,
    allowInsecure: values['allow-insecure'] ?? false,
    ca: values.ca === undefined ? undefined : certificatesIn(values.ca),
  }
  assertOptions(options)
  return { name, options, username, json }
}

function parseArguments(argv: readonly string[]) {
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
    // The first sentence names the option. The rest may repeat values.
    throw new UsageError(message.replace(/[.\n].*$/s, ''))
  }
}

/** Refuses the options that the app would refuse, except the service: the checks judge that. */
function assertOptions({ domain, mechanisms }: Omit<CheckOptions, 'credentials'>): void {
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
    throw new UsageError(`the --ca file cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  throw new UsageError('the --ca file contains no certificates (PEM)')
}
