import { issuerOf } from '../../../identity-provider/endpoints/issuer'

const read = (text: string, base = '', production = true) => issuerOf(text, { base, production })

test.each([
  ['https://id.example.com/oidc', '', { url: 'https://id.example.com/oidc', mount: '/oidc' }],
  ['https://id.example.com/oidc/', '', { url: 'https://id.example.com/oidc', mount: '/oidc' }],
  ['https://id.example.com', '', { url: 'https://id.example.com', mount: '' }],
  ['https://example.com/login/oidc', '/login', { url: 'https://example.com/login/oidc', mount: '/oidc' }],
  ['https://example.com/login', '/login', { url: 'https://example.com/login', mount: '' }],
  ['https://id.example.com:8443/a/b', '', { url: 'https://id.example.com:8443/a/b', mount: '/a/b' }],
])('the issuer %s under the base "%s" has its place in the site', (text, base, expected) => {
  expect(read(text, base)).toMatchObject(expected)
})

test.each([
  ['id.example.com/oidc', 'must be a URL'],
  ['ftp://id.example.com/oidc', 'must be a URL'],
  ['https://user:secret@id.example.com/oidc', 'must be a URL'],
  ['https://id.example.com/oidc?x', 'without a query'],
  ['https://id.example.com/oidc#x', 'without a query'],
  ['http://id.example.com/oidc', 'https URL in production'],
  ['https://id.example.com/o:dc', 'must have a path of letters'],
  ['https://id.example.com//oidc', 'must have a path of letters'],
])('the issuer %s is refused', (text, message) => {
  expect(() => read(text)).toThrow(message)
})

test('an issuer outside of the site is refused', () => {
  expect(() => read('https://example.com/oidc', '/login')).toThrow('must be under BASE_PATH, /login')
  expect(() => read('https://example.com/loginoidc', '/login')).toThrow('must be under BASE_PATH')
})

test('plain http is for trying it out', () => {
  expect(read('http://localhost:5006/oidc', '', false).origin).toBe('http://localhost:5006')
})
