import type { PictureType } from 'passport-xmpp-bosh-login-site/stores/cards/cards'
import type { Adapter } from './models'

/** Everything that the provider remembers beside the site's sessions. In one place, so that several processes can share it. */
export interface ProviderStore {
  /** Returns the adapter of one of oidc-provider's models. */
  adapter(model: string): Adapter
  /** Lists the provider sessions and grants of an account, those included that other processes made. */
  ofAccount(accountId: string): Promise<AccountEntries>
  /** Ends a provider session for good: a slow request that saves it once more does not revive it. */
  endSession(uid: string): Promise<void>
  readonly bindings: Bindings
  readonly profiles: Profiles
  /** Resolves to false if the provider cannot serve requests at the moment. */
  isReady(): Promise<boolean>
  close(): Promise<void>
}

export interface AccountEntries {
  /** uids of its provider sessions */
  readonly sessions: string[]
  /** ids of its grants; destroying one in the adapter of `Grant` ends its codes and tokens with it */
  readonly grants: string[]
}

/** Provider sessions that belong to a session of the site: one for each of its browser's provider cookies. */
export interface Bindings {
  /**
   * Binds a provider session. A session of the site has {@link MAX_BOUND} of them at most: the one that was bound first
   * ends for another, because it would outlive its session of the site.
   * @param ms time until the binding is forgotten
   */
  bind(sid: string, uid: string, ms: number): Promise<void>
  uidsOf(sid: string): Promise<string[]>
  sidOf(uid: string): Promise<string | undefined>
  /** Moves all bindings to the new id of their session. */
  move(old: string, sid: string): Promise<void>
  /** Forgets all bindings of a session. */
  forget(sid: string): Promise<void>
}

export const MAX_BOUND = 10

/** Part of an account's vCard that claims are made of. The account's owner chose it: it proves nothing. */
export interface Profile {
  readonly name?: string | undefined
  readonly nickname?: string | undefined
  /** An address that was not verified. */
  readonly email?: string | undefined
  readonly picture?: { readonly type: PictureType; readonly bytes: Buffer } | undefined
}

/** The profiles of accounts, by account id. */
export interface Profiles {
  /** Keeps a profile in the place of the one before. @param ms time until it is forgotten */
  put(accountId: string, profile: Profile, ms: number): Promise<void>
  get(accountId: string): Promise<Profile | undefined>
  forget(accountId: string): Promise<void>
}
