import { ownOrigins } from '../../../identity-provider/provider/cors'
import type { KoaContextWithOIDC, RegisteredClient } from '../../../identity-provider/provider/oidc'

const client = {
  redirectUris: ['https://app.example/cb', 'http://127.0.0.1:4711/cb', 'com.example.app:/cb'],
} as unknown as RegisteredClient
const allows = (origin: string) => ownOrigins({} as KoaContextWithOIDC, origin, client)

test('the pages of a client may call the endpoints', () => {
  expect(allows('https://app.example')).toBe(true)
  expect(allows('http://127.0.0.1:4711')).toBe(true)
})

test.each([
  'https://evil.example',
  'http://app.example',
  'https://app.example.evil.example',
  'null',
  'com.example.app:',
])('the pages of %s may not call the endpoints', origin => {
  expect(allows(origin)).toBe(false)
})
