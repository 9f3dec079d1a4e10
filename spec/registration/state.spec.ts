import { MAX_FORM_FIELDS } from '../../lib/limits'
import { assertState, type RegistrationState } from '../../lib/registration/state'

const STATE: RegistrationState = {
  domain: 'localhost',
  kind: 'form',
  visible: [
    ['username', true],
    ['password', true],
  ],
  hidden: [['challenge', ['1']]],
  answer: 'ocr',
  expiresAt: 1,
  service: 0,
}

test('assertState() accepts the state of form(), before and after JSON', () => {
  expect(() => assertState(STATE, 'localhost')).not.toThrow()
  expect(() => assertState(JSON.parse(JSON.stringify(STATE)), 'localhost')).not.toThrow()
  expect(() => assertState({ ...STATE, answer: null, expiresAt: null, kind: 'fields' }, 'localhost')).not.toThrow()
  expect(() => assertState({ ...STATE, plain: true }, 'localhost')).not.toThrow()
})

test.each([undefined, null])('assertState() reports an expired captcha when the state is %p', state => {
  expect(() => assertState(state, 'localhost')).toThrow(expect.objectContaining({ code: 'captcha-expired' }))
})

test('assertState() throws a TypeError when the state is of another domain', () => {
  expect(() => assertState(STATE, 'example.com')).toThrow(
    new TypeError('`state` belongs to a different domain than option `domain`'),
  )
})

test.each<unknown>([
  'state',
  1,
  [],
  {},
  { ...STATE, domain: undefined },
  { ...STATE, kind: 'x' },
  { ...STATE, plain: 1 },
  { ...STATE, plain: null },
  { ...STATE, visible: undefined },
  { ...STATE, visible: [['username']] },
  { ...STATE, visible: [['username', 'yes']] },
  { ...STATE, visible: [[1, true]] },
  { ...STATE, visible: { length: 1, 0: ['username', true] } },
  { ...STATE, visible: Array(MAX_FORM_FIELDS + 1).fill(['username', true]) },
  { ...STATE, hidden: [['challenge', '1']] },
  { ...STATE, hidden: [['challenge', [1]]] },
  { ...STATE, hidden: [['challenge', ['x'.repeat(10_000)]]] },
  { ...STATE, hidden: [['challenge', Array(MAX_FORM_FIELDS + 1).fill('x')]] },
  { ...STATE, answer: undefined },
  { ...STATE, answer: 1 },
  { ...STATE, expiresAt: '1' },
  { ...STATE, expiresAt: Number.NaN },
  { ...STATE, expiresAt: undefined },
  { ...STATE, service: undefined },
  { ...STATE, service: '0' },
  { ...STATE, service: 0.5 },
])('assertState() throws a TypeError for %j', state => {
  expect(() => assertState(state, 'localhost')).toThrow(new TypeError('`state` is not a state that form() returned'))
})
