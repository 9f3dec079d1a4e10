import { type RequestHandler, Router } from 'express'
import { type RoleMiddleware, requireRole, XmppBoshError } from 'passport-xmpp-bosh'
import type { Roles } from 'passport-xmpp-bosh-login-site/auth/roles'
import { ADMINS } from 'passport-xmpp-bosh-login-site/config/roles'
import { logEvent } from 'passport-xmpp-bosh-login-site/operation/events'
import type { SessionCookie } from 'passport-xmpp-bosh-login-site/sessions/session-cookie'
import { requireSignedIn } from 'passport-xmpp-bosh-login-site/sessions/signed-in'
import type { Stores } from 'passport-xmpp-bosh-login-site/stores/index'

const PAGE = '/admin'

export interface AdminOptions {
  readonly roles: Roles
  readonly cookie: SessionCookie
  readonly stores: Pick<Stores, 'countSessions'>
}

/** Serves the page that only a role opens. Every request asks for the role again: no session holds it. */
export function admin({ roles, cookie, stores }: AdminOptions): Router {
  const router = Router()
  router.get(PAGE, requireSignedIn(cookie, PAGE), recorded(requireRole(roles.reader, ADMINS)), async (req, res) => {
    const { user, session } = req
    const [own, sessions] = await Promise.all([roles.reader.of(user?.jid ?? ''), stores.countSessions?.()])
    res.render('admin', { roles: own, sessions, since: session.login && new Date(session.login.since) })
  })
  return router
}

/** Logs each visitor without the role. */
function recorded(guard: RoleMiddleware): RequestHandler {
  return (req, res, next) =>
    guard(req, res, (reason?: unknown) => {
      if (XmppBoshError.is(reason) && reason.code === 'role-required') {
        logEvent(req, 'role-refused', { outcome: reason.code, jid: req.user?.jid })
      }
      next(reason)
    })
}
