import { readFileSync } from 'node:fs'
import { OPENAPI } from '../../example-app/folders'
import { type AppOn, appOn, type Visitor, visitorOf } from './visitor'

let on: AppOn
let visitor: Visitor

beforeAll(() => {
  on = appOn({ url: 'http://127.0.0.1:9/not-called' })
  visitor = visitorOf(on.app)
})

afterAll(() => on.app.close())

test('openapi.yaml is served unchanged', async () => {
  const { headers, text, body } = await visitor.get('/openapi.yaml').expect(200)
  expect(headers['content-type']).toBe('application/yaml')
  expect(text ?? String(body)).toBe(readFileSync(OPENAPI, 'utf8'))
})

test('the page of the API allows scripts from this site and no inline scripts', async () => {
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

test('other pages allow no requests by scripts', async () => {
  for (const path of ['/', '/login', '/nothing-here', '/openapi.yaml', '/docs/init.js', '/api/csrf']) {
    const { headers } = await visitor.get(path)
    expect(headers['content-security-policy']).toContain("default-src 'none';script-src 'self';style-src")
    expect(headers['content-security-policy']).not.toContain('connect-src')
  }
})

test('the app serves the files of Swagger UI that the page needs, and no others', async () => {
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js', 'init.js', 'style.css']) {
    await visitor.get(`/docs/${name}`).expect(200)
  }
  for (const name of ['index.html', 'package.json', 'oauth2-redirect.html', 'swagger-ui.js', '..%2fpackage.json']) {
    await visitor.get(`/docs/${name}`).expect(404)
  }
})

test('the page of the API begins no session', async () => {
  for (const path of ['/docs', '/openapi.yaml']) {
    expect((await visitorOf(on.app).get(path)).headers).not.toHaveProperty('set-cookie')
  }
})
