import { XmppBoshError } from '../../errors/error'
import { MAX_REQUEST_ID_LENGTH } from '../../limits'

/** Sessions of Express and Koa are plain objects. Those of Fastify have `get` and `set`. */
interface SessionLike {
  [key: string]: unknown
  get?: unknown
  set?: unknown
  save?: unknown
  regenerate?: unknown
}

const isFunction = (value: unknown): value is (...given: unknown[]) => unknown => typeof value === 'function'

/**
 * Returns the visitor's session.
 *
 * @throws {XmppBoshError} ERR_XMPP_SESSION if the request does not have one
 */
export function sessionOf(req: { readonly session?: unknown }): SessionLike {
  const { session } = req
  if (typeof session === 'object' && session !== null) return session as SessionLike
  throw new XmppBoshError(
    'ERR_XMPP_SESSION',
    'the request has no `session`: put a session middleware before the routes of the ConfirmStrategy',
  )
}

/** Returns the id of the request that was started in a session, or `undefined`. */
export function startedIn(session: SessionLike, key: string): string | undefined {
  const kept: unknown = hasMethods(session) ? session.get(key) : Object.hasOwn(session, key) ? session[key] : undefined
  const id = typeof kept === 'object' && kept !== null ? (kept as { id?: unknown }).id : undefined
  return typeof id === 'string' && id.length <= MAX_REQUEST_ID_LENGTH ? id : undefined
}

/**
 * Begins a new session, as Passport does at a login, and returns it with the data of the old one: the old id may be known
 * to a person who planted it. A session that is kept in the cookie has no id, and what the cookie holds changes anyway.
 */
export async function renewed(req: { readonly session?: unknown }): Promise<SessionLike> {
  const old = sessionOf(req)
  const { regenerate, save } = old
  if (!isFunction(regenerate) || !isFunction(save)) return old
  await done(old, regenerate)
  const session = sessionOf(req)
  for (const [key, value] of Object.entries(old)) {
    // The new session has its own cookie, and in some frameworks its own id.
    if (!Object.hasOwn(session, key)) put(session, key, value)
  }
  return session
}

/** Keeps the id of a started request in a session, and nothing else, and saves the session. */
export async function remember(session: SessionLike, key: string, id: string): Promise<void> {
  put(session, key, { id })
  const { save } = session
  // A session that is kept in the cookie is saved with the response.
  if (isFunction(save)) await done(session, save)
}

/** Calls a method of a session, and resolves when it calls back or its promise resolves. */
function done(session: SessionLike, method: (callback: (error?: unknown) => void) => unknown): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const returned = method.call(session, error => (error ? reject(error) : resolve()))
    if (isFunction((returned as PromiseLike<void> | undefined)?.then)) {
      ;(returned as PromiseLike<void>).then(resolve, reject)
    }
  })
}

/** Removes the id. Passport's new session does not have it, but that of koa-session keeps what the old one held. */
export function forget(session: SessionLike, key: string): void {
  if (hasMethods(session)) session.set(key, undefined)
  else delete session[key]
}

function put(session: SessionLike, key: string, value: unknown): void {
  if (hasMethods(session)) session.set(key, value)
  else session[key] = value
}

function hasMethods(
  session: SessionLike,
): session is SessionLike & { get(key: string): unknown; set(key: string, value: unknown): void } {
  return isFunction(session.get) && isFunction(session.set)
}
