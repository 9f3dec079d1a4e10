import { readFileSync } from 'node:fs'
import Ajv, { type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import type { Response } from 'supertest'
import { parse } from 'yaml'
import { OPENAPI } from '../../example-app/folders'

interface Content {
  readonly schema: object
  readonly example: unknown
}

type MediaTypes = Readonly<Record<string, Content>>

interface DocumentedResponse {
  readonly headers?: Readonly<Record<string, { readonly required: boolean; readonly schema: object }>>
  readonly content?: MediaTypes
}

interface DocumentedOperation {
  readonly requestBody?: { readonly content: MediaTypes }
  readonly responses: Readonly<Record<string, DocumentedResponse | { readonly $ref: string }>>
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
  readonly components: {
    readonly responses: Readonly<Record<string, DocumentedResponse>>
    readonly schemas: Readonly<Record<string, object>>
  }
}

/** An operation of openapi.yaml. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete'
  readonly path: string
  readonly body: MediaTypes | undefined
  /** by the documented status: `200`, or `5XX` */
  readonly responses: ReadonlyMap<string, DocumentedResponse>
}

const openApi: OpenApi = parse(readFileSync(OPENAPI, 'utf8'))

const ajv = new Ajv({ strict: true, strictTypes: true, strictRequired: true, allErrors: true })
addFormats(ajv)
// The references of a schema point into `components`.
ajv.addKeyword('components')

/** The operations by their names, such as `POST /api/login`. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody, responses }]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      {
        method: method as Operation['method'],
        path,
        body: requestBody?.content,
        responses: new Map(Object.entries(responses).map(([status, response]) => [status, followed(response)])),
      },
    ]),
  ),
)

/** Returns the allowed values of a schema's property. */
export function namesIn(schema: string, property: string): readonly string[] {
  const { properties } = openApi.components.schemas[schema] as {
    properties: Record<string, { enum: readonly string[] } | undefined>
  }
  return properties[property]?.enum ?? []
}

export function operation(name: string): Operation {
  const found = OPERATIONS.get(name)
  if (!found) throw new Error(`openapi.yaml has no ${name}`)
  return found
}

/** Returns the status that documents an answer. */
export function documentedStatus({ status }: Response): string {
  return status >= 500 ? '5XX' : String(status)
}

/** Returns the differences between an answer and its description. */
export function undocumented(name: string, answer: Response): string[] {
  const { headers = {}, content } = operation(name).responses.get(documentedStatus(answer)) ?? {}
  if (!operation(name).responses.has(documentedStatus(answer))) return [`status ${answer.status}`]
  const found = Object.entries(headers).flatMap(([header, { required, schema }]) => {
    const value: string | undefined = answer.headers[header.toLowerCase()]
    if (value === undefined) return required ? [`no header ${header}`] : []
    return misfits(schema, Number(value)).map(text => `header ${header} ${text}`)
  })
  if (!content) return answer.text || answer.type ? [...found, 'a body'] : found
  const body = content[answer.type]
  return [...found, ...(body ? misfits(body.schema, JSON.parse(answer.text)) : [`type ${answer.type}`])]
}

const compiled = new Map<object, ValidateFunction>()

/** Returns the violations of a schema by a value. */
export function misfits(schema: object, value: unknown): string[] {
  const validate = compiled.get(schema) ?? ajv.compile({ ...schema, components: openApi.components })
  compiled.set(schema, validate)
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) => {
        return `body${instancePath} ${message} ${JSON.stringify(params)}`
      })
}

function followed(response: DocumentedResponse | { readonly $ref: string }): DocumentedResponse {
  if (!('$ref' in response)) return response
  const target = openApi.components.responses[response.$ref.replace('#/components/responses/', '')]
  if (!target) throw new Error(`${response.$ref} does not exist`)
  return target
}
