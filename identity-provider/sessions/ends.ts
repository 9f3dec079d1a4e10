import type { Log } from 'passport-xmpp-bosh-login-site/operation/log'
import { accountIdOf } from '../claims/account-id'
import type { Provider, RegisteredClient, Session } from '../provider/oidc'
import type { ProviderStore } from '../stores/provider-store'
import type { EndListener } from './watch-ends'

export interface SessionEndsOptions {
  readonly store: ProviderStore
  readonly log: Log
}

/** sessions or grants that are ended at the same time */
const AT_ONCE = 10

/**
 * Ends everything that clients got for a session of the site: the provider session, its grants with their codes and tokens, and
 * the sessions of the clients, by back-channel logout.
 */
export class SessionEnds implements EndListener {
  readonly #store: ProviderStore
  readonly #log: Log
  #provider: Pick<Provider, 'Session' | 'Client'> | undefined

  constructor({ store, log }: SessionEndsOptions) {
    this.#store = store
    this.#log = log
  }

  /** Names the provider, which needs the site, which needs this object. */
  serve(provider: Pick<Provider, 'Session' | 'Client'>): void {
    this.#provider = provider
  }

  async ended(sids: readonly string[]): Promise<void> {
    await this.#orLogged(async () => {
      const { bindings } = this.#store
      const uids = (await Promise.all(sids.map(sid => bindings.uidsOf(sid)))).flat()
      const accountIds = new Set<string>()
      await inSteps(uids, async uid => {
        const accountId = await this.endSession(uid)
        if (accountId !== undefined) accountIds.add(accountId)
      })
      await inSteps([...accountIds], accountId => this.#forgetIfGone(accountId))
      await Promise.all(sids.map(sid => bindings.forget(sid)))
    })
  }

  async endedAll(jid: string, sids: readonly string[]): Promise<void> {
    const accountId = accountIdOf(jid)
    if (accountId === undefined) return
    await this.#orLogged(async () => {
      const { sessions } = await this.#store.ofAccount(accountId)
      await inSteps(sessions, uid => this.endSession(uid))
      // Those of sessions that the store had forgotten, and those that were saved until their session ended.
      const { grants } = await this.#store.ofAccount(accountId)
      await inSteps(grants, id => this.#store.adapter('Grant').destroy(id))
      await this.#store.profiles.forget(accountId)
    })
    await this.ended(sids)
  }

  async replaced(old: string, sid: string): Promise<void> {
    await this.#orLogged(() => this.#store.bindings.move(old, sid))
  }

  /** Ends a provider session. Resolves to its account, before relying parties have answered. */
  async endSession(uid: string): Promise<string | undefined> {
    const session = await this.#provider?.Session.findByUid(uid)
    // First: no code or token of the session is honoured from here on.
    await this.#store.endSession(uid)
    if (!session) return undefined
    const given = Object.entries(session.authorizations ?? {})
    await Promise.all(given.map(([, { grantId }]) => grantId && this.#store.adapter('Grant').destroy(grantId)))
    await Promise.all(given.map(([clientId, { sid }]) => this.#tell(clientId, session, sid)))
    return session.accountId
  }

  /** Forgets the profile of an account that no client is told of any more. */
  async #forgetIfGone(accountId: string): Promise<void> {
    const { sessions } = await this.#store.ofAccount(accountId)
    if (sessions.length === 0) await this.#store.profiles.forget(accountId)
  }

  /** Sends a logout token on its way. */
  async #tell(clientId: string, { accountId }: Session, sid: string | undefined): Promise<void> {
    const client = (await this.#provider?.Client.find(clientId)) as BackchannelClient | undefined
    if (!client?.backchannelLogoutUri || accountId === undefined) return
    await this.#orLogged(() => client.backchannelLogout(accountId, sid))
  }

  /** The session of the site has ended even if this fails: codes and tokens are checked against it as well. */
  async #orLogged(end: () => Promise<void>): Promise<void> {
    await end().catch((reason: unknown) => {
      this.#log.error(
        { reason: (reason as Error).message },
        'what relying parties were given could not be ended at once',
      )
    })
  }
}

/** Part of a client that the types of oidc-provider leave out. */
type BackchannelClient = RegisteredClient & {
  backchannelLogout(accountId: string, sid: string | undefined): Promise<void>
}

async function inSteps(ids: readonly string[], end: (id: string) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < ids.length; at += AT_ONCE) await Promise.all(ids.slice(at, at + AT_ONCE).map(end))
}
