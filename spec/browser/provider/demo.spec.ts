import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { type Child, startChild } from '../../cluster/servers/child'
import { launch } from '../fixture/browser'

/* `npm run start:provider` after the build: the provider and the program of the demo, in Chromium. */

const START = resolve(__dirname, '../../../scripts/start-provider.js')
/** A client of the operator's own, beside that of the demo */
const WIKI = {
  client_id: 'wiki',
  client_secret: 'the-secret-of-the-wiki-that-is-long-enough',
  redirect_uris: ['http://localhost:7001/callback'],
  first_party: true,
}

let directory: string
let demo: Child
let browser: Browser
/** addresses of the demo app and of the provider */
let app: string
let provider: string
let trouble: string[]

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'demo-'))
  writeFileSync(join(directory, 'clients.json'), JSON.stringify([WIKI]))
  demo = await startChild({
    path: process.execPath,
    args: [START],
    env: { PORT: '0', OIDC_CLIENTS: join(directory, 'clients.json'), OIDC_KEYS: join(directory, 'keys.json') },
    ready: /^Demo app, .*$/m,
    end: 'TERM',
  })
  provider = /^Listening on (\S+)$/m.exec(demo.said())?.[1] ?? ''
  app = /^Demo app, .*: (\S+)$/m.exec(demo.said())?.[1] ?? ''
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  await demo?.kill()
  rmSync(directory, { recursive: true })
})

beforeEach(() => {
  trouble = []
})

afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  expect(trouble).toEqual([])
})

