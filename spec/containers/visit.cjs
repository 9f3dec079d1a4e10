/*
 * Visits a site with a browser. The password is the first line of stdin.
 *
 *   node spec/containers/visit.cjs URL sign-up NAME COMMAND [ARGUMENT]...   COMMAND prints the captcha's characters
 *   node spec/containers/visit.cjs URL sign-in NAME
 *   node spec/containers/visit.cjs URL wrong COUNT NAME                     signs in with a wrong password, COUNT times
 *
 * VISITOR  the visitor's address, as a proxy with https would report it
 * CHROMIUM path of the browser
 *
 * Fails with the text of the page when the site does not accept the visitor, or accepts a wrong password.
 */
const { execFileSync } = require('node:child_process')
const { existsSync, readFileSync } = require('node:fs')
const { chromium } = require('playwright-core')

const PAGE_MS = 15_000
const LEAST_PICTURE_PX = 20
/** times that a page is opened while the network changes */
const OPENINGS = 3

async function visit(url, action, ...rest) {
  const password = readFileSync(0, 'utf8').split('\n')[0]
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'],
  })
  try {
    const page = await browser.newPage({ extraHTTPHeaders: proxyHeaders() })
    page.setDefaultTimeout(PAGE_MS)
    await ACTIONS[action](page, url, password, ...rest)
  } finally {
    await browser.close()
  }
}

function proxyHeaders() {
  const address = process.env.VISITOR
  return address ? { 'X-Forwarded-For': address, 'X-Forwarded-Proto': 'https' } : {}
}

const ACTIONS = {
  async 'sign-up'(page, url, password, name, command, ...args) {
    await open(page, `${url}/register`)
    const picture = page.locator('form img').first()
    const width = await picture.evaluate(image => image.naturalWidth)
    if (width < LEAST_PICTURE_PX) throw new Error(`the picture of the captcha is ${width} pixels wide`)
    const answer = execFileSync(command, args, {
      encoding: 'utf8',
      timeout: PAGE_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    await fill(page, name, password)
    await page.locator('input[name=ocr]').fill(answer.trim())
    await submit(page)
    if (!(await isSignedIn(page, url, name))) await ACTIONS['sign-in'](page, url, password, name)
  },
  async 'sign-in'(page, url, password, name) {
    await open(page, `${url}/login`)
    await fill(page, name, password)
    await submit(page)
    const text = await page.innerText('body')
    if (!(await isSignedIn(page, url, name))) throw new Error(`${name} is not signed in: ${text}`)
  },
  async wrong(page, url, password, count, name) {
    for (let n = 1; n <= Number(count); n++) {
      await open(page, `${url}/login`)
      await fill(page, name, `${password} ${n}`)
      await submit(page)
      if (await isSignedIn(page, url, name)) throw new Error(`${name} is signed in with a wrong password`)
    }
  },
}

/** Opens a page. Containers that start on this machine change its network, and Chromium then gives up a request. */
async function open(page, url) {
  for (let left = OPENINGS; ; left--) {
    try {
      return await page.goto(url)
    } catch (error) {
      if (left <= 1 || !error.message.includes('ERR_NETWORK_CHANGED')) throw error
    }
  }
}

async function fill(page, name, password) {
  await page.locator('input[name=username]').fill(name)
  for (const field of await page.locator('form input[type=password]').all()) await field.fill(password)
}

/** Sends the form with the user name, and waits for the page that follows. */
async function submit(page) {
  const form = page.locator('form', { has: page.locator('input[name=username]') })
  await Promise.all([
    page.waitForResponse(response => response.request().method() === 'POST'),
    form.locator('button[type=submit]').first().click(),
  ])
  await page.waitForLoadState()
}

/** Returns true if the site leads the visitor from the login page to a page that names the account. */
async function isSignedIn(page, url, name) {
  await open(page, `${url}/login`)
  return !new URL(page.url()).pathname.endsWith('/login') && (await page.innerText('body')).includes(name)
}

function browserPath() {
  const paths = [
    process.env.CHROMIUM,
    '/usr/bin/chromium-headless-shell',
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
  ]
  const path = paths.find(candidate => candidate && existsSync(candidate))
  if (path === undefined) throw new Error('Chromium is missing: run npm run servers, or set CHROMIUM to its path')
  return path
}

visit(...process.argv.slice(2)).catch(error => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
