import { XmppBoshError } from '../errors/error'
import { assertObject } from '../options/checks'
import { type Clock, quietClock } from '../time/clock'
import type { AbortSignalLike } from '../time/light-signal'
import { Conversation } from './chat/conversation'
import { Inbox } from './chat/inbox'
import { Notes } from './chat/notes'
import { Speech } from './chat/speech'
import { typedPerson } from './jids'
import type { ConfirmationsOptions, ConfirmVisitor } from './options'
import { Reports } from './reports'
import { type ConfirmSettings, confirmSettingsOf } from './settings'
import { Starts } from './start/starts'
import type { ConfirmRecord } from './store'
import { type ConfirmView, settledView, viewOf } from './view'

/**
 * Sign-ins without a password: asks an account in its own XMPP client, and takes its answer. It needs neither Passport nor
 * Express; the strategy of this package is built on it.
 *
 * An answer proves that a client of the account agreed to this sign-in, at this moment.
 *
 * @example
 * ```ts
 * import { Confirmations, ServiceAccount } from 'passport-xmpp-bosh'
 *
 * const account = new ServiceAccount({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   username: 'login',
 *   password: process.env['XMPP_PASSWORD'] ?? '',
 * })
 * const url = 'https://app.example/login'
 * const confirmations = new Confirmations({ account, site: 'app.example', url, allow: 'example.com' })
 *
 * const { id, view } = await confirmations.start({ jid: 'alice@example.com' })
 * console.log(`Answer with ${view.number}`)
 * await confirmations.settled(id, 20_000)
 * const record = await confirmations.take(id)
 * const isSignedIn = record?.state === 'granted' && (await confirmations.signedIn(record))
 * console.log(isSignedIn ? `signed in as ${record.jid}` : 'not signed in')
 * ```
 */
export class Confirmations {
  /** Bare JID of the service account. */
  readonly bot: string
  readonly #settings: ConfirmSettings
  readonly #notes: Notes
  readonly #speech: Speech
  readonly #starts: Starts
  readonly #inbox: Inbox
  #isClosed = false

