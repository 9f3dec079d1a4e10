import {
  BIND_ERRORS,
  type Conditions,
  CREATION_TERMINATIONS,
  conditionError,
  knownCondition,
  SASL_FAILURES,
  SCRAM_ERRORS,
  STREAM_ERRORS,
  TERMINATIONS,
} from '../../lib/errors/conditions'
import { XmppBoshError } from '../../lib/errors/error'
import type { XmppBoshErrorCode } from '../../lib/errors/statuses'
import { type Messages, messagesOf, outcomeOf } from '../../lib/passport/outcome'

/*
 * The condition, Passport's action, the code and the status. Written out a second time, in the words of the servers, so
 * that no line of the library's tables changes unnoticed.
 */
type Line = readonly [condition: string, action: 'fail' | 'error', code: XmppBoshErrorCode, status: number]

const TABLES: readonly { what: string; table: Conditions; otherwise: XmppBoshErrorCode; lines: readonly Line[] }[] = [
  {
    what: 'a SASL failure (RFC 6120 §6.5)',
    table: SASL_FAILURES,
    otherwise: 'ERR_XMPP_PROTOCOL',
    lines: [
      ['not-authorized', 'fail', 'invalid-credentials', 401],
      ['invalid-authzid', 'fail', 'invalid-credentials', 401],
      ['malformed-request', 'fail', 'invalid-credentials', 401],
      ['bad-protocol', 'fail', 'invalid-credentials', 401],
      ['bad-auth', 'fail', 'invalid-credentials', 401],
      ['account-disabled', 'fail', 'account-disabled', 401],
      ['credentials-expired', 'fail', 'credentials-expired', 401],
      ['temporary-auth-failure', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['mechanism-too-weak', 'error', 'ERR_XMPP_MECHANISM', 500],
      ['encryption-required', 'error', 'ERR_XMPP_MECHANISM', 500],
      ['invalid-mechanism', 'error', 'ERR_XMPP_MECHANISM', 500],
      ['no-mechanism', 'error', 'ERR_XMPP_MECHANISM', 500],
      ['incorrect-encoding', 'error', 'ERR_XMPP_PROTOCOL', 502],
      ['aborted', 'error', 'ERR_XMPP_PROTOCOL', 502],
    ],
  },
  {
    what: 'an error in SCRAM (RFC 5802 §7)',
    table: SCRAM_ERRORS,
    otherwise: 'ERR_XMPP_PROTOCOL',
    lines: [
      ['invalid-proof', 'fail', 'invalid-credentials', 401],
      ['unknown-user', 'fail', 'invalid-credentials', 401],
      ['no-resources', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
    ],
  },
  {
    what: 'a refusal to bind (RFC 6120 §7.7.3)',
    table: BIND_ERRORS,
    otherwise: 'ERR_XMPP_PROTOCOL',
    lines: [
      ['not-allowed', 'fail', 'not-allowed', 403],
      ['conflict', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['resource-constraint', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['bad-request', 'error', 'ERR_XMPP_PROTOCOL', 502],
      ['not-authorized', 'error', 'ERR_XMPP_PROTOCOL', 502],
    ],
  },
  {
    what: 'a stream error (RFC 6120 §4.9.3)',
    table: STREAM_ERRORS,
    otherwise: 'ERR_XMPP_TERMINATED',
    lines: [
      ['policy-violation', 'error', 'ERR_XMPP_POLICY', 503],
      ['host-unknown', 'error', 'ERR_XMPP_DOMAIN', 500],
      ['host-gone', 'error', 'ERR_XMPP_DOMAIN', 500],
      ['system-shutdown', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['resource-constraint', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['internal-server-error', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['remote-connection-failed', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['reset', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
    ],
  },
  {
    what: 'the end of a session (XEP-0124 §17.2)',
    table: TERMINATIONS,
    otherwise: 'ERR_XMPP_TERMINATED',
    lines: [
      ['policy-violation', 'error', 'ERR_XMPP_POLICY', 503],
      ['host-unknown', 'error', 'ERR_XMPP_DOMAIN', 500],
      ['host-gone', 'error', 'ERR_XMPP_DOMAIN', 500],
      ['system-shutdown', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['remote-connection-failed', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
    ],
  },
  {
    what: 'the end of a session that has not begun (XEP-0124 §17.2)',
    table: CREATION_TERMINATIONS,
    otherwise: 'ERR_XMPP_TERMINATED',
    lines: [
      ['policy-violation', 'error', 'ERR_XMPP_POLICY', 503],
      ['host-unknown', 'error', 'ERR_XMPP_DOMAIN', 500],
      ['host-gone', 'error', 'ERR_XMPP_DOMAIN', 500],
      ['internal-server-error', 'error', 'ERR_XMPP_DOMAIN', 500],
      ['improper-addressing', 'error', 'ERR_XMPP_DOMAIN', 500],
      ['system-shutdown', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
      ['remote-connection-failed', 'error', 'ERR_XMPP_UNAVAILABLE', 503],
    ],
  },
]

describe.each(TABLES)('for $what', ({ table, otherwise, lines }) => {
  test('the table of the library has exactly these lines', () => {
    const codes = lines.map(([condition, , code]) => [condition, code])
    expect([...table].sort()).toEqual(codes.sort())
  })

  test.each(lines)('%s leads to %s with %s and status %d', (condition, action, code, status) => {
    const error = conditionError(table, otherwise, condition, 'the server said no')
    expect(error).toMatchObject({ code, status, condition, message: `the server said no: ${condition}` })
    const outcome = outcomeOf(error, messagesOf())
    expect(outcome.action).toBe(action)
    if (outcome.action === 'fail') expect(outcome).toMatchObject({ info: { code }, status })
    else expect(outcome.error).toBe(error)
  })

  test.each([
    'hunter2',
    'not-authorized ',
    'NOT-AUTHORIZED',
    '__proto__',
    'constructor',
    '',
    'text',
    '<script>',
    'a\r\nb',
  ])('an undefined condition (%j) leads to the general code and is not repeated', condition => {
    const error = conditionError(table, otherwise, condition, 'the server said no')
    expect(error).toMatchObject({
      code: otherwise,
      condition: 'undefined-condition',
      message: 'the server said no: undefined-condition',
    })
  })
})

describe('without a code of its own', () => {
  test.each([
    'bad-request',
    'item-not-found',
    'other-request',
    'remote-stream-error',
    'see-other-uri',
    'undefined-condition',
    'see-other-host',
    'connection-timeout',
    'not-well-formed',
    'service-unavailable',
    'forbidden',
    'channel-bindings-dont-match',
    'other-error',
  ])('the condition %s is repeated to the operator', condition => {
    expect(knownCondition(condition)).toBe(condition)
    expect(conditionError(TERMINATIONS, 'ERR_XMPP_TERMINATED', condition, 'x')).toMatchObject({
      code: 'ERR_XMPP_TERMINATED',
      condition,
    })
  })
})

describe('in outcomeOf()', () => {
  const TEXTS: Messages = {
    badRequest: 'badRequest!',
    invalidCredentials: 'invalidCredentials!',
    accountDisabled: 'accountDisabled!',
    credentialsExpired: 'credentialsExpired!',
    notAllowed: 'notAllowed!',
    roleRequired: 'roleRequired!',
    unavailable: 'unavailable!',
  }
  test.each<[XmppBoshErrorCode, keyof Messages, number]>([
    ['missing-credentials', 'badRequest', 400],
    ['malformed-credentials', 'badRequest', 400],
    ['invalid-credentials', 'invalidCredentials', 401],
    ['account-disabled', 'accountDisabled', 401],
    ['credentials-expired', 'credentialsExpired', 401],
    ['not-allowed', 'notAllowed', 403],
    ['role-required', 'roleRequired', 403],
  ])('%s leads to fail with the text "%s" and status %d in either mode', (code, text, status) => {
    const outcome = { action: 'fail', info: { message: TEXTS[text], code }, status }
    const reason = new XmppBoshError(code, 'for the log only')
    expect(outcomeOf(reason, TEXTS)).toEqual(outcome)
    expect(outcomeOf(reason, TEXTS, true)).toEqual(outcome)
  })

  test.each<XmppBoshErrorCode>([
    'ERR_XMPP_UNAVAILABLE',
    'ERR_XMPP_BUSY',
    'ERR_XMPP_POLICY',
    'ERR_XMPP_CONNECT',
    'ERR_XMPP_TLS',
    'ERR_XMPP_HTTP',
    'ERR_XMPP_TIMEOUT',
    'ERR_XMPP_PROTOCOL',
    'ERR_XMPP_TOO_LARGE',
    'ERR_XMPP_TERMINATED',
  ])('%s leads to error, or to fail with 503 under handleErrorsAsFailures', code => {
    const error = new XmppBoshError(code, 'for the log only')
    expect(outcomeOf(error, TEXTS)).toEqual({ action: 'error', error })
    expect(outcomeOf(error, TEXTS, true)).toEqual({
      action: 'fail',
      info: { message: 'unavailable!', code },
      status: 503,
    })
  })

  test.each<XmppBoshErrorCode>(['ERR_XMPP_MECHANISM', 'ERR_XMPP_DOMAIN', 'ERR_XMPP_CLIENT_IP', 'ERR_XMPP_ABORTED'])(
    '%s leads to error in either mode because it is not an outage',
    code => {
      const error = new XmppBoshError(code, 'for the log only')
      expect(outcomeOf(error, TEXTS)).toEqual({ action: 'error', error })
      expect(outcomeOf(error, TEXTS, true)).toEqual({ action: 'error', error })
    },
  )

  test.each<XmppBoshErrorCode>(['ERR_XMPP_SERVER_PROOF', 'ERR_XMPP_IDENTITY'])(
    '%s leads to error in either mode because the operator has to see it',
    code => {
      const error = new XmppBoshError(code, 'for the log only')
      expect(outcomeOf(error, TEXTS)).toEqual({ action: 'error', error })
      expect(outcomeOf(error, TEXTS, true)).toEqual({ action: 'error', error })
    },
  )

  test.each([new Error('from verify'), new TypeError('x'), 'a text', undefined, null, { code: 'invalid-credentials' }])(
    'the foreign reason %p leads to error',
    reason => {
      for (const asFailures of [false, true]) {
        const outcome = outcomeOf(reason, TEXTS, asFailures)
        expect(outcome.action).toBe('error')
        expect(outcome).toHaveProperty('error', reason)
      }
    },
  )

  test('the outcome never holds the message of the error', () => {
    const reason = new XmppBoshError('invalid-credentials', 'SASLprep refuses the password')
    expect(JSON.stringify(outcomeOf(reason, messagesOf()))).not.toContain('SASLprep')
  })
})

describe('in messagesOf()', () => {
  test('the default text is the same for a wrong password, a disabled account and a refused one', () => {
    const { invalidCredentials, accountDisabled, credentialsExpired, notAllowed, ...others } = messagesOf()
    expect(new Set([invalidCredentials, accountDisabled, credentialsExpired, notAllowed]).size).toBe(1)
    expect(new Set([invalidCredentials, ...Object.values(others)]).size).toBe(4)
    for (const text of Object.values(messagesOf())) expect(text).toMatch(/^[A-Z].*\.$/)
  })

  test('a text for a wrong password serves the other refusals as well', () => {
    expect(messagesOf({ invalidCredentials: 'No.' })).toMatchObject({
      invalidCredentials: 'No.',
      accountDisabled: 'No.',
      credentialsExpired: 'No.',
      notAllowed: 'No.',
    })
  })

  test('a refusal has its own text when the app gives one', () => {
    expect(messagesOf({ invalidCredentials: 'No.', accountDisabled: 'Disabled.' })).toMatchObject({
      accountDisabled: 'Disabled.',
      notAllowed: 'No.',
    })
  })

  test('later texts replace earlier ones one by one', () => {
    const texts = messagesOf({ badRequest: 'a', unavailable: 'b' }, undefined, { badRequest: 'c' })
    expect(texts).toMatchObject({ badRequest: 'c', unavailable: 'b' })
  })

  test('the given texts are not changed', () => {
    const given = Object.freeze({ badRequest: 'a' })
    messagesOf(given, { badRequest: 'b' })
    expect(given).toEqual({ badRequest: 'a' })
  })
})
