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
  /**
   * Key of the visitor among those who share the slots (`maxConcurrent`), such as an IP address or the id of a tenant. A
   * free slot goes to the waiting key with the fewest logins in progress, so that a visitor with many of them waits behind
   * their own. The first 64 characters count. Of an address, the port does not count; IPv6 addresses of one /64 network are
   * one key, except those of NAT64 (`64:ff9b::/96`), which stand for an IPv4 address each.
   *
   * @default `clientIp`; logins without both share one key
   */
  key?: string
}
