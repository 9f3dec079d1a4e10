import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import type { Router } from 'express'
import { api } from '../../example-app/api/api'
import { OPENAPI } from '../../example-app/folders'
import { ConfirmLogin } from '../../login-site/confirm/confirm-login'
import { misfits, OPERATIONS } from './api-description'

test('openapi.yaml is a valid OpenAPI description', () => {
  const validator = join(dirname(require.resolve('@seriousme/openapi-schema-validator')), 'bin/validate-api-cli.js')
  const said = execFileSync(process.execPath, [validator, OPENAPI], { encoding: 'utf8', timeout: 30_000 })
  expect(JSON.parse(said)).toEqual({ valid: true })
})

test('openapi.yaml describes exactly the routes of the API', () => {
  const never = () => Promise.reject(new Error('not called'))
  const router = api({
    logIn: never,
    accounts: {
      form: never,
      signUp: never,
      signInNew: never,
      changePassword: never,
      signOutEverywhere: never,
      remove: never,
    },
    about: never,
    csrf: { requireToken: (_req, _res, next) => next(), tokenFor: () => '', cookieIn: () => undefined },
    seal: { close: never, open: never },
    signOut: never,
    limits: {
      logins: [],
      passwords: [],
      signUps: (_req, _res, next) => next(),
      confirms: (_req, _res, next) => next(),
    },
    registration: true,
    // Not called either: only the routes are looked at.
    confirm: Object.create(ConfirmLogin.prototype),
  })
  expect(routesOf(router).sort()).toEqual([...OPERATIONS.keys()].sort())
})

const CONTENT = [...OPERATIONS].flatMap(([name, { body, responses }]) =>
  [['request', body] as const, ...[...responses].map(([status, { content }]) => [status, content] as const)].flatMap(
    ([of, content]) => Object.values(content ?? {}).map(({ schema, example }) => [name, of, schema, example] as const),
  ),
)

test.each(CONTENT)('the example in %s (%s) matches its schema', (_name, _of, schema, example) => {
  expect(misfits(schema, example)).toEqual([])
})

test.each([...OPERATIONS].flatMap(([name, { responses }]) => [...responses].map(row => [name, ...row] as const)))(
  '%s answers %s with content unless the status is 204',
  (_name, status, { content }) => {
    expect(content === undefined).toBe(status === '204')
  },
)

function routesOf({ stack }: Router): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (!route) return 'stack' in handle ? routesOf(handle as Router) : []
    const { methods } = route as unknown as { methods: Record<string, boolean> }
    return Object.keys(methods).map(method => `${method.toUpperCase()} /api${route.path}`)
  })
}
