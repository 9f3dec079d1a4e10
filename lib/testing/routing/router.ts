import type { Node } from '../../xml/write'
import type { Accounts } from '../accounts'
import type { Personality } from '../personalities/habits'
import { accountOf } from '../protocol/address'
import type { StanzaFault } from '../protocol/stanza'
import type { AccountStore } from '../services/account-data'
import { offlineMessage } from './offline'

/** A client that is bound, and gets stanzas that others send. */
export interface Recipient {
  /** full JID */
  readonly jid: string
  /** its last presence, or `undefined` before the first one and after an unavailable one */
  readonly presence: Node | undefined
  /** priority of its presence; `undefined` without one (RFC 6121 §4.7.2.3) */
  readonly priority: number | undefined
  receive(stanza: Node): void
  /** Ends it, because another client has bound the same resource. */
  replace(): void
}

/** The server's data that routing needs. */
export interface RouterContext {
  readonly domain: string
  readonly accounts: Accounts
  readonly data: AccountStore
  readonly personality: Personality
}

const UNAVAILABLE: StanzaFault = 'cancel service-unavailable'

/** Routing of stanzas between clients, as in RFC 6121 §8. */
export class Router {
  readonly #context: RouterContext
  readonly #sweep: () => void
  /** clients by their prepared bare JIDs, the oldest first */
  readonly #clients = new Map<string, Set<Recipient>>()

  /** @param sweep ends the sessions that are idle for too long */
  constructor(context: RouterContext, sweep: () => void) {
    this.#context = context
    this.#sweep = sweep
  }

  /** Adds a client. One with the same full JID is replaced. */
  join(client: Recipient): void {
    this.find(client.jid)?.replace()
    const account = accountOf(client.jid) ?? ''
    this.#clients.set(account, (this.#clients.get(account) ?? new Set()).add(client))
  }

  /** Removes a client. The other clients of its account see that it leaves. */
  leave(client: Recipient): void {
    const account = accountOf(client.jid) ?? ''
    const clients = this.#clients.get(account)
    if (!clients?.delete(client)) return
    if (clients.size === 0) this.#clients.delete(account)
  }

  /** Returns the client with a full JID. */
  find(jid: string): Recipient | undefined {
    this.#sweep()
    const resource = resourceOf(jid)
    for (const client of this.#of(jid)) if (resourceOf(client.jid) === resource) return client
    return undefined
  }

  /** Returns the clients of an account that have sent presence. */
  available(jid: string): readonly Recipient[] {
    this.#sweep()
    return [...this.#of(jid)].filter(({ presence }) => presence !== undefined)
  }

  /** Returns the clients that get a message to the bare JID (RFC 6121 §8.5.2.1.1). */
  recipients(jid: string, type: string): readonly Recipient[] {
    const willing = this.available(jid).filter(({ priority = -1 }) => priority >= 0)
    if (type === 'headline') return willing
    const highest = Math.max(...willing.map(({ priority = 0 }) => priority))
    return willing.filter(({ priority }) => priority === highest)
  }

  /** Delivers a message. Returns the error for its sender, if there is one. */
  message(message: Node): StanzaFault | undefined {
    const { to = '', type = 'normal' } = message.attributes
    const exact = resourceOf(to) === undefined ? undefined : this.find(to)
    if (exact) return void exact.receive(message)
    if (type === 'error' || (type === 'headline' && resourceOf(to) !== undefined)) return undefined
    if (!this.#isReachable(to)) return this.#context.personality.stanzas.unreachable
    if (type === 'groupchat') return UNAVAILABLE
    const recipients = this.recipients(to, type)
    for (const client of recipients) client.receive(message)
    return recipients.length > 0 ? undefined : this.keep(message)
  }

  /** Delivers an iq to a full JID, or to an address of another domain. Returns the error for its sender. */
  iq(iq: Node): StanzaFault | undefined {
    const { to = '', type } = iq.attributes
    const exact = this.find(to)
    if (exact) return void exact.receive(iq)
    if (type !== 'get' && type !== 'set') return undefined
    return this.#isReachable(to) ? UNAVAILABLE : this.#context.personality.stanzas.unreachable
  }

  /** Delivers a presence that names its addressee. */
  presence(presence: Node): void {
    const { to = '' } = presence.attributes
    const exact = resourceOf(to) === undefined ? undefined : this.find(to)
    for (const client of exact ? [exact] : this.available(to)) client.receive(presence)
  }

  /** Keeps a message until its account is available. Returns the error for the sender if the server does not keep it. */
  keep(message: Node, account = message.attributes['to'] ?? ''): StanzaFault | undefined {
    const { accounts, data, domain, personality } = this.#context
    const { type } = message.attributes
    const [name = '', at] = (accountOf(account) ?? '').split('@')
    const { keepsMessages, honoursHints } = personality.stanzas
    if (at !== domain || !accounts.has(name) || !keepsMessages) return UNAVAILABLE
    if (type === 'headline') return undefined
    const kept = offlineMessage(message, domain, honoursHints)
    if (kept === undefined) return UNAVAILABLE
    data.of(name).keep(kept)
    return undefined
  }

  #of(jid: string): ReadonlySet<Recipient> {
    return this.#clients.get(accountOf(jid) ?? '') ?? new Set()
  }

  /** Returns true for the own domain, and for other domains that have a client. */
  #isReachable(jid: string): boolean {
    const domain = accountOf(jid)?.split('@')[1]
    if (domain === this.#context.domain) return true
    return [...this.#clients.keys()].some(account => account.endsWith(`@${domain}`))
  }
}

function resourceOf(jid: string): string | undefined {
  const slash = jid.indexOf('/')
  return slash < 0 ? undefined : jid.slice(slash + 1)
}