  /**
   * Creates it and begins to listen to the messages of the service account.
   *
   * @param options `account`, `site`, `url` and `allow` are required
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import { Confirmations, type ServiceAccount } from 'passport-xmpp-bosh'
   *
   * export function confirmationsOf(account: ServiceAccount): Confirmations {
   *   return new Confirmations({ account, site: 'app.example', url: 'https://app.example/login', allow: 'example.com' })
   * }
   * ```
   */
  constructor(options: ConfirmationsOptions)
  /** @internal */
  constructor(options: ConfirmationsOptions, internals?: { readonly clock?: Clock })
  constructor(options: ConfirmationsOptions, { clock = quietClock }: { readonly clock?: Clock } = {}) {
    const settings = confirmSettingsOf(options)
    const { account, store, bot, lifetime, asks } = settings
    const reports = new Reports(clock)
    this.#settings = settings
    this.bot = `${bot.local}@${bot.domain}`
    this.#notes = new Notes(store, lifetime, asks)
    this.#speech = new Speech(settings, reports)
    const parts = { settings, store, clock, notes: this.#notes, speech: this.#speech, reports }
    this.#starts = new Starts(parts)
    const conversation = new Conversation(parts)
    this.#inbox = new Inbox(account, bot, heard => conversation.take(heard), reports)
  }

  /**
   * Starts a request, and asks the account if there is one. Keep `id` in the session of the browser, and nowhere else.
   *
   * @param request `jid` as typed; without it, the visitor has to send the code
   * @throws {XmppBoshError} `missing-jid` without a JID and a code, `malformed-jid`, `domain-not-allowed` if option `allow`
   * refuses it; ERR_XMPP_UNAVAILABLE if the service account is not online for five seconds, ERR_XMPP_ACCOUNT if its server
   * refuses it, ERR_XMPP_BUSY if too many requests wait
   * @example
   * ```ts
   * import type { Confirmations } from 'passport-xmpp-bosh'
   *
   * export async function begin(confirmations: Confirmations, jid: string, address: string): Promise<string> {
   *   const { id, view } = await confirmations.start({ jid, visitor: { place: address, key: address } })
   *   console.log(`Answer ${view.bot} with ${view.number}, or send ${view.code}`)
   *   return id
   * }
   * ```
   */
  async start(request: {
    /** JID as typed; a resource is cut off */
    jid?: string | undefined
    visitor?: ConfirmVisitor | undefined
  }): Promise<{ id: string; view: ConfirmView }> {
    assertObject(request, 'request')
    if (this.#isClosed) throw new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'the confirmations are closed')
    const record = await this.#starts.start(request.jid, request.visitor ?? {})
    return { id: record.id, view: viewOf(record, this.#settings.bot) }
  }

  /**
   * Returns the state of a request, or `undefined` if it is over.
   *
   * @example
   * ```ts
   * import type { Confirmations } from 'passport-xmpp-bosh'
   *
   * export async function isDecided(confirmations: Confirmations, id: string): Promise<boolean> {
   *   return (await confirmations.waiting(id))?.state === 'decided'
   * }
   * ```
   */
  async waiting(id: string): Promise<ConfirmView | undefined> {
    const record = await this.#settings.store.get(id)
    return record && viewOf(record, this.#settings.bot)
  }

  /**
   * Waits until a request is decided, is over, or its question came back, and returns its state as {@link waiting} does.
   *
   * @param ms longest wait, at most 60000
   * @param signal ends the wait, as when the visitor leaves
   * @example
   * ```ts
   * import type { Confirmations } from 'passport-xmpp-bosh'
   *
   * export async function held(confirmations: Confirmations, id: string, signal: AbortSignal): Promise<string> {
   *   const view = await confirmations.settled(id, 20_000, signal)
   *   return view === undefined ? 'over' : view.state
   * }
   * ```
   */
  async settled(id: string, ms: number, signal?: AbortSignalLike): Promise<ConfirmView | undefined> {
    return settledView(this.#settings.store, this.#settings.bot, { id, ms, signal })
  }

  /**
   * Removes a request and returns it, once, whatever its state. If it is granted, sign the account in, and call
   * {@link signedIn}.
   *
   * @returns `undefined` if it is over or was taken before
   * @example
   * ```ts
   * import type { Confirmations } from 'passport-xmpp-bosh'
   *
   * export async function finish(confirmations: Confirmations, id: string): Promise<string | undefined> {
   *   const record = await confirmations.take(id)
   *   if (record?.state !== 'granted') return undefined
   *   return (await confirmations.signedIn(record)) ? record.jid : undefined
   * }
   * ```
   */
  async take(id: string): Promise<ConfirmRecord | undefined> {
    const record = await this.#settings.store.take(id)
    this.#starts.ended(id)
    if (record?.state !== 'granted' || record.jid === undefined) return record
    if (!(await this.#notes.isStopped(record.jid))) return record
    const { way: _, ...rest } = record
    return { ...rest, state: 'denied' }
  }

  /**
   * Tells the account in the chat that it is signed in. Call it when the app has signed it in: after its own check of the
   * account and, where possible, when the session is stored. An app that refuses the account does not call it.
   *
   * @param record a granted request, as {@link take} returned it
   * @returns false if the account answered STOP meanwhile: the chat says nothing, and the app ends the session
   * @example
   * ```ts
   * import type { Confirmations, ConfirmRecord } from 'passport-xmpp-bosh'
   *
   * export async function tell(confirmations: Confirmations, record: ConfirmRecord, end: () => Promise<void>) {
   *   if (!(await confirmations.signedIn(record))) await end()
   * }
   * ```
   */
  async signedIn(record: ConfirmRecord): Promise<boolean> {
    const { state, jid } = record
    if (state !== 'granted' || jid === undefined || (await this.#notes.isStopped(jid))) return false
    this.#speech.say(jid, 'signedIn', record)
    return true
  }

  /**
   * Ends a request: the visitor gave it up. Answers to it count for nothing.
   *
   * @example
   * ```ts
   * import type { Confirmations } from 'passport-xmpp-bosh'
   *
   * export async function sendAgain(confirmations: Confirmations, id: string, jid: string): Promise<string> {
   *   await confirmations.cancel(id)
   *   return (await confirmations.start({ jid })).id
   * }
   * ```
   */
  async cancel(id: string): Promise<void> {
    this.#starts.ended(id)
    await this.#settings.store.take(id)
  }

  /**
   * Lifts STOP and the quiet time after a "no": call it when the account signed in by its password.
   *
   * @param jid bare JID
   * @example
   * ```ts
   * import type { Account, Confirmations } from 'passport-xmpp-bosh'
   *
   * export const askAgain = (confirmations: Confirmations, { jid }: Account) => confirmations.allowAsking(jid)
   * ```
   */
  async allowAsking(jid: string): Promise<void> {
    const person = typedPerson(jid, this.#settings.bot)
    if (person) await this.#notes.allowAsking(person.jid)
  }

  /**
   * Listens no longer, and resolves when all messages that arrived are worked on. Close the service account first: an answer
   * that its server still sends has no listener after this.
   *
   * @example
   * ```ts
   * import type { Confirmations, ServiceAccount } from 'passport-xmpp-bosh'
   *
   * export async function shutDown(confirmations: Confirmations, account: ServiceAccount): Promise<void> {
   *   await account.close()
   *   await confirmations.close()
   * }
   * ```
   */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#inbox.close()
  }
}
