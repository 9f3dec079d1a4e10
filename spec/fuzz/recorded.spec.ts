import { dialogueNames, type Reply, SERVERS } from '../fixtures/dialogues/dialogue'
import { exchangesOf, inputOf, type Play, play } from '../playback/play'
import type { Spoil } from '../playback/player'
import { lackingProof } from '../playback/proof'
import { readRequest } from '../playback/requests'
import { part } from './runs'

/*
 * Every recorded login is played with one reply spoilt. A "yes" must have its proof, and every other end a code within
 * the deadline. `npm run fuzz` spoils every reply in every way, CI every tenth, `npm test` every fortieth.
 */

const TIMEOUT_MS = 1000
const SUPPORTED = ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512']

/** Passwords behind recorded proofs, where the rule of the fixtures' README does not tell them. */
const PASSWORDS: Readonly<Record<string, string>> = {
  'lib-default-name-with-comma': 'Geheim 5',
  'lib-strict-login': 'lowUP1#: lang',
  'lib-account-lacks-hash-sha-256': 'user1',
  'lib-change-password': 'Lotte#2031 blau',
  'lib-remove': 'Lotte#2032 rot',
}

const reply = (body: string): Reply => ({ kind: 'reply', status: 200, reason: 'OK', headers: [], body, ms: undefined })
const EMPTY_200 = reply('')
const EMPTY_BODY = reply("<body xmlns='http://jabber.org/protocol/httpbind'/>")
const CUT: Reply = { kind: 'cut', ms: undefined }

/** Ways to spoil the reply at an index. `before` are the recorded replies, in order. */
const WAYS: Readonly<Record<string, (at: number, before: readonly Reply[]) => Spoil>> = {
  'cut from there on': at => (index, own) => [index < at ? own : CUT],
  'cut once': at => (index, own) => [index === at ? CUT : own],
  'empty 200': at => (index, own) => [index === at ? EMPTY_200 : own],
  'empty 200 from there on': at => (index, own) => [index < at ? own : EMPTY_200],
  'empty body': at => (index, own) => [index === at ? EMPTY_BODY : own],
  'the reply before it, in its place': (at, before) => (index, own) => [index === at ? (before[at - 1] ?? own) : own],
  'the reply before it, and then itself': (at, before) => (index, own) =>
    index === at ? [before[at - 1] ?? own, own] : [own],
  'another account': at => (index, own) => [index === at ? ofAnother(own) : own],
  'the reply after it': (at, before) => (index, own) => [index === at ? (before[at + 1] ?? own) : own],
}

/** Replaces the account that a reply binds. */
function ofAnother(own: Reply): Reply {
  if (own.kind !== 'reply') return own
  const { kind, status, reason, headers, body, ms } = own
  return { kind, status, reason, headers, body: body.replace(/<jid>[^@<]+@/, '<jid>mallory@'), ms }
}

interface Login extends Play {
  readonly title: string
}

const LOGINS: readonly Login[] = SERVERS.flatMap(server =>
  dialogueNames(server)
    .filter(name => isLogin({ server, dialogues: [name] }))
    .flatMap(name =>
      [true, false].map((bind): Login => {
        const password = PASSWORDS[name]
        const title = `${server} ${name}${bind ? '' : ', bind false'}`
        return { server, dialogues: [name], bind, timeout: TIMEOUT_MS, title, ...(password && { typed: { password } }) }
      }),
    ),
)

function isLogin(given: Play): boolean {
  const exchanges = exchangesOf(given)
  const kinds = exchanges.map(({ request }) => readRequest(request.body).kind)
  return kinds[0] === 'creation' && SUPPORTED.includes(inputOf(given, exchanges).mechanism ?? '')
}

const SCOPE = part(100)
const EVERY = SCOPE === 100 ? 1 : SCOPE >= 10 ? 10 : 40

describe.each(SERVERS)('logins recorded with %s', server => {
  const logins = LOGINS.filter(login => login.server === server)

  test('succeed only with the proof, and end in time, when one reply is spoilt', async () => {
    const wrong: unknown[] = []
    const ends = { yes: 0, no: 0 }
    for (const [n, login] of logins.entries()) {
      const exchanges = exchangesOf(login)
      const replies = exchanges.map(exchange => exchange.reply)
      for (const [way, spoilAt] of Object.entries(WAYS)) {
        for (let at = 0; at < Math.min(exchanges.length, 8); at++) {
          if ((n + at + way.length) % EVERY !== 0) continue
          const { isYes, fault } = await tryLogin(login, spoilAt(at, replies))
          ends[isYes ? 'yes' : 'no']++
          if (fault !== undefined) wrong.push({ login: login.title, way, at, fault })
        }
      }
    }

    expect(wrong).toEqual([])
    // Replies to requests that the library does not send can be spoilt without harm, and so can that to the terminate.
    expect(ends.yes).toBeGreaterThan(0)
    expect(ends.no).toBeGreaterThan(ends.yes)
  }, 600_000)

  test('have their proof when nothing is spoilt', async () => {
    const proved: string[] = []
    for (const login of logins) {
      const { isYes, fault } = await tryLogin(login)
      expect({ login: login.title, fault }).toEqual({ login: login.title, fault: undefined })
      if (isYes) proved.push(login.title)
    }

    expect(proved.length).toBeGreaterThan(15)
  }, 600_000)
})

async function tryLogin(login: Login, spoil?: Spoil): Promise<{ isYes: boolean; fault: string | undefined }> {
  const { domain, username, password, mechanism = '' } = inputOf(login, exchangesOf(login))
  const { outcome, received, settledAfter, ms } = await play({ ...login, typed: { password } }, spoil)
  const isYes = outcome.error === undefined
  const late = ms > TIMEOUT_MS + 500 ? `took ${Math.round(ms)} ms` : undefined
  if (!isYes) return { isYes, fault: late }
  const [jid = ''] = outcome.words.split(' by ')
  const isAccount = jid === `${username.split('@')[0]}@${domain}`.toLowerCase()
  const claim = { mechanism, password, jid, bind: login.bind ?? true }
  const lacking = lackingProof(received.slice(0, settledAfter), claim)
  return { isYes, fault: late ?? (isAccount ? lacking && `lacks ${lacking}` : `let ${jid} in`) }
}
