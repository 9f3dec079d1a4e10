import { isSupported } from '../../identity-provider/operation/node-version'

test.each([
  ['20.20.2', false],
  ['22.11.9', false],
  ['22.12.0', true],
  ['22.23.3', true],
  ['23.0.0', true],
  ['26.1.0', true],
])('Node.js %s is new enough or not: %p', (version, expected) => {
  expect(isSupported(version)).toBe(expected)
})
