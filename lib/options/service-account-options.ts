import { MAX_NICKNAME_LENGTH, MAX_RESPONSE_BYTES_TOP, MAX_USERNAME_BYTES } from '../limits'
import type { AuthenticatorOptions } from './authenticator-options'
import { assertKnown, assertObject } from './checks'
import { type Settings, settingsOf } from './settings'

/** Options that a service account shares with a login. */
const SHARED_OPTION_NAMES = [
  'service',
  'domain',
  'maxUsernameBytes',
  'mechanisms',
  'timeout',
  'maxResponseBytes',
  'minIterations',
  'maxIterations',
  'allowInsecure',
  'tls',
  'agent',
] as const satisfies readonly (keyof AuthenticatorOptions)[]

/**
 * Options of a {@link ServiceAccount}: its user name and password, and those of {@link AuthenticatorOptions} that name the
 * server and bound the login. An unknown option or an invalid value throws a `TypeError` that names the option.
 *
 * @example
 * ```ts
 * import { ServiceAccount, type ServiceAccountOptions } from 'passport-xmpp-bosh'
 *
 * const options: ServiceAccountOptions = {
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   username: 'login',
 *   password: 'secret',
 *   nickname: 'app.example.com',
 * }
 * export const account = new ServiceAccount(options)
 * ```
 */
export interface ServiceAccountOptions
  extends Pick<AuthenticatorOptions, Exclude<(typeof SHARED_OPTION_NAMES)[number], 'maxResponseBytes'>> {
  /** User name or bare JID of the service account. */
  username: string
  /** Password of the service account. */
  password: string
  /**
   * Name that chat clients show beside the messages of the service account (XEP-0172), up to 64 characters.
   *
   * @default undefined
   */
  nickname?: string
  /**
   * Largest reply of the server that is read, in bytes, from 1 to 1048576. The server may send all messages that were kept
   * while the account was away in one reply.
   *
   * @default 1048576
   */
  maxResponseBytes?: number
}

/**
 * Checked options of a service account.
 *
 * @internal
 */
export interface ServiceAccountSettings {
  /** options of the logins of the account */
  readonly login: AuthenticatorOptions
  readonly settings: Settings
  readonly username: string
  readonly password: string
  readonly nickname: string | undefined
}

/**
 * Checks the options of a service account and fills in the defaults.
 *
 * @throws {TypeError} that names the option
 * @internal
 */
export function serviceAccountSettingsOf(given: ServiceAccountOptions): ServiceAccountSettings {
  assertObject(given, 'options')
  assertKnown(given, [...SHARED_OPTION_NAMES, 'username', 'password', 'nickname'])
  const { username, password, nickname, ...shared } = given
  const login: AuthenticatorOptions = {
    ...shared,
    maxResponseBytes: shared.maxResponseBytes ?? MAX_RESPONSE_BYTES_TOP,
    maxUsernameBytes: shared.maxUsernameBytes ?? MAX_USERNAME_BYTES,
    bind: true,
    // Visitors do not see how long the account's own login takes.
    failureDelay: 0,
  }
  return {
    settings: settingsOf(login),
    login,
    username: textOf(username, 'username', 'the user name or JID of the service account'),
    password: textOf(password, 'password', 'the password of the service account'),
    nickname: nicknameOf(nickname),
  }
}

function textOf(value: unknown, name: string, meaning: string): string {
  // An environment variable that is not set.
  if (value === undefined || value === '') throw new TypeError(`option \`${name}\` is missing: ${meaning}`)
  if (typeof value !== 'string') throw new TypeError(`option \`${name}\` must be ${meaning}`)
  return value
}

function nicknameOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const isName =
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= MAX_NICKNAME_LENGTH &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value)
  if (isName) return value
  throw new TypeError(`option \`nickname\` must be a name of at most ${MAX_NICKNAME_LENGTH} characters`)
}
