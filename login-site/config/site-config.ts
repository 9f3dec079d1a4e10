import type { AuthenticatorOptions, Mechanism } from 'passport-xmpp-bosh'
import { type Branding, readBranding } from '../branding/branding'
import { type ConfirmConfig, readConfirm } from './confirm'
import {
  ConfigError,
  certificatesOf,
  listOf,
  portOf,
  proxiesOf,
  redisUrlOf,
  secretOf,
  switchOf,
  type TrustProxy,
  textOf,
} from './readers'
import { type RolesConfig, readProfile, readRoles } from './roles'
import { type Environment, misspellings, type Names, SITE_NAMES } from './variables'

export { ConfigError }

export interface SiteSettings {
  readonly host: string
  readonly port: number
  readonly production: boolean
  readonly trustProxy: TrustProxy
  readonly sessionSecret: string
  /** `undefined`: sessions and limits are kept in this process */
  readonly redisUrl: string | undefined
  /** address of the metrics; `undefined`: there are none */
  readonly metricsAddress: { readonly host: string; readonly port: number } | undefined
  /** visitors can create accounts */
  readonly registration: boolean
  /** hosts that may serve the pictures of captchas */
  readonly captchaHosts: readonly string[]
  readonly branding: Branding
  /** signing in with an XMPP app; `undefined`: with a password alone */
  readonly confirm: ConfirmConfig | undefined
  /** data that a login asks for beside the password; `undefined`: none */
  readonly profile: 'vcard' | undefined
  /** rooms that stand for roles; `undefined`: there are no roles */
  readonly roles: RolesConfig | undefined
  /** the XMPP server takes tokens as passwords, and the site refuses them */
  readonly chatTokens: boolean
  /** `service` is `undefined` for the demo server */
  readonly xmpp: Omit<AuthenticatorOptions, 'service'> & {
    service: readonly string[] | undefined
    forwardClientIp: boolean
  }
}

/** Length of a name that every server can hold: Openfire ends at 64 characters. */
const MAX_USERNAME_BYTES = 64

/** The settings that differ from app to app. */
export interface SiteDefaults {
  readonly appName: string
  readonly port: number
  /** default: those of a site alone */
  readonly names?: Names
}

/** Reads the settings of a site. @throws {ConfigError} */
export function readSiteSettings(env: Environment, defaults: SiteDefaults): SiteSettings {
  refuseMisspellings(env, defaults.names ?? SITE_NAMES)
  const production = textOf(env, 'NODE_ENV') === 'production'
  const service = listOf(env, 'XMPP_SERVICE')
  const domain = textOf(env, 'XMPP_DOMAIN')
  if (production && !service) {
    throw new ConfigError('XMPP_SERVICE is required in production: the passwords of the demo users are public')
  }
  if (service && !domain) {
    throw new ConfigError('XMPP_DOMAIN is required with XMPP_SERVICE: the domain of the users, as in user@domain')
  }
  const metricsHost = textOf(env, 'METRICS_HOST') ?? '127.0.0.1'
  const metricsPort = portOf(env, 'METRICS_PORT')
  const port = portOf(env, 'PORT') ?? defaults.port
  const branding = readBranding(env, defaults.appName)
  const xmpp = { service, domain: domain ?? 'localhost', ...xmppOf(env) }
  const isDemo = !service
  const confirm = readConfirm(env, { production, isDemo, domain: xmpp.domain, port, base: branding.base })
  return {
    host: textOf(env, 'HOST') ?? '127.0.0.1',
    port,
    production,
    trustProxy: proxiesOf(env, 'TRUST_PROXY', production),
    sessionSecret: secretOf(env, 'SESSION_SECRET', production),
    redisUrl: redisUrlOf(env, 'REDIS_URL'),
    metricsAddress: metricsPort === undefined ? undefined : { host: metricsHost, port: metricsPort },
    // Off by default for other servers: only the demo server is known to have a captcha.
    registration: switchOf(env, 'XMPP_REGISTRATION', !service),
    captchaHosts: listOf(env, 'XMPP_CAPTCHA_HOSTS') ?? [],
    branding,
    confirm,
    profile: readProfile(env, isDemo),
    roles: readRoles(env, { isDemo, domain: xmpp.domain, hasAccount: confirm !== undefined }),
    chatTokens: switchOf(env, 'XMPP_CHAT_TOKENS'),
    xmpp,
  }
}

function xmppOf(env: Environment) {
  const mechanisms = listOf(env, 'XMPP_MECHANISMS')
  const ca = certificatesOf(env, 'XMPP_CA')
  return {
    maxUsernameBytes: MAX_USERNAME_BYTES,
    // The strategy checks the names.
    ...(mechanisms && { mechanisms: mechanisms as readonly Mechanism[] }),
    ...(ca !== undefined && { tls: { ca } }),
    allowInsecure: switchOf(env, 'XMPP_ALLOW_INSECURE'),
    forwardClientIp: switchOf(env, 'XMPP_FORWARD_CLIENT_IP'),
  }
}

const VARIABLE_OF: Readonly<Record<string, string>> = {
  username: 'XMPP_CONFIRM_USERNAME',
  password: 'XMPP_CONFIRM_PASSWORD',
  url: 'XMPP_CONFIRM_URL',
  allow: 'XMPP_CONFIRM_ALLOW',
  service: 'XMPP_SERVICE',
  domain: 'XMPP_DOMAIN',
  mechanisms: 'XMPP_MECHANISMS',
  allowInsecure: 'XMPP_ALLOW_INSECURE',
  'tls.ca': 'XMPP_CA',
  captchaHosts: 'XMPP_CAPTCHA_HOSTS',
}

/** Turns the library's error about an option into one about its variable. Returns any other error as it is. */
export function toConfigError(reason: unknown): unknown {
  if (!(reason instanceof TypeError)) return reason
  let found = false
  const message = reason.message
    .replace(/option `([\w.-]+)`/g, (text, option: string) => {
      const variable = variableOf(option)
      found ||= variable !== undefined
      return variable ?? text
    })
    .replace('`allowInsecure: true`', 'XMPP_ALLOW_INSECURE=on')
    .replace("['owner@example.com']", 'owner@example.com')
  return found ? new ConfigError(message) : reason
}

/** Names the variable of an option. Rooms are options by the names of their roles. */
function variableOf(option: string): string | undefined {
  if (!/^(?:roles|rooms)(?:\.|$)/.test(option)) return VARIABLE_OF[option]
  return /^\w+\.[\w-]+\.owners$/.test(option) ? 'XMPP_ROLE_OWNERS' : 'XMPP_ROLES'
}

// A variable of this prefix belongs to this app, and a setting that is not read may be the one that matters.
function refuseMisspellings(env: Environment, names: Names): void {
  const [first] = misspellings(env, names).wrong
  if (!first) return
  const { name, meant } = first
  throw new ConfigError(
    meant
      ? `${name} is not a variable of this app: did you mean ${meant}?`
      : `${name} is not a variable of this app: remove it, or look for its name in the table of README.md`,
  )
}
