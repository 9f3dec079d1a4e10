import { EventEmitter } from 'node:events'
import { observe } from '../../identity-provider/operation/observe'

const CLIENT = { clientId: 'wiki', redirectUriAllowed: (uri: string) => uri === 'https://wiki.example/callback' }

/** Plays the part of oidc-provider that tells of a request. */
function provider() {
  const events = new EventEmitter()
  const logEvent = jest.fn()
  observe(events as never, logEvent)
  return { events, logEvent }
}

/** A request whose parameters oidc-provider has read. */
function asking(params: Readonly<Record<string, string>>, prompts: readonly string[] = []) {
  const res = { locals: {} as Record<string, unknown>, setHeader: jest.fn() }
  const oidc = { client: CLIENT, params, prompts: new Set(prompts), responseMode: params['response_mode'] }
  return { req: {}, res, oidc }
}

/** A request that is refused before oidc-provider reads its parameters: its getters throw. */
function unread() {
  const broken = (): never => {
    throw new TypeError('no parameters')
  }
  const oidc = Object.defineProperties(
    { params: undefined },
    { prompts: { get: broken }, responseMode: { get: broken } },
  )
  return { req: {}, res: { locals: {} }, oidc }
}

const refusal = (code: string, description?: string) =>
  Object.assign(new Error(code), { error_description: description })

test('a request that is refused before its parameters are read is written to the log', () => {
  const { events, logEvent } = provider()
  const ctx = unread()
  events.emit('authorization.error', ctx, refusal('invalid_request', 'the session is not found'))

  expect(logEvent).toHaveBeenCalledWith(ctx.req, 'oidc-refused', {
    outcome: 'invalid_request',
    client: undefined,
    reason: 'the session is not found',
  })
})

test.each([
  ['login_required', ['none'], 'oidc-silent'],
  ['login_required', [], 'oidc-refused'],
  ['invalid_scope', ['none'], 'oidc-refused'],
])('the answer %s to a request with the prompts %j is the event %s', (code, prompts, event) => {
  const { events, logEvent } = provider()
  events.emit('authorization.error', asking({}, prompts), refusal(code))

  expect(logEvent).toHaveBeenCalledWith(expect.anything(), event, expect.objectContaining({ outcome: code }))
})

test('a reason that quotes a value of the request stays out of the log', () => {
  const { events, logEvent } = provider()
  const ctx = asking({ code: 'secret-secret' })
  events.emit('grant.error', ctx, refusal('invalid_grant', 'the code secret-secret is over'))
  events.emit('grant.error', ctx, refusal('invalid_grant', 'the code is over'))

  expect(logEvent.mock.calls.map(([, , { reason }]) => reason)).toEqual([undefined, 'the code is over'])
})

test.each([
  ['form_post', 'https://wiki.example/callback', '*'],
  ['form_post', 'https://elsewhere.example/callback', undefined],
  ['query', 'https://wiki.example/callback', undefined],
])('an answer by %s to %s may be posted to %s', (response_mode, redirect_uri, target) => {
  const { events } = provider()
  const ctx = asking({ response_mode, redirect_uri })
  events.emit('authorization.success', ctx)

  expect(ctx.res.locals['formTarget']).toBe(target)
})
