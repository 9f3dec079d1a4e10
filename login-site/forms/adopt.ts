import type { Request } from 'express'
import type { SessionCookie } from '../sessions/session-cookie'
import { forgetSession, isOver, type SessionStores } from '../sessions/signed-in'
import { loadSession } from '../sessions/stored'
import type { Answered } from './outcome'

/**
 * Gives the browser the session that its form began or took away when it arrived first. It may have lost the first answer.
 * Resolves to false if the session has ended since.
 */
export async function adopt(
  req: Request,
  { session, before }: Answered,
  { cookie, stores }: { readonly cookie: SessionCookie; readonly stores: SessionStores },
): Promise<boolean> {
  // Signed in by another form since then.
  if (session === undefined || (req.user && req.sessionID !== before)) return true
  if (session === null) {
    await forgetSession(req, cookie)
    return true
  }
  const data = await loadSession(req.sessionStore, session)
  const jid: unknown = (data as { passport?: { user?: unknown } } | undefined)?.passport?.user
  if (!data || typeof jid !== 'string' || (await isOver(stores, { jid, sid: session, login: data.login }))) {
    if (req.cookies[cookie.name] !== undefined) await forgetSession(req, cookie)
    return false
  }
  if (req.sessionID === session) return true
  // express-session sends its cookie, since it is not the session that the request began with.
  req.sessionID = session
  req.sessionStore.createSession(req, data)
  return true
}
