import { createHash, randomBytes } from 'node:crypto'
import { hiddenIn } from '../../example-app/visitor'
import { type Answer, ask, type Door, type Visitor } from '../visitor'

const REDIRECT_URI = 'https://party.example/callback'
const SECRET = 'the-secret-of-a-party-which-is-long-enough'

/** The content of the file of clients. */
export const CLIENTS = [
  {
    client_id: 'party',
    client_name: 'Party',
    client_secret: SECRET,
    first_party: true,
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile xmpp offline_access',
    redirect_uris: [REDIRECT_URI],
  },
]
const BASIC = `Basic ${Buffer.from(`party:${encodeURIComponent(SECRET)}`).toString('base64')}`
const MAX_REQUESTS = 16

/** A request of the party to the provider. */
export interface Asked {
  readonly path: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

export interface Tokens {
  readonly id_token: string
  readonly access_token: string
  readonly refresh_token?: string
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** How a visitor comes back: with a code, or with an answer that is not a way back. */
export type Return = { readonly code: string } | { readonly answer: Answer }

const random = () => randomBytes(32).toString('base64url')

/** @param more parameters of the request */
export function question(more: Readonly<Record<string, string>> = {}): Asked {
  const [state, nonce, verifier] = [random(), random(), random()]
  const query = new URLSearchParams({
    client_id: 'party',
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid profile xmpp',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })
  return { path: `/oidc/auth?${query}`, state, nonce, verifier }
}

/** Asks for a refresh token, too. */
export const lasting = () => question({ scope: 'openid profile xmpp offline_access', prompt: 'consent' })

/**
 * Sends a visitor to the provider, fills in its forms and follows its redirects.
 *
 * @param doorOf returns the address that the nth request goes to
 */
export async function comesBack(
  visitor: Visitor,
  doorOf: (nth: number) => Door,
  { path, state }: Asked,
  credentials: Credentials,
): Promise<Return> {
  let answer = await visitor.get(doorOf(0), path)
  for (let nth = 1; nth < MAX_REQUESTS; nth++) {
    const { status, location, text } = answer
    if (location?.startsWith(REDIRECT_URI)) {
      const back = new URL(location).searchParams
      const code = back.get('code')
      if (code === null || back.get('state') !== state) throw new Error(`a wrong way back: ${location}`)
      return { code }
    }
    const next = location ?? refreshIn(text)
    if (next !== undefined) answer = await visitor.get(doorOf(nth), pathOf(next))
    else if (status === 200 && formIn(text)) answer = await sent(visitor, doorOf(nth), text, credentials)
    else return { answer }
  }
  throw new Error('the visitor goes round in circles')
}

const pathOf = (location: string) => {
  const { pathname, search } = new URL(location, 'https://provider.example')
  return pathname + search
}

/** Returns the address that a page leads to by itself. */
const refreshIn = (page: string) =>
  /<meta http-equiv="refresh" content="0;url=([^"]+)">/.exec(page)?.[1]?.replaceAll('&amp;', '&')

/** Returns the form for a password or for consent. */
const formIn = (page: string) =>
  page
    .split('<form')
    .find(part => /^[^>]* action="[^"]*\/(?:login|consent)"/.test(part))
    ?.split('</form>', 1)[0]

function sent(visitor: Visitor, door: Door, page: string, credentials: Credentials): Promise<Answer> {
  const form = formIn(page) ?? ''
  const action = /action="([^"]+)"/.exec(form)?.[1] ?? ''
  const hidden = Array.from(
    form.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g),
    ([, name = '', value = '']) => [name, value],
  )
  const fields = form.includes('name="password"') ? { ...credentials } : {}
  return visitor.post(door, action, { ...Object.fromEntries(hidden), ...hiddenIn(form), ...fields })
}

/** Sends a form of the party's server. */
export function tell(door: Door, endpoint: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  return ask(door, `/oidc/${endpoint}`, {
    address: '127.0.0.1',
    headers: { Authorization: BASIC, ...door.headers },
    form: String(new URLSearchParams(form)),
  })
}

/** Redeems a code. */
export const redeem = (door: Door, code: string, { verifier }: Pick<Asked, 'verifier'>): Promise<Answer> =>
  tell(door, 'token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  })

export const refresh = (door: Door, { refresh_token = '' }: Pick<Tokens, 'refresh_token'>): Promise<Answer> =>
  tell(door, 'token', { grant_type: 'refresh_token', refresh_token })

/** Asks for the claims of an access token. */
export const userinfo = (door: Door, { access_token }: Pick<Tokens, 'access_token'>): Promise<Answer> =>
  ask(door, '/oidc/me', {
    address: '127.0.0.1',
    headers: { Authorization: `Bearer ${access_token}`, ...door.headers },
    form: undefined,
  })

export function tokensIn({ status, text }: Answer): Tokens {
  if (status !== 200) throw new Error(`the token endpoint: ${status} ${text}`)
  return JSON.parse(text)
}

export function claimsIn({ id_token }: Pick<Tokens, 'id_token'>): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString())
}

/** Returns the error code of an answer for programs. */
export function errorIn({ text }: Answer): unknown {
  return JSON.parse(text).error
}

/** Signs a visitor in, with all requests to one address or to the two in turns. Throws if it fails. */
export async function signInBy(
  visitor: Visitor,
  doors: readonly Door[],
  credentials: Credentials,
  asked = question(),
): Promise<Tokens> {
  const doorOf = (nth: number) => doors[nth % doors.length] as Door
  const back = await comesBack(visitor, doorOf, asked, credentials)
  if (!('code' in back)) throw new Error(`the visitor does not come back: ${back.answer.status} ${back.answer.text}`)
  return tokensIn(await redeem(doorOf(0), back.code, asked))
}
