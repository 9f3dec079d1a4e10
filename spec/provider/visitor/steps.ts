import type { Online } from '../servers/chat'
import type { Claims, Party } from '../servers/party'
import type { RunningProvider } from '../servers/provider'
import type { Page } from './page'
import type { Visitor } from './visitor'

/* The pages of the provider, by what is on them, and what a visitor does there. */

const LOGIN = 'form[action$="/login"] button'
const APP = 'form[action$="/login/xmpp"] button'
const CONSENT = 'form[action$="/consent"] button'
const DECLINE = 'form[action$="/decline"] button'
const EVERYWHERE = 'form[action$="/account/sign-out-everywhere"] button'
const SIGN_OUT = 'form[action$="/logout"] button'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface SignedIn {
  /** the party's request to the provider */
  readonly asked: URLSearchParams
  readonly claims: Claims
}

export const isLoginForm = (page: Page) => page.status < 500 && page.has('input[name="password"]') && page.has(LOGIN)
export const isConsent = (page: Page) => page.status === 200 && page.has(CONSENT)

/** Sends the form for name and password. */
export const typesIn = (visitor: Visitor, page: Page, { username, password }: Credentials) =>
  visitor.submit(page, { username, password }, LOGIN)

export const consents = (visitor: Visitor, page: Page) => visitor.submit(page, {}, CONSENT)
export const declines = (visitor: Visitor, page: Page) => visitor.submit(page, {}, DECLINE)

/** Signs in to a party by the form of the provider, and consents if asked. */
export async function signsIn(visitor: Visitor, party: Party, credentials: Credentials): Promise<SignedIn> {
  const login = await visitor.open(party.account)
  if (!isLoginForm(login)) throw new Error(`not the login form: ${described(login)}\n${party.said()}`)
  const account = await passes(visitor, await typesIn(visitor, login, credentials))
  return { asked: requestIn(login), claims: claimsOn(party, account) }
}

/** Signs in to a party by an answer in the visitor's XMPP app, and consents if asked. */
export async function signsInByApp(visitor: Visitor, party: Party, jid: string, app: Online): Promise<Claims> {
  const login = await visitor.open(party.account)
  const waiting = await visitor.submit(login, { jid }, APP)
  await app.replies(waiting.valueOf('.number strong') ?? '')
  // A browser without scripts asks so.
  const next = await visitor.open(new URL('/login/xmpp/wait?held', waiting.url).href)
  return claimsOn(party, await passes(visitor, next))
}

/** Comes to a party while signed in at the provider, and consents if asked. */
export async function comesBy(visitor: Visitor, party: Party): Promise<SignedIn> {
  const page = await visitor.open(party.account)
  return { asked: requestIn(page), claims: claimsOn(party, await passes(visitor, page)) }
}

export const passes = async (visitor: Visitor, page: Page): Promise<Page> =>
  isConsent(page) ? consents(visitor, page) : page

/** Reads the claims that a party shows. */
export function claimsOn(party: Party, page: Page): Claims {
  if (page.status !== 200 || page.url.href !== party.account) {
    throw new Error(`not the account page of ${party.name}: ${described(page)}\n${party.said()}`)
  }
  return party.claimsOn(page)
}

function requestIn({ way }: Page): URLSearchParams {
  const asked = way.map(url => new URL(url)).find(({ searchParams }) => searchParams.has('response_type'))
  if (!asked) throw new Error(`the party did not ask the provider: ${way.join('\n')}`)
  return asked.searchParams
}

/** Returns true when the account page is shown without a visit to the provider. */
export async function isSignedIn(visitor: Visitor, party: Party): Promise<boolean> {
  const { status } = await visitor.peek(party.account)
  if (status !== 200 && status !== 302) throw new Error(`${party.name} answers ${status}`)
  return status === 200
}

/** Returns true when the site of the provider shows its form for signing out. */
export const isSignedInAt = async (visitor: Visitor, { home }: RunningProvider) =>
  (await visitor.open(home)).has(SIGN_OUT)

/** Signs out on the page of the provider itself. */
export async function signsOutAt(visitor: Visitor, { home }: RunningProvider): Promise<Page> {
  return visitor.submit(await visitor.open(home), {}, SIGN_OUT)
}

/** Ends all sessions of the account, on the account page. */
export async function signsOutEverywhere(visitor: Visitor, { home }: RunningProvider, password: string): Promise<Page> {
  return visitor.submit(await visitor.open(`${home}account`), { password }, EVERYWHERE)
}

export const described = ({ status, way, text }: Page) => `${status}\n${way.join('\n')}\n${text.slice(0, 1_000)}`
