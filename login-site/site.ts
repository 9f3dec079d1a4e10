import { createAccounts } from './auth/accounts'
import { createAuth, createRegistration } from './auth/auth'
import { passwordLogin } from './auth/password-login'
import { recordedAccounts, recordedLogin, recordedSignOut } from './auth/recorded'
import { createRoles, type Roles } from './auth/roles'
import { type Confirm, createConfirm } from './confirm'
import { withPhones } from './demo/phone'
import { Forms } from './forms/forms'
import { logStop } from './operation/events'
import { createReachability } from './operation/reachability'
import type { Site, SiteConfig, SiteExtension, SiteRooms } from './parts'
import { createCsrf } from './protection/csrf'
import { keyFor } from './protection/keys'
import { rateLimits } from './protection/rate-limits'
import { createSeal } from './protection/seal'
import { aboutVisitor } from './sessions/about'
import { endSessionsOf } from './sessions/end-all'
import { ownAccounts, restoreOf } from './sessions/profile'
import { sessionCookie } from './sessions/session-cookie'
import { createSignOut, type SignOut } from './sessions/sign-out'
import { mountSite } from './site-routes'

export type { Site, SiteConfig, SiteExtension, SiteRooms }

/** Creates a login site. It does not listen. */
export function createSite(config: SiteConfig, extension: SiteExtension = {}): Site {
  const { close: closeRooms, ...rooms } = createRooms(config)
  const { confirm, reachability } = rooms
  const close = async () => {
    await extension.close?.()
    await closeRooms()
  }
  const app = mountSite(rooms, extension)
  return Object.assign(app, {
    close,
    xmpp: reachability,
    isAccountOnline: confirm?.isOnline,
    release: () => confirm?.release(),
  })
}

function createRooms(config: SiteConfig): SiteRooms & { close(): Promise<void> } {
  const { stores, xmpp, production, sessionSecret: secret, branding } = config
  const isOwn = ownAccounts(xmpp.domain)
  const cookie = sessionCookie(production, branding.base)
  const signOut = createSignOut(cookie, stores)
  const confirm = confirmOf(config, signOut)
  const roles = rolesOf(config, confirm)
  const { chatTokens, profile } = config
  const asked = { ...xmpp, chatTokens, ...(profile && { profile }), ...(roles && { roles }) }
  const { passport, authenticator } = createAuth(asked, restoreOf(xmpp.domain, config.confirm?.allow))
  const registration = config.registration
    ? createRegistration({ ...xmpp, captchaHosts: config.captchaHosts ?? [] })
    : undefined
  const accounts = recordedAccounts(
    createAccounts({ ...xmpp, authenticator, registration, stores, isOwn, hasRole: roles?.hasAny }),
  )
  const checked = recordedLogin(passwordLogin(passport, stores))
  const csrf = createCsrf({ production, base: branding.base, secret, session: cookie.name })
  const reachability = createReachability({ ...xmpp, log: config.log })
  return {
    config,
    stores,
    cookie,
    csrf,
    forms: new Forms({ csrf, secret, cookie, stores }),
    limits: rateLimits(stores, xmpp),
    seal: createSeal(keyFor('sign-up form', secret)),
    authenticator,
    passport,
    accounts: config.phones ? withPhones(accounts, config.phones) : accounts,
    logIn: confirm ? confirm.lifting(checked) : checked,
    confirm,
    confirmLogin: confirm?.login,
    roles,
    about: aboutVisitor(stores.cards, roles),
    isOwn,
    signOut,
    recordedSignOut: recordedSignOut(signOut),
    reachability,
    async close() {
      reachability.close()
      roles?.close()
      await Promise.all([authenticator.close(), registration?.close(), confirm?.close()])
    },
  }
}

function rolesOf(
  { roles: rooms, roleMaxAge: maxAge, log }: SiteConfig,
  confirm: Confirm | undefined,
): Roles | undefined {
  return rooms && confirm ? createRoles({ rooms, maxAge, account: confirm.account, log }) : undefined
}

function confirmOf(config: SiteConfig, signOut: SignOut): Confirm | undefined {
  const { confirm, branding, stores, log, metrics, sessionSecret: secret, ...others } = config
  if (!confirm) return undefined
  const { appName, base } = branding
  const onStop = async (jid: string) => {
    await endSessionsOf(jid, stores)
    logStop(log, jid, metrics?.count)
  }
  return createConfirm({ ...others, confirm, stores, log, secret, appName, base, onStop, signOut })
}
