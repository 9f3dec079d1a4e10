import { type RequestHandler, Router } from 'express'
import type { ServiceAccount } from 'passport-xmpp-bosh'
import type { PasswordLogin } from '../auth/password-login'
import { thenDone } from '../auth/recorded'
import type { SignOut } from '../sessions/sign-out'
import type { SessionStores } from '../sessions/signed-in'
import { ConfirmLogin } from './confirm-login'
import { HeldRequests } from './held'
import { createKnownBrowsers } from './known-browsers'
import { type ConfirmServiceOptions, createConfirmService } from './service'
import { waitings } from './waiting'

/** Signing in with an XMPP app, as the other parts of the app see it. */
export interface Confirm {
  readonly login: ConfirmLogin
  /** the account that asks */
  readonly account: ServiceAccount
  /** reads the cookies of a request */
  readonly cookies: readonly RequestHandler[]
  /** publishes the JID of the account that asks */
  readonly wellKnown: Router
  /** Makes a login with a password lift an earlier STOP. */
  lifting(logIn: PasswordLogin): PasswordLogin
  isOnline(): boolean
  /** Answers the requests that are held. */
  release(): void
  close(): Promise<void>
}

export interface ConfirmOptions extends ConfirmServiceOptions {
  readonly stores: ConfirmServiceOptions['stores'] & SessionStores
  readonly production: boolean
  /** path of the site under which the app is */
  readonly base: string
  readonly secret: string
  readonly signOut: SignOut
}

/** s */
const AN_HOUR_S = 3_600

export function createConfirm(options: ConfirmOptions): Confirm {
  const { production, base, secret, stores, confirm: settings, xmpp, signOut } = options
  const service = createConfirmService(options)
  const held = new HeldRequests()
  const known = createKnownBrowsers({ production, base, secret, stores })
  const isOpen = async (id: string) => (await service.confirmations.waiting(id)) !== undefined
  const login = new ConfirmLogin({ service, settings, domain: xmpp.domain, stores, held, known, signOut })
  const wellKnown = Router()
  wellKnown.get('/.well-known/xmpp-login', (_req, res) => {
    res.set('Cache-Control', `public, max-age=${AN_HOUR_S}`).json({ jid: login.bot })
  })
  return {
    login,
    account: service.account,
    cookies: [waitings({ production, base, secret, isOpen }), known.read],
    wellKnown,
    lifting: logIn => thenDone(logIn, jid => service.confirmations.allowAsking(jid)),
    isOnline: service.isOnline,
    release: () => held.end(),
    async close() {
      held.end()
      await service.close()
    },
  }
}
