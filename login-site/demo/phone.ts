import { type Request, type RequestHandler, type Response, Router } from 'express'
import { displayJid } from 'passport-xmpp-bosh'
import type { Accounts } from '../auth/accounts'
import type { Act, Forms } from '../forms/forms'
import { scriptsThatAsk } from '../protection/security-headers'

/** A chat message on a phone. */
export interface DemoMessage {
  readonly text: string
  /** the user wrote it */
  readonly isOwn: boolean
}

/** The phones of the users of the demo server. */
export interface DemoPhones {
  /** Returns the JIDs of all users. */
  users(): readonly string[]
  /** Gives a user a phone. */
  add(jid: string): void
  messages(jid: string): readonly DemoMessage[]
  /** Writes to the service account. */
  send(jid: string, text: string): void
  /** Resolves when the user has more than `seen` messages, at the latest after `ms`. */
  changed(jid: string, seen: number, ms: number): Promise<void>
}

const PAGE = '/demo/phone'
/** ms */
const HOLD_MS = 15_000
/** characters */
const MAX_TEXT_LENGTH = 200
/** messages that the page shows, the newest ones */
const MAX_SHOWN = 20

/** Serves the page that plays the phone of a demo user, to browsers on this machine alone. */
export function demoPhone(phones: DemoPhones, forms: Forms): Router {
  const router = Router()
  router.use(PAGE, onThisMachine)

  router.get(PAGE, scriptsThatAsk, async (req, res) => {
    const jid = phoneOf(req.query['user'], phones)
    const seen = Number(req.query['seen'])
    if (Number.isSafeInteger(seen)) await phones.changed(jid, seen, HOLD_MS)
    const messages = phones.messages(jid)
    res.render('demo/phone', {
      users: phones.users().map(user => ({ jid: user, shown: displayJid(user), isThis: user === jid })),
      jid,
      seen: messages.length,
      messages: messages.slice(-MAX_SHOWN),
    })
  })

  const act: Act = async req => {
    const jid = phoneOf(req.body?.user, phones)
    const text: unknown = req.body?.quick ?? req.body?.text
    if (typeof text === 'string' && text.trim() !== '') phones.send(jid, text.trim().slice(0, MAX_TEXT_LENGTH))
    return { to: `${PAGE}?${new URLSearchParams({ user: jid })}` }
  }
  router.post(PAGE, forms.submission({ act, failsWithoutEffect: true }))
  return router
}

/** Gives each new account a phone. */
export function withPhones(accounts: Accounts, phones: DemoPhones): Accounts {
  return {
    ...accounts,
    async signUp(req, state, values) {
      const jid = await accounts.signUp(req, state, values)
      phones.add(jid)
      return jid
    },
  }
}

const onThisMachine: RequestHandler = (req: Request, _res: Response, next) =>
  next(isOnThisMachine(req) ? undefined : 'router')

/**
 * Tells whether a browser on this machine asks. Others may be behind a proxy on this one, which may name them or not. A page
 * of another site, whose name leads here, has another host.
 */
export function isOnThisMachine({ socket, headers }: Request): boolean {
  const isHere = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(socket.remoteAddress ?? '')
  const isForwarded = Object.keys(headers).some(name => /^(?:x-forwarded-|x-real-ip$|via$|forwarded$)/.test(name))
  return isHere && !isForwarded && /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(headers.host ?? '')
}

function phoneOf(value: unknown, phones: DemoPhones): string {
  const users = phones.users()
  return users.find(user => user === value) ?? users[0] ?? ''
}
