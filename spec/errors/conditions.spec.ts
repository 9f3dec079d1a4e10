import { conditionError, SASL_FAILURES } from '../../lib/errors/conditions'

test.each([
  ['bad-protocol', 'invalid-credentials'],
  ['bad-auth', 'invalid-credentials'],
  ['no-mechanism', 'ERR_XMPP_MECHANISM'],
])('the condition %s, which MongooseIM invented, becomes %s', (condition, code) => {
  expect(conditionError(SASL_FAILURES, 'ERR_XMPP_PROTOCOL', condition, 'refused')).toMatchObject({ code, condition })
})
