import { domainToASCII } from 'node:url'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'

/** The settings of chat tokens. */
export interface ChatConfig {
  /** path of the file with the private key; it is made if it is missing */
  readonly keyFile: string
  /** URI that a client names as `resource` to get a chat token (RFC 8707) */
  readonly resource: string
}

export interface ChatContext {
  readonly domain: string
  /** the forms of this site refuse tokens in place of passwords */
  readonly refusesTokens: boolean
}

const KEY = 'OIDC_CHAT_KEY'
const RESOURCE = 'OIDC_CHAT_RESOURCE'
const MAX_LENGTH = 255

/** Reads the settings. Returns `undefined` without a key: there are no chat tokens. @throws {ConfigError} */
export function readChat(
  env: Readonly<Record<string, string | undefined>>,
  { domain, refusesTokens }: ChatContext,
): ChatConfig | undefined {
  const keyFile = env[KEY]?.trim()
  const resource = env[RESOURCE]?.trim()
  if (!keyFile) {
    if (resource)
      throw new ConfigError(`${KEY} is required with ${RESOURCE}: the file of the key that signs chat tokens`)
    return undefined
  }
  // A token of a minute, typed as a password, would become a session of weeks.
  if (!refusesTokens)
    throw new ConfigError(`XMPP_CHAT_TOKENS must be on with ${KEY}: the XMPP server takes tokens as passwords`)
  return { keyFile, resource: resource ? resourceOf(resource) : `xmpp:${domainToASCII(domain)}` }
}

// RFC 8707 §2: an absolute URI without a fragment. Clients repeat it letter by letter.
function resourceOf(value: string): string {
  if (value.length <= MAX_LENGTH && /^[!-~]+$/.test(value) && URL.canParse(value) && !value.includes('#')) return value
  throw new ConfigError(`${RESOURCE} must be a URI without a fragment, such as xmpp:example.com`)
}
