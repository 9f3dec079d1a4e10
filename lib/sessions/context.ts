import type { AbortSignalLike } from '../time/light-signal'

/**
 * Context of one visitor's request.
 *
 * @example
 * ```ts
 * import { Authenticator, type LoginContext } from 'passport-xmpp-bosh'
 *
 * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
 * const visitor = new AbortController() // call visitor.abort() when the visitor leaves
 *
 * const context: LoginContext = { signal: visitor.signal, clientIp: '192.0.2.7' }
 * await authenticator.authenticate({ username: 'alice', password: 'secret' }, context)
 * ```
 */
export interface LoginContext {
  /** signal to abort when the visitor leaves: the login then ends with ERR_XMPP_ABORTED */
  signal?: AbortSignalLike
  /** IP address of the visitor, sent as `X-Forwarded-For`: the server then bans the visitor and not the app */
  clientIp?: string
}
