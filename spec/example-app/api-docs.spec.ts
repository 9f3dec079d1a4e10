import { readFileSync } from 'node:fs'
import { OPENAPI } from '../../example-app/operation/folders'
import { type AppOn, appOn, type Visitor, visitorOf } from './visitor'

let on: AppOn
let visitor: Visitor

beforeAll(() => {
  on = appOn({ url: 'http://127.0.0.1:9/nobody-asks' })
  visitor = visitorOf(on.app)
})

afterAll(() => on.app.close())

test('openapi.yaml is served as it is', async () => {
  const { headers, text, body } = await visitor.get('/openapi.yaml').expect(200)
  expect(headers['content-type']).toBe('application/yaml')
  expect(text ?? String(body)).toBe(readFileSync(OPENAPI, 'utf8'))
})

test('the page has the policy of its own: scripts that are files of this site, and nothing inline', async () => {
  const { headers, text } = await visitor.get('/docs').expect(200)
  expect(headers['content-security-policy']).toBe(
    [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join(';'),
  )
  expect(headers['x-frame-options']).toBe('DENY')
  expect(text).not.toMatch(/<script>|<script(?![^>]* src="\/docs\/)|<style|\sstyle=|\son[a-z]+=|https?:/i)
})

test('no other page has scripts', async () => {
  for (const path of ['/', '/login', '/nothing-here', '/openapi.yaml', '/docs/init.js', '/api/csrf']) {
    const { headers } = await visitor.get(path)
    expect(headers['content-security-policy']).not.toContain('script-src')
  }
})

test('what the page needs is there, and nothing else of Swagger UI', async () => {
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'init.js', 'style.css']) {
    await visitor.get(`/docs/${name}`).expect(200)
  }
  for (const name of ['index.html', 'package.json', 'oauth2-redirect.html', 'swagger-ui.js', '..%2fpackage.json']) {
    await visitor.get(`/docs/${name}`).expect(404)
  }
})

test('whoever only reads gets no session', async () => {
  for (const path of ['/docs', '/openapi.yaml']) {
    expect((await visitorOf(on.app).get(path)).headers).not.toHaveProperty('set-cookie')
  }
})
