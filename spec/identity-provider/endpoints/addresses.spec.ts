import { pathOf, useOriginOf } from '../../../identity-provider/endpoints/addresses'
import { issuerOf } from '../../../identity-provider/endpoints/issuer'

interface Addresses {
  readonly host: string
  readonly protocol: string
  readonly secure: boolean
  readonly origin: string
  readonly href: string
}

/** Returns a request as Koa makes it: one that inherits from that of its app. */
function requestOf(url: string): Addresses {
  const issuer = issuerOf('https://id.example.com/oidc', { base: '', production: true })
  const request = {
    get host() {
      return 'evil.example'
    },
  }
  const app = { request: Object.create(request) }
  useOriginOf(issuer, app)
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
  return Object.assign(Object.create(app.request), { req: { originalUrl: url, headers } })
}

test('the addresses of a request are those of the issuer, whatever its headers say', () => {
  expect(requestOf('/oidc/auth?x=1')).toMatchObject({
    host: 'id.example.com',
    protocol: 'https',
    secure: true,
    origin: 'https://id.example.com',
    href: 'https://id.example.com/oidc/auth?x=1',
  })
})

test('a request line with a whole URL does not name the host', () => {
  expect(requestOf('http://evil.example/oidc/token').href).toBe('https://id.example.com/oidc/token')
  expect(pathOf('//evil.example/oidc')).toBe('//evil.example/oidc')
})
