import { MAX_CAPTCHA_HOSTS, MAX_DOMAIN_BYTES } from '../limits'
import { type AuthenticatorOptions, SERVER_OPTION_NAMES } from './authenticator-options'
import { assertKnown, assertObject } from './checks'
import { urlOf } from './url'

/**
 * Options of {@link Registration}: those of {@link Authenticator} but `profile`, `roles` and `requireRole`, and the hosts of
 * captcha pictures.
 *
 * @example
 * ```ts
 * import { Registration, type RegistrationOptions } from 'passport-xmpp-bosh'
 *
 * const options: RegistrationOptions = {
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   captchaHosts: ['captcha.example.com'],
 * }
 * export const registration = new Registration(options)
 * ```
 */
export interface RegistrationOptions extends Omit<AuthenticatorOptions, 'profile' | 'roles' | 'requireRole'> {
  /**
   * Hosts from which the visitor's browser may get the picture of a captcha, for a server that sends an `https:` address
   * and not the picture (XEP-0158). Each is a host, with a port unless that is 443. The host sees the visitor's address.
   *
   * @default [] (pictures that the server sends itself)
   */
  captchaHosts?: readonly string[]
}

/**
 * Splits the options into those of a login and the hosts of pictures, spelled as `URL.host` spells them.
 *
 * @throws {TypeError} that names the option
 * @internal
 */
export function captchaHostsOf(given: RegistrationOptions): {
  readonly options: AuthenticatorOptions
  readonly captchaHosts: readonly string[]
} {
  assertObject(given, 'options')
  assertKnown(given, [...SERVER_OPTION_NAMES, 'captchaHosts'])
  const { captchaHosts = [], ...options } = given
  if (!Array.isArray(captchaHosts) || captchaHosts.length > MAX_CAPTCHA_HOSTS) throw invalidHosts()
  return { options, captchaHosts: captchaHosts.map(hostOf) }
}

function hostOf(value: unknown): string {
  const isShort = typeof value === 'string' && value.length <= MAX_DOMAIN_BYTES + ':65535'.length
  if (!isShort || /[/?#@\\\s*;,'"]/.test(value) || urlOf(`https://${value}`) === undefined) throw invalidHosts()
  const { host } = new URL(`https://${value}`)
  // A dot at the end names the same host, but not in a Content-Security-Policy.
  const normal = withoutDot(host)
  // Percent signs can encode what is refused above.
  if (!/[^.]/.test(normal) || /[;,'"*]/.test(normal)) throw invalidHosts()
  return normal
}

/** Returns a host as `URL.host` spells it, without the dot that may end its name. */
export function withoutDot(host: string): string {
  return host.replace(/\.(?=:[0-9]+$|$)/, '')
}

function invalidHosts(): TypeError {
  return new TypeError(
    `option \`captchaHosts\` must be an array of at most ${MAX_CAPTCHA_HOSTS} hosts, such as captcha.example.com or captcha.example.com:8443`,
  )
}
