import { createHash, randomBytes } from 'node:crypto'
import http from 'node:http'

/** The relying party, in the words of Dynamic Client Registration. */
export const CLIENT = {
  client_id: 'bench',
  client_name: 'Bench',
  client_secret: 'a-secret-to-measure-with-which-is-long-enough',
  redirect_uris: ['https://party.example/callback'],
}
const [REDIRECT_URI] = CLIENT.redirect_uris
const MAX_REQUESTS = 16

/**
 * Returns a function that signs a visitor in, from the address where a relying party sends a browser to the tokens. It has
 * cookies, follows redirects (also those of a page) and sends the form for name and password.
 *
 * @param {object} provider
 * @param {number} provider.port of loopback
 * @param {string} provider.issuer may be https: the requests say that a proxy has ended TLS
 * @param {boolean} [provider.saysYes] it does not ask for a name: any account is right
 */
export function signIns({ port, issuer, saysYes }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const mount = new URL(issuer).pathname
  let visitors = 0

  return {
    /** Resolves to true when the visitor is signed in with the right claims. */
    async signIn(username, password) {
      const visitor = newVisitor({ agent, port, host: new URL(issuer).host, address: addressOf(visitors++) })
      const verifier = random()
      const code = await codeFor(visitor, `${mount}/auth?${question(verifier)}`, { username, password })
      const claims = await claimsFor(visitor, `${mount}/token`, { code, verifier })
      return claims.iss === issuer && (saysYes || claims.xmpp === `${username}@localhost`)
    },
    close: () => agent.destroy(),
  }
}

/** Every visitor has an address of their own, because a provider may limit requests from one address. */
const addressOf = nth => `10.${(nth >> 16) & 255}.${(nth >> 8) & 255}.${nth & 255}`
const random = () => randomBytes(32).toString('base64url')

const question = verifier =>
  new URLSearchParams({
    client_id: CLIENT.client_id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid xmpp',
    state: random(),
    nonce: random(),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })

async function codeFor(visitor, path, { username, password }) {
  let answer = await visitor.ask(path)
  for (let asked = 1; asked < MAX_REQUESTS; asked++) {
    const { status, location, text } = answer
    if (location?.startsWith(REDIRECT_URI)) {
      const back = new URL(location).searchParams
      if (!back.has('code')) throw new Error(`the visitor is back with ${back.get('error')}`)
      return back.get('code')
    }
    const next = location ?? refreshIn(text)
    if (next !== undefined) answer = await visitor.ask(pathOf(next))
    else if (status === 200) answer = await visitor.ask(...filled(text, { username, password }))
    else throw new Error(`the provider answered ${status}`)
  }
  throw new Error('the visitor does not come back')
}

async function claimsFor(visitor, path, { code, verifier }) {
  const basic = `${encodeURIComponent(CLIENT.client_id)}:${encodeURIComponent(CLIENT.client_secret)}`
  const { status, text } = await visitor.ask(
    path,
    { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: verifier },
    { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
  )
  if (status !== 200) throw new Error(`the token endpoint answered ${status}`)
  const [, claims] = JSON.parse(text).id_token.split('.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}

const pathOf = location => {
  const { pathname, search } = new URL(location, 'http://localhost')
  return pathname + search
}

/** Returns the address that a page leads to by itself. */
const refreshIn = page => /<meta http-equiv="refresh" content="0;url=([^"]+)">/.exec(page)?.[1].replaceAll('&amp;', '&')

/** Fills in the form of a page that has a field for the password. */
function filled(page, fields) {
  const form = page.split('<form').find(part => part.includes('name="password"'))
  const action = /action="([^"]+)"/.exec(form ?? '')?.[1]
  if (action === undefined) throw new Error('a page without a form for the password')
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return [action, { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...fields }]
}

function newVisitor({ agent, port, host, address }) {
  const cookies = new Map()
  return {
    async ask(path, form, headers = {}) {
      const body = form && String(new URLSearchParams(form))
      const answer = await asked({
        agent,
        port,
        host: '127.0.0.1',
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          host,
          'x-forwarded-for': address,
          'x-forwarded-proto': 'https',
          ...(cookies.size > 0 && { cookie: [...cookies].map(pair => pair.join('=')).join('; ') }),
          ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        body,
      })
      for (const set of answer.set) keep(cookies, set)
      return answer
    },
  }
}

function keep(cookies, set) {
  const [pair] = set.split(';', 1)
  const name = pair.slice(0, pair.indexOf('='))
  const value = pair.slice(name.length + 1)
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

function asked({ body, ...options }) {
  return new Promise((resolve, reject) => {
    const request = http.request(options, response => {
      const { statusCode: status, headers } = response
      let text = ''
      response.setEncoding('utf8')
      response.on('data', part => {
        text += part
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status, location: headers.location, set: headers['set-cookie'] ?? [], text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}
