import { inspect } from 'node:util'
import { XmppBoshError } from '../../lib/errors/error'
import { isRefusal, type XmppBoshErrorCode } from '../../lib/errors/statuses'

/** Loads another copy of the module, as a second installed version of the package does. */
function anotherCopy(): typeof import('../../lib/errors/error') {
  let copy: typeof import('../../lib/errors/error') | undefined
  jest.isolateModules(() => {
    copy = require('../../lib/errors/error')
  })
  if (!copy) throw new Error('no copy')
  return copy
}

describe('across installed copies of the package', () => {
  const other = anotherCopy()
  const theirs = new other.XmppBoshError('ERR_XMPP_TIMEOUT', 'late')
  const ours = new XmppBoshError('ERR_XMPP_TIMEOUT', 'late')

  test('XmppBoshError.is() recognizes an error that instanceof does not', () => {
    expect(other.XmppBoshError).not.toBe(XmppBoshError)
    expect(theirs).not.toBeInstanceOf(XmppBoshError)
    expect(XmppBoshError.is(theirs)).toBe(true)
    expect(other.XmppBoshError.is(ours)).toBe(true)
  })

  test('XmppBoshError.is() recognizes an error of a subclass', () => {
    class Special extends XmppBoshError {}
    expect(other.XmppBoshError.is(new Special('ERR_XMPP_TLS', 'x'))).toBe(true)
  })

  test.each([
    undefined,
    null,
    'XmppBoshError',
    1,
    {},
    new Error('late'),
    Object.assign(new Error('late'), { name: 'XmppBoshError', code: 'ERR_XMPP_TIMEOUT', status: 504 }),
    XmppBoshError,
  ])('XmppBoshError.is() returns false for %p', value => {
    expect(XmppBoshError.is(value)).toBe(false)
  })
})

describe('after construction', () => {
  test.each(['ERR_XMPP_CONNECT', 'invalid-credentials'] as const)(
    'an error with code %s tells error handlers not to expose its message',
    code => {
      const error = new XmppBoshError(code, 'no connection to 10.0.0.5')

      expect(error.expose).toBe(false)
      expect(Object.keys(error)).not.toContain('expose')
      expect(inspect(error)).not.toContain('expose')
      expect(JSON.stringify(error)).not.toContain('expose')
    },
  )

  test('an error accepts the properties that http-errors assigns when it wraps one', () => {
    const error = new XmppBoshError('ERR_XMPP_CONNECT', 'no connection')

    expect(Object.assign(error, { expose: true, status: 503, statusCode: 503 })).toMatchObject({ expose: true })
  })

  test('an error has a name, a code, a status and a message and nothing that was not given', () => {
    const error = new XmppBoshError('ERR_XMPP_CONNECT', 'no connection')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'XmppBoshError',
      code: 'ERR_XMPP_CONNECT',
      status: 502,
      message: 'no connection',
    })
    expect(error.condition).toBeUndefined()
    expect(Object.hasOwn(error, 'cause')).toBe(false)
    expect(String(error)).toBe('XmppBoshError: no connection')
    expect(error.stack).toContain('error.spec')
  })

  test('an error keeps the condition and the cause when they are given', () => {
    const cause = new Error('ECONNREFUSED')
    const error = new XmppBoshError('ERR_XMPP_POLICY', 'banned', { condition: 'policy-violation', cause })
    expect(error.condition).toBe('policy-violation')
    expect(error.cause).toBe(cause)
  })

  test('an error hides the symbol by which copies recognize each other', () => {
    const error = new XmppBoshError('ERR_XMPP_TLS', 'no')
    expect(inspect(error)).not.toContain('Symbol')
    expect(Reflect.ownKeys({ ...error }).filter(key => typeof key === 'symbol')).toEqual([])
  })
})

// The status names the side at fault: the visitor (4xx), the operator (500), the server or the network (502 on).
const STATUS: Record<XmppBoshErrorCode, number> = {
  'missing-credentials': 400,
  'malformed-credentials': 400,
  'invalid-credentials': 401,
  'account-disabled': 401,
  'credentials-expired': 401,
  'not-allowed': 403,
  'username-taken': 409,
  'captcha-wrong': 400,
  'captcha-expired': 400,
  'weak-password': 400,
  'registration-closed': 403,
  'rate-limited': 429,
  'missing-jid': 400,
  'malformed-jid': 400,
  'domain-not-allowed': 403,
  'confirm-denied': 401,
  'confirm-expired': 401,
  'sign-in-required': 401,
  'role-required': 403,
  ERR_XMPP_UNAVAILABLE: 503,
  ERR_XMPP_BUSY: 503,
  ERR_XMPP_POLICY: 503,
  ERR_XMPP_CONNECT: 502,
  ERR_XMPP_TLS: 502,
  ERR_XMPP_HTTP: 502,
  ERR_XMPP_TIMEOUT: 504,
  ERR_XMPP_PROTOCOL: 502,
  ERR_XMPP_TOO_LARGE: 502,
  ERR_XMPP_TERMINATED: 502,
  ERR_XMPP_MECHANISM: 500,
  ERR_XMPP_SERVER_PROOF: 502,
  ERR_XMPP_IDENTITY: 502,
  ERR_XMPP_DOMAIN: 500,
  ERR_XMPP_ABORTED: 499,
  ERR_XMPP_CLIENT_IP: 500,
  ERR_XMPP_ACCOUNT: 500,
  ERR_XMPP_SESSION: 500,
}

test.each(Object.entries(STATUS))('%s has the status %d', (code, status) => {
  expect(new XmppBoshError(code as XmppBoshErrorCode, 'x').status).toBe(status)
})

test.each(Object.keys(STATUS))('isRefusal() returns true for %s exactly when it is in small letters', code => {
  expect(isRefusal(code as XmppBoshErrorCode)).toBe(code === code.toLowerCase())
})

test('an error has no property `condition` when it was not given', () => {
  expect(Object.keys(new XmppBoshError('ERR_XMPP_TLS', 'no'))).not.toContain('condition')
})
