/** Begins every key of this store: the example app may use the same database. */
export const PREFIX = 'provider:'

/**
 * A hash an entry, with the fields `payload` (JSON), `consumed` (seconds since 1970) and, for the indexes, `grant`,
 * `account` or `uid`.
 */
export const ENTRY = `${PREFIX}entry:`
/** A hash a provider session: its present `id` and its `account`. */
export const UID = `${PREFIX}uid:`
/** A sorted set a grant: keys of its codes and tokens, in the order in which they were added. */
export const MEMBERS = `${PREFIX}grant:`
/** A sorted set an account: uids of its provider sessions, by the time of their end. */
export const SESSIONS = `${PREFIX}sessions:`
/** A sorted set an account: ids of its grants, by the time of their end. */
export const GRANTS = `${PREFIX}grants:`
/** Marks an id that must not be saved again: `Session:id`, `Grant:id`, `uid:uid`. */
export const ENDED = `${PREFIX}ended:`
/** A sorted set a session of the site: uids of its provider sessions, in the order in which they were bound. */
export const BOUND = `${PREFIX}bound:`
/** id of the session of the site that a provider session, by its uid, belongs to */
export const SITE_SESSION = `${PREFIX}site-session:`
/** A hash an account. */
export const PROFILE = `${PREFIX}profile:`
/** key that a readiness check writes */
export const READY = `${PREFIX}ready`

/** ms. An id that ended is refused for longer than any request lasts that may still save it. */
export const ENDED_MS = 15 * 60 * 1_000
/**
 * ms. A provider session that gets a new id is destroyed first and saved next. Its uid stays in the index meanwhile, so
 * that an end of the account finds it in between.
 */
export const LEAVING_MS = 60 * 1_000

/** Most entries of one index. The one over it is ended, because an end of its owner would not find it. */
export interface IndexBounds {
  readonly sessionsOfAccount: number
  readonly grantsOfAccount: number
  /** Two of them are added at each refresh, and the used ones stay known until they expire. */
  readonly entriesOfGrant: number
}

export const INDEX_BOUNDS: IndexBounds = { sessionsOfAccount: 100, grantsOfAccount: 500, entriesOfGrant: 1_000 }
