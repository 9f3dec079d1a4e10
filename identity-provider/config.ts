import { ConfigError, switchOf, textOf } from 'passport-xmpp-bosh-login-site/config/readers'
import { readSiteSettings, type SiteSettings } from 'passport-xmpp-bosh-login-site/config/site-config'
import { type Environment, type Names, SITE_NAMES } from 'passport-xmpp-bosh-login-site/config/variables'
import { readChat } from './chat/chat-config'
import { type ChatKey, openChatKey } from './chat/chat-key'
import { CHAT_SCOPE } from './chat/chat-tokens'
import type { Rules } from './clients/checks'
import type { Client } from './clients/client'
import { readClients, SCOPES } from './clients/clients'
import { type Issuer, issuerOf } from './endpoints/issuer'
import type { Keys } from './keys/keys'
import { memoryKeys, openKeys } from './keys/keys'

/** The variables of the provider beside those of the site. README.md explains each of them. */
export const PROVIDER_VARIABLES = [
  'OIDC_ISSUER',
  'OIDC_CLIENTS',
  'OIDC_KEYS',
  'OIDC_EMAIL_CLAIM',
  'OIDC_CHAT_KEY',
  'OIDC_CHAT_RESOURCE',
] as const

export const NAMES: Names = {
  known: [...SITE_NAMES.known, ...PROVIDER_VARIABLES],
  prefixes: [...SITE_NAMES.prefixes, 'OIDC_'],
}

export interface ProviderSettings extends SiteSettings {
  readonly issuer: Issuer
  readonly clients: readonly Client[]
  readonly keys: Keys
  readonly hasEmail: boolean
  /** tokens that the XMPP server takes as passwords; `undefined`: there are none */
  readonly chat: { readonly key: ChatKey; readonly resource: string } | undefined
}

const DEFAULT_PORT = 5010
const DEFAULT_PATH = '/oidc'

/** Reads the settings of the provider. @throws {ConfigError} */
export function readConfig(env: Environment): ProviderSettings {
  const settings = readSiteSettings(env, { appName: 'Sign in', port: DEFAULT_PORT, names: NAMES })
  const { production, redisUrl } = settings
  if (production && redisUrl === undefined) {
    throw new ConfigError(
      'REDIS_URL is required in production: without it, a restart signs all visitors out of all clients',
    )
  }
  const hasEmail = switchOf(env, 'OIDC_EMAIL_CLAIM')
  const chat = chatOf(env, settings)
  const scopes = [...SCOPES, ...(hasEmail ? ['email'] : []), ...(chat ? [CHAT_SCOPE] : [])]
  return {
    ...settings,
    issuer: readIssuer(env, settings),
    clients: clientsOf(env, { production, scopes }),
    keys: keysOf(env, production),
    hasEmail,
    chat,
  }
}

function chatOf(env: Environment, { xmpp, chatTokens }: SiteSettings): ProviderSettings['chat'] {
  const chat = readChat(env, { domain: xmpp.domain, refusesTokens: chatTokens })
  return chat && { key: openChatKey(chat.keyFile), resource: chat.resource }
}

function clientsOf(env: Environment, rules: Rules): readonly Client[] {
  const path = textOf(env, 'OIDC_CLIENTS')
  if (path !== undefined) return readClients(path, rules)
  if (rules.production)
    throw new ConfigError('OIDC_CLIENTS is required in production: the path of the JSON file with the clients')
  return []
}

function keysOf(env: Environment, production: boolean): Keys {
  const path = textOf(env, 'OIDC_KEYS')
  if (path !== undefined) return openKeys(path)
  if (!production) return memoryKeys()
  throw new ConfigError(
    'OIDC_KEYS is required in production: the path of the file with the keys, made at the first start',
  )
}

function readIssuer(env: Environment, { production, port, branding: { base } }: SiteSettings): Issuer {
  const text = textOf(env, 'OIDC_ISSUER')
  if (text === undefined && production) {
    throw new ConfigError(`OIDC_ISSUER is required in production: https://, the host and ${base}${DEFAULT_PATH}`)
  }
  if (text === undefined && port === 0) throw new ConfigError('OIDC_ISSUER is required with PORT=0')
  try {
    return issuerOf(text ?? `http://localhost:${port}${base}${DEFAULT_PATH}`, { base, production })
  } catch (reason) {
    throw new ConfigError(`OIDC_ISSUER ${(reason as Error).message}`)
  }
}
