import type { BoshServer } from '../../lib/testing/server'
import { type AppOn, hiddenIn, send, type Visitor } from './visitor'

/** Accounts of an XMPP server, with one that asks visitors. */
export const ACCOUNTS = { login: 'secret', alice: 'wonderland', user1: 'user1' } as const

/** Environment of an app that signs in with XMPP apps. */
export const CONFIRM = { XMPP_CONFIRM_USERNAME: 'login', XMPP_CONFIRM_PASSWORD: ACCOUNTS.login } as const

export const BOT = 'login@localhost'
export const ALICE = 'alice@localhost'

const START = '/login/xmpp'

/** Sends the form of the login page. Does not follow the redirect. */
export function begin(visitor: Visitor, jid: string, fields: Record<string, string> = {}) {
  return send(visitor, '/login', START, { jid, ...fields })
}

/** Sends the form of the login page. Returns the page that waits. */
export async function waitAs(visitor: Visitor, jid: string, fields: Record<string, string> = {}): Promise<string> {
  const { headers } = await begin(visitor, jid, fields)
  return (await visitor.get(headers['location'] ?? '').expect(200)).text
}

/** Returns the number that a page shows. */
export function numberIn(page: string): string {
  const [, number] = /<strong>(\d\d)<\/strong>/.exec(page) ?? []
  if (number === undefined) throw new Error('the page shows no number')
  return number
}

/** Returns the code that a page shows. */
export function codeIn(page: string): string {
  const [, code] = /<code>([0-9A-Z]{4}-[0-9A-Z]{4})<\/code>/.exec(page) ?? []
  if (code === undefined) throw new Error('the page shows no code')
  return code
}

/** Returns another number of two digits. */
export const otherThan = (number: string) => (number === '50' ? '51' : '50')

/** Waits until the request of a visitor is decided, and finishes it. */
export async function finish(visitor: Visitor) {
  await visitor.get(`${START}/wait?held`).set('Accept', 'application/json').expect(200, { state: 'decided' })
  return visitor.get(`${START}/finish`)
}

/** Signs a visitor in by the number. */
export async function signInWithApp(xmpp: BoshServer, visitor: Visitor, jid: string = ALICE) {
  const page = await waitAs(visitor, jid)
  xmpp.users.reply(jid, numberIn(page))
  return finish(visitor)
}

/** Returns the account that a visitor is signed in to. */
export async function accountOf(visitor: Visitor): Promise<string | undefined> {
  const { body } = await visitor.get('/api/me')
  return body.jid
}

/** Sends the form of a page that is shown already. */
export function press(visitor: Visitor, page: string, action: string, fields: Record<string, string> = {}) {
  return visitor
    .post(action)
    .type('form')
    .send({ ...hiddenIn(page, action), ...fields })
}

/** Waits until the server has given a user as many messages. */
export async function told(xmpp: BoshServer, jid: string, count: number): Promise<readonly string[]> {
  const end = performance.now() + MAX_WAIT_MS
  while (xmpp.users.told(jid).length < count && performance.now() < end) await new Promise(setImmediate)
  return xmpp.users.told(jid)
}
const MAX_WAIT_MS = 10_000

/** Returns what the log and the events hold, as one text. */
export const written = ({ logged }: AppOn) => JSON.stringify(logged)