/** Opens the demo app in a browser of its own. */
async function visit(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage()
  page.on('console', message => {
    // Others are remarks, such as one about a field that already has the focus.
    if (['error', 'warning'].includes(message.type())) trouble.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => trouble.push(`page: ${error.message}`))
  await page.goto(app)
  return page
}

const pressed = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const followed = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()

async function signIn(page: Page): Promise<void> {
  await followed(page, 'Sign in')
  await page.locator('#username').fill('alice')
  await page.locator('#password').fill('wonderland')
  await pressed(page, 'Sign in')
}

/** Reads the table of claims: the values of the ID token and of userinfo, by claim. */
async function claimsOn(page: Page): Promise<Readonly<Record<string, readonly string[]>>> {
  await page.locator('table').waitFor()
  const rows = await page.locator('tbody tr').all()
  const read = rows.map(async row => {
    const name = await row.locator('th code').textContent()
    const values = await row.locator('td').all()
    return [
      name,
      await Promise.all(values.map(async value => (await value.locator(':last-child').textContent()) ?? '')),
    ]
  })
  return Object.fromEntries(await Promise.all(read))
}

test('the terminal names the issuer, the users and both addresses', () => {
  const said = demo.said()
  expect(said).toContain(`\nIssuer: ${provider}/oidc\n`)
  expect(said).toContain('\n  user1 / user1\n  alice / wonderland\n')
  expect(said).toContain(`: ${provider}/demo/phone\n`)
  expect(new URL(app).origin).not.toBe(new URL(provider).origin)
})

test('a visitor who signs in and agrees sees the claims of the ID token and of userinfo', async () => {
  const page = await visit()
  await signIn(page)
  await page.getByRole('heading', { name: 'Sign in to Demo app' }).waitFor()
  await pressed(page, 'Continue')
  const claims = await claimsOn(page)
  expect(claims).toMatchObject({
    sub: ['xmpp:alice@localhost', 'xmpp:alice@localhost'],
    xmpp: ['alice@localhost', 'alice@localhost'],
    preferred_username: ['alice', 'alice'],
    name: ['Alice Liddell', 'Alice Liddell'],
    groups: ['["admins"]', '["admins"]'],
    amr: ['["pwd"]', 'not there'],
    iss: [`${provider}/oidc`, 'not there'],
    aud: ['demo', 'not there'],
  })
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hello, Alice Liddell')
  expect(await page.evaluate("document.querySelector('img.picture').naturalWidth")).toBe(96)
})

test('a visitor who is signed in comes back without a page, and is asked again on demand', async () => {
  const page = await visit()
  await signIn(page)
  await pressed(page, 'Continue')
  const before = await claimsOn(page)
  await followed(page, 'Sign in without a page')
  expect((await claimsOn(page))['auth_time']).toEqual(before['auth_time'])
  await followed(page, 'Sign in again')
  await page.locator('#password').waitFor()
  expect(new URL(page.url()).origin).toBe(provider)
})

test('a visitor who signs out at the demo app is signed out at the provider', async () => {
  const page = await visit()
  await signIn(page)
  await pressed(page, 'Continue')
  await page.locator('table').waitFor()
  await pressed(page, 'Sign out')
  await page.getByRole('status').waitFor()
  expect(await page.getByRole('status').textContent()).toBe('You are signed out, here and at the provider.')
  expect(page.url()).toBe(`${app}/?notice=signedOut`)
  await followed(page, 'Sign in')
  await page.locator('#password').waitFor()
})

test('a visitor who signs out at the provider is signed out at the demo app', async () => {
  const page = await visit()
  await signIn(page)
  await pressed(page, 'Continue')
  await page.locator('table').waitFor()
  await page.goto(provider)
  await page.locator('main form[action$="/logout"] button').click()
  await page.locator('a[href$="/login"]').waitFor()
  // The provider tells the app after it has answered the visitor.
  for (let tries = 0; tries < 50 && (await page.locator('table').count()) !== 0; tries++) await page.goto(app)
  await page.goto(app)
  await page.getByRole('link', { name: 'Sign in', exact: true }).waitFor()
})

test('a visitor who does not agree is told that the demo app knows nothing', async () => {
  const page = await visit()
  await signIn(page)
  await pressed(page, 'Cancel')
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toBe('You did not agree, so this app knows nothing about you.')
})

test('a visitor signs in with the XMPP app, on the page that plays the phone', async () => {
  const page = await visit()
  await followed(page, 'Sign in')
  await page.locator('#jid').fill('user1')
  await pressed(page, 'Sign in with your XMPP app')
  const number = (await page.locator('.number strong').textContent()) ?? ''
  const phone = await page.context().newPage()
  await phone.goto(`${provider}/demo/phone?user=user1%40localhost`)
  await phone.getByText('Answer with the number').last().waitFor()
  await phone.getByLabel('Answer').fill(number)
  await phone.getByRole('button', { name: 'Send', exact: true }).click()
  await pressed(page, 'Continue')
  expect(await claimsOn(page)).toMatchObject({
    sub: ['xmpp:user1@localhost', 'xmpp:user1@localhost'],
    groups: ['[]', '[]'],
    amr: ['["xmpp"]', 'not there'],
  })
})

test('a visitor who reads German sees the demo app in German', async () => {
  const page = await visit({ locale: 'de-DE' })
  await followed(page, 'Anmelden')
  await page.locator('#username').fill('bob')
  await page.locator('#password').fill('builder')
  await pressed(page, 'Anmelden')
  await page.locator('form[action$="/consent"] button').click()
  await page.getByRole('button', { name: 'Abmelden', exact: true }).waitFor()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Hallo, bob')
})

test('a client of the file gets answers as the one of the demo does', async () => {
  const query = new URLSearchParams({
    client_id: WIKI.client_id,
    redirect_uri: WIKI.redirect_uris[0] ?? '',
    response_type: 'code',
    scope: 'openid',
    prompt: 'none',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  const answer = await fetch(`${provider}/oidc/auth?${query}`, { redirect: 'manual' })
  const url = new URL(answer.headers.get('location') ?? '')
  expect(url.href).toMatch(`${WIKI.redirect_uris[0]}?`)
  expect(url.searchParams.get('error')).toBe('login_required')
})
