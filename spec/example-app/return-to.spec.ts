import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { returnTo } from '../../login-site/protection/return-to'
import { appOn, hiddenIn, PRODUCTION, tokenIn, type Visitor, visitorOf } from './visitor'

/** bytes of a head that nginx takes by default (proxy_buffer_size), with its request line */
const NGINX_BUFFER_BYTES = 4_096

const headOf = ({ headers }: { headers: Record<string, unknown> }) =>
  Object.entries(headers)
    .flatMap(([name, values]) => [values].flat().map(value => `${name}: ${value}\r\n`.length))
    .reduce((sum, bytes) => sum + bytes, 'HTTP/1.1 303 See Other\r\n\r\n'.length)

const SITE = 'https://app.example'
/** Returns the origin that a browser goes to when a page of the site sends it `Location: value`. */
const goesTo = (value: string) =>
  URL.canParse(value, `${SITE}/login`) ? new URL(value, `${SITE}/login`).origin : 'invalid'

const ELSEWHERE = [
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  'https:evil.example',
  'https://evil.example',
  'https:/evil.example',
  'http:evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/%09/evil.example',
  '/%0a/evil.example',
  '/%0d%0aX-Evil:1',
  '/%20/evil.example',
  '/%2f/evil.example',
  '/%2F%2Fevil.example',
  '/%5cevil.example',
  '/%5Cevil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  '/%2e%2e//evil.example',
  '/./%2fevil.example',
  '/x/../%5cevil.example',
  '/.%2e/%09/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\nX-Evil: 1',
  '\t//evil.example',
  ' //evil.example',
  '/\u0000/evil.example',
  '/\u2028/evil.example',
  '/ünicode',
  '//evil.example@app.example',
  '//app.example.evil.example',
  'app.example',
  'account',
  '?x=1',
  '#x',
  '',
  '/',
]

test.each(ELSEWHERE)('%j leads to the start page', value => {
  expect(returnTo(value)).toBe('/')
})

test.each([undefined, null, 1, true, {}, [], ['/account'], { toString: () => '/account' }])(
  '%j leads to the start page, since it is not a string',
  value => {
    expect(returnTo(value)).toBe('/')
  },
)

test.each([
  '/account',
  '/account?tab=1',
  '/a/b/c#part',
  '/search?q=//evil.example',
  '/a%2fb',
  '/a//b',
  '/@evil.example',
])('%s stays unchanged, since it is a path of this site', value => {
  expect(returnTo(value)).toBe(value)
})

test('a path of more than 300 characters leads to the start page', () => {
  const longest = `/${'x'.repeat(299)}`
  expect(returnTo(longest)).toBe(longest)
  expect(returnTo(`${longest}x`)).toBe('/')
})

test('every combination of dangerous characters stays on this site', () => {
  const parts = ['/', '\\', '.', '..', '%2f', '%5c', '%2e', '%09', '\t', '\n', ' ', '@', ':', '?', '#', 'evil.example']
  let tried = 0
  const astray: string[] = []
  const grow = (value: string, depth: number) => {
    const answer = returnTo(value)
    // The path stays on this site even if a proxy decodes it once more.
    const decoded = decodeURIComponent(answer.replace(/%(?![0-9a-f]{2})/gi, '%25'))
    const leads = [answer, decoded].map(goesTo)
    if (returnTo(answer) !== answer || leads.some(origin => origin !== SITE)) astray.push(value)
    tried++
    if (depth > 0) for (const part of parts) grow(value + part, depth - 1)
  }
  grow('/', 4)
  expect(astray).toEqual([])
  expect(tried).toBe(1 + 16 + 16 ** 2 + 16 ** 3 + 16 ** 4)
})

describe('a login', () => {
  let xmpp: BoshServer
  let app: App
  let visitor: Visitor

  beforeAll(async () => {
    xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
  })
  beforeEach(() => {
    app = appOn(xmpp).app
    visitor = visitorOf(app)
  })
  afterEach(() => app.close())
  afterAll(() => xmpp.close())

  async function signInFor(target: string, password = 'user1') {
    const { text } = await visitor.get(`/login?${new URLSearchParams({ returnTo: target })}`)
    const field = /name="returnTo" value="([^"]*)"/.exec(text)?.[1]
    const answer = await visitor
      .post('/login')
      .type('form')
      .send({ _csrf: tokenIn(text), username: 'user1', password, returnTo: target })
    return { field, answer }
  }

  test('a login leads to the requested page, even after a wrong password', async () => {
    const { answer: refused } = await signInFor('/account', 'a wrong one')
    expect(refused.headers['location']).toBe('/login?returnTo=%2Faccount')
    const { field, answer } = await signInFor('/account')
    expect(field).toBe('/account')
    expect(answer.headers['location']).toBe('/account')
  })

  test.each(['//evil.example', '/\\evil.example', 'https:evil.example', '/%09/evil.example', '/\r\nX-Evil: 1'])(
    'a login never leads to %j',
    async target => {
      const { answer: refused } = await signInFor(target, 'a wrong one')
      expect(refused.headers['location']).toBe('/login')
      const { field, answer } = await signInFor(target)
      expect(field).toBeUndefined()
      expect(answer.headers['location']).toBe('/')
      expect(answer.headers).not.toHaveProperty('x-evil')
      const again = await visitor.get(`/login?${new URLSearchParams({ returnTo: target })}`)
      expect(again.headers['location']).toBe('/')
    },
  )

  test('the head of an answer fits the buffer of nginx when the name and the target are as long as possible', async () => {
    const production = appOn(xmpp, { ...PRODUCTION, XMPP_ALLOW_INSECURE: 'on', BASE_PATH: `/${'b'.repeat(99)}` }).app
    const own = visitorOf(production)
    const proxied = { 'X-Forwarded-Proto': 'https' }
    const login = `/${'b'.repeat(99)}/login`
    const { text, headers } = await own.get(login).set(proxied)
    const cookie = [headers['set-cookie'] ?? []].flat().map((set: string) => set.split(';')[0])
    const heads: number[] = []
    for (const password of ['a wrong one', 'user1']) {
      for (const length of [299, 4_500]) {
        const answer = await own
          .post(login)
          .set({ ...proxied, Cookie: cookie.join('; ') })
          .type('form')
          .send({
            ...hiddenIn(text),
            username: password === 'user1' ? 'user1' : 'n'.repeat(1_021),
            password,
            returnTo: `/x${'/'.repeat(length - 1)}`,
          })
        expect(answer.status).toBe(303)
        heads.push(headOf(answer))
      }
    }
    await production.close()
    expect(heads.filter(bytes => bytes > NGINX_BUFFER_BYTES)).toEqual([])
  })

  test('a login does not lead back to the login page', async () => {
    const { answer } = await signInFor('/login')
    expect(answer.status).toBe(303)
    const next = await visitor.get(String(answer.headers['location']))
    expect(next.headers['location']).toBe('/')
  })
})
