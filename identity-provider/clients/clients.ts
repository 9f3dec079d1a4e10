import { dirname, resolve } from 'node:path'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'
import { DEFAULT_SCOPE, faultsOf, type Rules } from './checks'
import type { Client, ClientMetadata } from './client'
import { parsedJson, type ReadFile, readBounded, reasonOf } from './client-file'
import type { Fault } from './fault'
import { type Entry, faultsOfShape } from './shape'

/** Scopes that the provider knows in every configuration */
export const SCOPES: readonly string[] = ['openid', 'profile', 'xmpp', 'groups', 'offline_access']

const MAX_CLIENTS = 1_000
/** faults that one message names */
const MAX_FAULTS = 20

/**
 * Reads the relying parties from a file.
 * @throws ConfigError, which names the file, the entries with their faults, and the change that is needed
 */
export function readClients(path: string, { production = true, scopes = SCOPES }: Partial<Rules> = {}): Client[] {
  const file = readOr(path, reason => `${path} cannot be read: ${reason}`)
  if (production && file.isWritable) fail(`${path} can be changed by other accounts: run chmod go-w`)
  const values = entriesIn(file, path)
  const faults: string[] = []
  const entries = values.map((value, index) => {
    const shape = faultsOfShape(value)
    const entry = value as Entry
    const found = shape.length > 0 ? shape : faultsOf(entry, { production, scopes })
    const secret = found.length > 0 ? {} : secretOf(entry, file, path, production)
    faults.push(...[...found, ...(secret.fault ? [secret.fault] : [])].map(fault => sentenceOf(value, index, fault)))
    return { entry, secret: secret.value }
  })
  faults.push(...duplicatesIn(values))
  if (faults.length > 0) fail(`${path} ${listOf(faults)}`)
  return entries.map(({ entry, secret }) => clientOf(entry, secret))
}

function fail(text: string): never {
  throw new ConfigError(`OIDC_CLIENTS: ${text}`)
}

function readOr(path: string, text: (reason: string) => string): ReadFile {
  try {
    return readBounded(path)
  } catch (reason) {
    return fail(text(reasonOf(reason)))
  }
}

/** Returns the list of the file, which may be in an object that names the schema. */
function entriesIn({ text }: ReadFile, path: string): unknown[] {
  let value: unknown
  try {
    value = parsedJson(text)
  } catch (reason) {
    fail(`${path} cannot be read: ${reasonOf(reason)}`)
  }
  const {
    clients = value,
    $schema: _,
    ...others
  }: Record<string, unknown> = Array.isArray(value) ? {} : { ...Object(value) }
  const list = Array.isArray(value) ? value : clients
  if (!Array.isArray(list) || Object.keys(others).length > 0) {
    fail(`${path} must be a list of relying parties, or an object with the members $schema and clients`)
  }
  if (list.length > MAX_CLIENTS) fail(`${path} has more than ${MAX_CLIENTS} relying parties`)
  return list
}

interface Secret {
  readonly value?: string
  readonly fault?: Fault
}

/** Returns the secret of an entry, which may be in a file of its own. */
function secretOf(entry: Entry, file: ReadFile, path: string, production: boolean): Secret {
  const { client_secret, client_secret_file } = entry
  if (client_secret !== undefined) {
    const text = 'is readable by all accounts of this machine: run chmod o-r on the file'
    return production && file.isOpen ? { fault: { member: 'client_secret', text } } : { value: client_secret }
  }
  if (client_secret_file === undefined) return {}
  const faulty = (text: string) => ({ fault: { member: 'client_secret_file', text } })
  try {
    const { text, isOpen, isWritable } = readBounded(resolve(dirname(path), client_secret_file))
    if (production && (isOpen || isWritable))
      return faulty('is open to other accounts of this machine: run chmod 600 on it')
    const value = text.trim()
    const [fault] = faultsOfShape({ client_id: 'any', redirect_uris: ['any'], client_secret: value })
    return fault ? faulty(`has a content that cannot be a secret: it ${fault.text}`) : { value }
  } catch (reason) {
    return faulty(`cannot be read: ${reasonOf(reason)}`)
  }
}

function duplicatesIn(values: readonly unknown[]): string[] {
  const ids = values.map(value => Object(value).client_id)
  return values.flatMap((value, index) => {
    const first = ids.indexOf(ids[index])
    if (typeof ids[index] !== 'string' || first === index) return []
    return [sentenceOf(value, index, { member: 'client_id', text: `is that of entry ${first + 1}: choose another` })]
  })
}

/** Says a fault of an entry. Entries are counted from 1. */
function sentenceOf(value: unknown, index: number, { member, text }: Fault): string {
  const { client_id: id } = Object(value)
  const name = typeof id === 'string' ? ` (client_id ${JSON.stringify(id.slice(0, 100))})` : ''
  return `entry ${index + 1}${name}: ${member === undefined ? text : `${member.slice(0, 100)} ${text}`}`
}

function listOf(faults: readonly string[]): string {
  if (faults.length === 1) return `has a fault: ${faults[0]}`
  const named = faults.slice(0, MAX_FAULTS)
  const more = faults.length > named.length ? [`and ${faults.length - named.length} more`] : []
  return [`has ${faults.length} faults:`, ...named, ...more].join('\n  ')
}

function clientOf(entry: Entry, secret: string | undefined): Client {
  const {
    client_secret: _,
    client_secret_file: __,
    first_party: firstParty = false,
    require_pkce: requirePkce = true,
    private_network: privateNetwork = false,
    ...given
  } = entry
  const scope = given.scope ?? DEFAULT_SCOPE
  const isOffline = scope.split(' ').includes('offline_access')
  const metadata: ClientMetadata = {
    application_type: 'web',
    post_logout_redirect_uris: [],
    response_types: ['code'],
    grant_types: isOffline ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
    token_endpoint_auth_method: 'client_secret_basic',
    subject_type: 'public',
    id_token_signed_response_alg: 'RS256',
    ...given,
    scope,
    ...(secret !== undefined && { client_secret: secret }),
  }
  return { metadata, firstParty, requirePkce, privateNetwork }
}
