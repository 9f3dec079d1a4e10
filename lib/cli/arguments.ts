import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { AccountQuestion, CheckOptions } from '../doctor/target'
import { prepareConfiguredDomain, prepareLocalpart, splitJid } from '../jid'
import { settingsOf } from '../options/settings'
import type { Mechanism } from '../sasl'
import { MAX_CA_BYTES } from './limits'
import { type RoleArguments, rolesIn } from './role-arguments'
import { UsageError } from './usage'

/** A command, read from the command line. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | {
      readonly name: 'check'
      readonly options: Omit<CheckOptions, 'credentials' | 'account' | 'roles'>
      readonly username: string | undefined
      readonly account: Omit<AccountQuestion, 'password' | 'asked'> | undefined
      readonly roles: RoleArguments | undefined
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
  const { username, json = false } = values
  const account = accountIn(values)
  const roles = rolesIn(values)
  const options = {
    service,
    // The domain of the service account is that of the server.
    domain: values.domain ?? (account && splitJid(account.username).local && splitJid(account.username).domain),
    mechanisms: values.mechanisms?.split(',') as Mechanism[] | undefined,
    allowInsecure: values['allow-insecure'] ?? false,
    ca: values.ca === undefined ? undefined : certificatesIn(values.ca),
  }
  assertOptions(options)
  return { name, options, username, account, roles, json }
}

function parseArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        domain: { type: 'string' },
        username: { type: 'string' },
        account: { type: 'string' },
        s2s: { type: 'string' },
        ask: { type: 'string' },
        role: { type: 'string', multiple: true },
        'role-owner': { type: 'string', multiple: true },
        stranger: { type: 'string' },
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
function assertOptions({ domain, mechanisms }: Pick<CheckOptions, 'domain' | 'mechanisms'>): void {
  try {
    const service = 'https://localhost/'
    settingsOf({ service, domain: domain ?? 'localhost', ...(mechanisms && { mechanisms }) })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(error.message)
  }
}

function accountIn({ account, s2s, ask }: { account?: string; s2s?: string; ask?: string }) {
  if (account === undefined) {
    if (s2s !== undefined || ask !== undefined) throw new UsageError('--s2s and --ask need --account')
    return undefined
  }
  if (account === '') throw new UsageError('--account is empty: give the JID of the service account')
  if (s2s !== undefined && !prepareConfiguredDomain(s2s)) throw new UsageError('--s2s is not a domain')
  if (ask !== undefined && !isJid(ask)) throw new UsageError('--ask is not the JID of an account: name@domain')
  return { username: account, s2s, ask }
}

function isJid(text: string): boolean {
  const { local, domain } = splitJid(text)
  return local !== undefined && !!prepareLocalpart(local) && !!prepareConfiguredDomain(domain)
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
