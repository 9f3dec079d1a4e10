/*
 * Signs a visitor in as a relying party does: with a browser, code flow and PKCE. The password is the first line of stdin.
 *
 *   node spec/containers/relying-party.cjs client >clients.json     prints the file of clients that the provider needs
 *   NODE_EXTRA_CA_CERTS=ROOT.pem node spec/containers/relying-party.cjs ISSUER NAME
 *
 * CHROMIUM path of the browser
 *
 * Prints the claims of the ID token. Fails when the visitor does not come back, or
 * with other claims.
 */
const { createHash, randomBytes } = require('node:crypto')
const { once } = require('node:events')
const { existsSync, readFileSync } = require('node:fs')
const { createServer } = require('node:http')
const { chromium } = require('playwright-core')

const PAGE_MS = 15_000
const CLIENT = {
  client_id: 'check-containers',
  client_name: 'Check of the containers',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['http://127.0.0.1/callback'],
  first_party: true,
}

async function visit(issuer, name) {
  const password = readFileSync(0, 'utf8').split('\n')[0]
  const metadata = await answered(await fetch(`${issuer}/.well-known/openid-configuration`))
  if (metadata.issuer !== issuer) throw new Error(`the issuer calls itself ${metadata.issuer}`)
  const callback = createServer((_req, res) => res.end('back'))
  callback.listen(0, '127.0.0.1')
  await once(callback, 'listening')
  try {
    const asked = question(metadata, `http://127.0.0.1:${callback.address().port}/callback`)
    const back = await answerOf(asked, name, password)
    const claims = await claimsFor(metadata, asked, back)
    for (const [claim, value] of Object.entries({ iss: issuer, nonce: asked.nonce, aud: CLIENT.client_id })) {
      if (claims[claim] !== value) throw new Error(`${claim} is ${claims[claim]}`)
    }
    if (!claims.xmpp?.startsWith(`${name}@`)) throw new Error(`xmpp is ${claims.xmpp}`)
    process.stdout.write(`${JSON.stringify(claims)}\n`)
  } finally {
    callback.closeAllConnections()
    callback.close()
  }
}

/** Returns the address that the visitor is sent to, and what the answer is compared with. */
function question({ authorization_endpoint }, redirectUri) {
  const [state, nonce, verifier] = [random(), random(), random()]
  const url = new URL(authorization_endpoint)
  url.search = new URLSearchParams({
    client_id: CLIENT.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid xmpp',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  return { url, redirectUri, state, nonce, verifier }
}

/** Returns the parameters with which the visitor comes back. */
async function answerOf({ url, redirectUri, state }, name, password) {
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'],
  })
  try {
    const page = await browser.newPage({ ignoreHTTPSErrors: true })
    page.setDefaultTimeout(PAGE_MS)
    await page.goto(String(url))
    await page.locator('input[name=username]').fill(name)
    await page.locator('input[name=password]').fill(password)
    const form = page.locator('form', { has: page.locator('input[name=username]') })
    await form.locator('button[type=submit]').first().click()
    await page.waitForURL(`${redirectUri}?*`).catch(async () => {
      throw new Error(`the visitor is not back: ${await page.innerText('body')}`)
    })
    const back = new URL(page.url()).searchParams
    if (back.get('state') !== state) throw new Error('another state came back')
    return back
  } finally {
    await browser.close()
  }
}

async function claimsFor({ token_endpoint, userinfo_endpoint }, { redirectUri, verifier }, back) {
  const tokens = await answered(
    await fetch(token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: CLIENT.client_id,
        code: back.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
    }),
  )
  const claims = JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url').toString())
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const { sub } = await answered(await fetch(userinfo_endpoint, { headers }))
  if (sub !== claims.sub) throw new Error(`the userinfo endpoint says ${sub}, and the ID token ${claims.sub}`)
  return claims
}

async function answered(response) {
  if (!response.ok) throw new Error(`${new URL(response.url).pathname} answered ${response.status}`)
  return response.json()
}

const random = () => randomBytes(32).toString('base64url')

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

if (process.argv[2] === 'client') {
  process.stdout.write(`${JSON.stringify([CLIENT], undefined, 2)}\n`)
} else {
  visit(...process.argv.slice(2)).catch(error => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
