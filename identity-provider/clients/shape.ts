import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020'
import { distance } from 'fastest-levenshtein'
import type { ClientMetadata } from './client'
import type { Fault } from './fault'
import { adviceOn } from './unsupported'

/** An entry that the schema accepts. */
export type Entry = Partial<Omit<ClientMetadata, 'client_id' | 'redirect_uris'>> &
  Pick<ClientMetadata, 'client_id' | 'redirect_uris'> & {
    readonly client_secret_file?: string
    readonly first_party?: boolean
    readonly require_pkce?: boolean
    readonly private_network?: boolean
  }

export const SCHEMA_FILE = 'clients.schema.json'
/** letters of a known name for each letter that may be wrong */
const LETTERS_A_MISTAKE = 4

// Compiled files are in dist/. The schema stays with the sources.
const beside = join(__dirname, SCHEMA_FILE)
const schema = JSON.parse(
  readFileSync(existsSync(beside) ? beside : join(__dirname, '../../clients', SCHEMA_FILE), 'utf8'),
)
const KNOWN = Object.keys(schema.$defs.client.properties)
const validate = new Ajv2020({ allErrors: true, strict: true })
  .addSchema(schema, 'clients')
  .compile({ $ref: 'clients#/$defs/client' })

/** Returns the faults of a value that should be an entry, by the schema. */
export function faultsOfShape(value: unknown): Fault[] {
  return validate(value) ? [] : (validate.errors ?? []).flatMap(error => faultOf(error) ?? [])
}

function faultOf({ instancePath, keyword, params, schemaPath }: ErrorObject): Fault | undefined {
  const [, top, index] = instancePath.split('/')
  const member = top === undefined ? {} : { member: index === undefined ? top : `${top}[${index}]` }
  switch (keyword) {
    case 'required':
      return { member: params['missingProperty'], text: 'is missing' }
    case 'additionalProperties':
      return { member: params['additionalProperty'], text: unknown(params['additionalProperty']) }
    case 'type':
      return { ...member, text: `must be ${aOf(String(params['type']))}` }
    case 'enum':
      return { ...member, text: `must be ${params['allowedValues'].join(' or ')}` }
    case 'const':
      // The fault of `contains` says the same of the whole list.
      return schemaPath.includes('/contains/')
        ? undefined
        : { ...member, text: 'must be ["code"]: other flows are off' }
    case 'contains':
      return { ...member, text: 'must contain authorization_code' }
    case 'pattern':
      return { ...member, text: 'must consist of printable ASCII characters without spaces' }
    default:
      return { ...member, text: boundOf(keyword, params['limit']) }
  }
}

function unknown(member: string): string {
  const advice = adviceOn(member)
  if (advice !== undefined) return advice
  const most = Math.max(1, Math.floor(member.length / LETTERS_A_MISTAKE))
  const near = KNOWN.find(known => distance(known, member.toLowerCase()) <= most)
  return near === undefined ? 'is not known. Remove it' : `is not known. Is ${near} meant?`
}

function aOf(type: string): string {
  return (
    { array: 'a list', object: 'an object', boolean: 'true or false', integer: 'a whole number' }[type] ?? `a ${type}`
  )
}

function boundOf(keyword: string, limit: unknown): string {
  switch (keyword) {
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`
    case 'maxLength':
      return `must have at most ${limit} characters`
    case 'minItems':
      return 'must not be empty'
    case 'maxItems':
      return `must have at most ${limit} items`
    case 'uniqueItems':
      return 'must not have two equal items'
    case 'minimum':
      return `must be ${limit} or more`
    default:
      return 'is not valid'
  }
}
