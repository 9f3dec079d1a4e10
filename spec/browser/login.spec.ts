import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { appOn } from '../example-app/visitor'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const PHONE: BrowserContextOptions = { viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true }

let xmpp: BoshServer
let app: App
let server: Server
let browser: Browser | undefined
let url: string
let context: BrowserContext
let page: Page
/** What must not happen on a page: complaints of the browser, requests to anywhere else. */
let trouble: string[]

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) throw new Error(`there is no Chromium at ${CHROMIUM}: npm run servers installs it`)
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
  app = appOn(xmpp).app
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
})

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
  await app?.close()
  await xmpp?.close()
})

async function open(options: BrowserContextOptions = {}): Promise<void> {
  if (!browser) throw new Error('there is no browser')
  trouble = []
  context = await browser.newContext(options)
  page = await context.newPage()
  page.on('console', message => trouble.push(`console: ${message.text()}`))
  page.on('pageerror', error => trouble.push(`page: ${error.message}`))
  page.on('request', request => {
    if (!request.url().startsWith(`${url}/`)) trouble.push(`request: ${request.url()}`)
  })
}

afterEach(async () => {
  await context?.close()
  expect(trouble).toEqual([])
})

const heading = () => page.getByRole('heading', { level: 1 }).textContent()
const at = (path: string) => page.waitForURL(url + path)

async function fillIn(username: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

// Waits: a page focuses its field some time after its address is there.
const focusOn = (selector: string) => page.locator(`${selector}:focus`).waitFor()
const outline = () => page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle')

test('sign in and out by keyboard alone, and see where the focus is', async () => {
  await open()
  await page.goto(url)
  expect(await heading()).toBe('hello world')
  await page.keyboard.press('Tab')
  await focusOn('a.button')
  expect(await outline()).toBe('solid')
  await page.keyboard.press('Enter')
  await at('/login')

  await focusOn('#username')
  expect(await outline()).toBe('solid')
  await page.keyboard.type('user1')
  await page.keyboard.press('Tab')
  await focusOn('#password')
  await page.keyboard.type('user1')
  await page.keyboard.press('Tab')
  await focusOn('form button')
  await page.keyboard.press('Enter')
  await at('/')
  expect(await heading()).toBe('hello user1')

  await page.keyboard.press('Tab')
  await focusOn('button')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'hello world' }).waitFor()
})

test('a wrong password: the message beside the form, the name kept, the next try one field away', async () => {
  await open()
  await page.goto(`${url}/login`)
  await fillIn('user1', 'a wrong one')
  const alert = page.locator('form').getByRole('alert')
  await alert.waitFor()
  expect(await alert.textContent()).toBe('Unknown user name or wrong password.')
  expect(await page.getByLabel('User name').inputValue()).toBe('user1')
  expect(await page.getByLabel('Password').inputValue()).toBe('')
  await focusOn('#password')
  expect(await page.title()).toBe('Error: Sign in')

  await page.keyboard.type('user1')
  await page.keyboard.press('Enter')
  await at('/')
  expect(await heading()).toBe('hello user1')
})

test('the message is gone after a reload, and a name with markup in it stays text', async () => {
  await open()
  await page.goto(`${url}/login`)
  await fillIn('"><script>console.error(1)</script>', 'a wrong one')
  await page.getByRole('alert').waitFor()
  expect(await page.getByLabel('User name').inputValue()).toBe('"><script>console.error(1)</script>')
  await page.reload()
  expect(await page.getByRole('alert').count()).toBe(0)
  expect(await page.getByLabel('User name').inputValue()).toBe('')
})

test('after signing out the back button shows nothing of it', async () => {
  await open()
  await page.goto(`${url}/login`)
  await fillIn('user1', 'user1')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'hello world' }).waitFor()
  await page.goBack()
  expect(await page.content()).not.toContain('user1')
})

test('without JavaScript', async () => {
  await open({ javaScriptEnabled: false })
  await page.goto(`${url}/login`)
  await fillIn('user1', 'a wrong one')
  await page.getByRole('alert').waitFor()
  await fillIn('user1', 'user1')
  await at('/')
  expect(await heading()).toBe('hello user1')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'hello world' }).waitFor()
})

test('the browser itself asks for empty fields to be filled in', async () => {
  await open()
  await page.goto(`${url}/login`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await focusOn('#username')
  expect(page.url()).toBe(`${url}/login`)
})

test('on a small phone nothing is wider than the screen, and fields do not make it zoom', async () => {
  const hidden = () =>
    page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  await open(PHONE)
  await page.goto(url)
  expect(await hidden()).toBe(0)
  await page.goto(`${url}/login`)
  expect(await hidden()).toBe(0)
  await fillIn('a-name-without-a-place-to-break-it'.repeat(5), 'a wrong one')
  await page.getByRole('alert').waitFor()
  expect(await hidden()).toBe(0)
  const fontSize = await page.evaluate<string>("getComputedStyle(document.querySelector('#username')).fontSize")
  expect(Number.parseFloat(fontSize)).toBeGreaterThanOrEqual(16)
  await fillIn('user1', 'user1')
  await at('/')
  expect(await hidden()).toBe(0)
})

test('dark where the visitor likes it dark', async () => {
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  await open({ colorScheme: 'dark' })
  await page.goto(url)
  const dark = await background()
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await background()).not.toBe(dark)
})
