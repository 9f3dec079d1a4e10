/* Bounds of the roles, with their units. */

import { ASK_MARGIN_MS, ASK_MS } from '../limits'

/** Number of entries in one list of a room. */
export const MAX_ROLE_ITEMS = 20_000
/** Largest age of the answers of a room, in ms (`maxAge`). */
export const MAX_ROLE_AGE_MS = 60_000
/** Largest age of an answer that an account does not have a role, in ms. */
export const NEGATIVE_MS = 5_000
/** Time after a room could not be read for which it is not asked again, in ms. */
export const ROLE_RETRY_MS = 1_000
/** Time for which all roles of an account are waited for, in ms: a login waits a little longer for its reader. */
export const ROLES_MS = ASK_MS - ASK_MARGIN_MS
/** Time after which the next room is asked, in ms, although the one before has not answered. */
export const MAX_TURN_MS = 250
