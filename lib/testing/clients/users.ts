import { setTimeout } from 'node:timers'
import { assertKnown } from '../../options/checks'
import { accountOf, bareJid } from '../protocol/address'
import type { Router } from '../routing/router'
import { CLIENTS, type ClientName } from './chat-clients'
import { PlayedUser } from './played-user'
import type { Question } from './question'

/** ms that a test waits for a question */
const MAX_WAIT_MS = 5_000
const RESOURCES: Readonly<Record<ClientName, string>> = {
  gajim: 'gajim',
  psi: 'psi',
  poezio: 'poezio',
  movim: 'movim',
  text: 'phone',
}

/**
 * Users that the test server plays, with their chat clients. They may have addresses of other domains, or be users of the
 * server's own domain, beside or without sessions of their own. A user says nothing until it is told to.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { login: 'secret' } })
 * xmpp.users.add('alice@elsewhere.test', { client: 'gajim' })
 * xmpp.users.add('bob@localhost', { client: 'text' })
 * xmpp.users.send('bob@localhost', 'Hello', { to: 'alice@elsewhere.test' })
 * await new Promise(resolve => setTimeout(resolve, 50))
 *
 * assert.deepEqual(xmpp.users.told('alice@elsewhere.test'), ['Hello'])
 * await xmpp.close()
 * ```
 */
export class Users {
  readonly #users = new Map<string, PlayedUser>()
  readonly #router: Router
  readonly #repeatsRefused: boolean

  /** @internal */
  constructor(router: Router, repeatsRefused: boolean) {
    this.#router = router
    this.#repeatsRefused = repeatsRefused
  }

  /**
   * Adds a user. It replaces a user of the same bare JID.
   *
   * @param jid bare JID, of any domain
   * @param options chat client that the user has
   * @throws {TypeError} the JID or the client is invalid
   */
  add(jid: string, { client = 'text', ...unknown }: { readonly client?: ClientName } = {}): void {
    assertKnown(unknown, ['client'])
    const account = accountOf(jid)
    if (account === undefined || bareJid(jid) !== jid) throw new TypeError('a user of the test server has a bare JID')
    if (!Object.hasOwn(CLIENTS, client)) {
      throw new TypeError(`option \`client\` must be one of ${Object.keys(CLIENTS).join(', ')}`)
    }
    this.remove(jid)
    const full = `${account}/${RESOURCES[client]}`
    const user = new PlayedUser(full, CLIENTS[client], this.#router, this.#repeatsRefused)
    this.#users.set(account, user)
    this.#router.join(user)
  }

  /** Removes a user: messages to it bounce. It does nothing if there is no such user. */
  remove(jid: string): void {
    const account = accountOf(jid) ?? ''
    const user = this.#users.get(account)
    if (user) this.#router.leave(user)
    this.#users.delete(account)
  }

  /**
   * Returns the next question that the user was asked, or waits for it. Each question is returned once.
   *
   * @throws {Error} no question came within 5 s
   * @throws {TypeError} the user does not exist
   */
  asked(jid: string): Promise<Question> {
    const user = this.#get(jid)
    const next = user.next()
    if (next) return Promise.resolve(viewOf(next))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop()
        reject(new Error('the user was asked nothing for 5 seconds'))
      }, MAX_WAIT_MS)
      const stop = user.wait(asked => {
        clearTimeout(timer)
        resolve(viewOf(asked))
      })
    })
  }

  /**
   * Accepts the dialog of the question that waits, or of the next one.
   *
   * @throws {TypeError} the user does not exist, or its client shows no dialogs
   */
  confirm(jid: string): void {
    const user = this.#get(jid)
    const { grant } = user.client
    if (!grant) throw new TypeError('the client of this user shows no dialogs: let the user reply')
    user.react(asked => (asked.confirm ? [grant(asked, asked.confirm)] : undefined))
  }

  /**
   * Refuses the question that waits, or the next one: by its dialog, or with the text `no` if there is none. Movim sends
   * nothing.
   *
   * @throws {TypeError} the user does not exist
   */
  deny(jid: string): void {
    const { client } = this.#get(jid)
    const { grant, refuse, write } = client
    this.#get(jid).react(asked => {
      if (asked.confirm === undefined || grant === undefined) return write('no', bareJid(asked.from), asked)
      return refuse ? [refuse(asked, asked.confirm)] : []
    })
  }

  /**
   * Answers the question that waits, or the next one, with a text.
   *
   * @param jid user that answers
   * @param text text of the answer, such as the number that the browser shows
   * @param options `to`: the answer goes to the bare JID that asked, as by Gajim, or to the full one, as by profanity
   * @throws {TypeError} the user does not exist
   */
  reply(jid: string, text: string, { to = 'bare' }: { readonly to?: 'bare' | 'full' } = {}): void {
    const user = this.#get(jid)
    user.react(asked => user.client.write(text, to === 'bare' ? bareJid(asked.from) : asked.from, asked))
  }

  /**
   * Sends a chat message, whether there is a question or not.
   *
   * @param jid user that writes
   * @param text text of the message
   * @param options `to`: addressee; without it the message goes to the one that has written last
   * @throws {TypeError} the user does not exist, or there is no addressee
   */
  send(jid: string, text: string, { to }: { readonly to?: string } = {}): void {
    const user = this.#get(jid)
    const addressee = to ?? (user.writer === undefined ? undefined : bareJid(user.writer))
    if (addressee === undefined) throw new TypeError('option `to` is required while no message has come to the user')
    user.say(...user.client.write(text, addressee, undefined))
  }

  /**
   * Lets the user's server refuse everything that is sent to the user, from now on.
   *
   * @param jid user that gets nothing
   * @param condition stanza error condition (RFC 6120 §8.3.3), such as `policy-violation`
   * @throws {TypeError} the user does not exist, or the condition cannot be one
   */
  bounce(jid: string, condition: string): void {
    if (!/^[a-z][a-z-]{0,63}$/.test(condition)) throw new TypeError('`condition` is not a stanza error condition')
    this.#get(jid).bounceWith(condition)
  }

  /**
   * Ends what the user was told to do: it gets everything and answers nothing.
   *
   * @throws {TypeError} the user does not exist
   */
  silent(jid: string): void {
    this.#get(jid).silence()
  }

  /**
   * Returns the texts that the user got, questions included, at most the last 1,000.
   *
   * @throws {TypeError} the user does not exist
   */
  told(jid: string): readonly string[] {
    return this.#get(jid).texts
  }

  /** @internal */
  clear(): void {
    for (const account of [...this.#users.keys()]) this.remove(account)
  }

  #get(jid: string): PlayedUser {
    const user = this.#users.get(accountOf(jid) ?? '')
    if (!user) throw new TypeError('no such user: add it first')
    return user
  }
}

function viewOf({ text, number, url, from }: Question): Question {
  return { text, number, url, from }
}
