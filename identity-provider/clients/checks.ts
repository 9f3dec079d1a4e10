import { calledCheck, faultOfAddress, linkCheck, logoCheck, returnCheck } from './addresses'
import type { Fault } from './fault'
import type { Entry } from './shape'

export interface Rules {
  /** false allows http on loopback */
  readonly production: boolean
  /** scopes that the provider knows */
  readonly scopes: readonly string[]
}

export const DEFAULT_SCOPE = 'openid profile xmpp'
/** Characters that do not show, or that change the direction of those that follow. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** Returns the faults of an entry that the schema accepts. */
export function faultsOf(entry: Entry, rules: Rules): Fault[] {
  return [
    ...addressFaults(entry, rules),
    ...secretFaults(entry),
    ...scopeFaults(entry, rules),
    ...logoutFaults(entry),
    ...pairwiseFaults(entry),
    ...(HIDDEN.test(entry.client_name ?? '')
      ? [{ member: 'client_name', text: 'must not have hidden characters' }]
      : []),
  ]
}

function addressFaults(entry: Entry, { production }: Rules): Fault[] {
  const back = returnCheck(entry, production)
  const link = linkCheck(production)
  const { redirect_uris, post_logout_redirect_uris = [] } = entry
  const lists = Object.entries({ redirect_uris, post_logout_redirect_uris }).flatMap(([name, uris]) =>
    uris.map((uri, n) => ({ member: `${name}[${n}]`, uri, check: back })),
  )
  const single = [
    { member: 'backchannel_logout_uri', uri: entry.backchannel_logout_uri, check: calledCheck(entry) },
    { member: 'logo_uri', uri: entry.logo_uri, check: logoCheck },
    { member: 'client_uri', uri: entry.client_uri, check: link },
    { member: 'policy_uri', uri: entry.policy_uri, check: link },
    { member: 'tos_uri', uri: entry.tos_uri, check: link },
  ]
  return [...lists, ...single].flatMap(({ member, uri, check }) => {
    const text = uri === undefined ? undefined : faultOfAddress(uri, check)
    return text === undefined ? [] : [{ member, text }]
  })
}

function secretFaults(entry: Entry): Fault[] {
  const {
    client_secret,
    client_secret_file,
    token_endpoint_auth_method: method,
    require_pkce,
    application_type,
  } = entry
  const faults: Fault[] = []
  const hasSecret = client_secret !== undefined || client_secret_file !== undefined
  if (client_secret !== undefined && client_secret_file !== undefined) {
    faults.push({ member: 'client_secret_file', text: 'and client_secret are both there: keep one of them' })
  }
  if (method === 'none' && hasSecret) {
    const text = 'is of no use with token_endpoint_auth_method none: remove it, or choose client_secret_basic'
    faults.push({ member: client_secret === undefined ? 'client_secret_file' : 'client_secret', text })
  }
  if (method !== 'none' && !hasSecret) {
    const text =
      'is missing: add one, or set token_endpoint_auth_method to none for an application that cannot keep one'
    faults.push({ member: 'client_secret', text })
  }
  if (require_pkce === false && (method === 'none' || application_type === 'native')) {
    const text = 'may be false only for a web application with a secret: the code would have no protection'
    faults.push({ member: 'require_pkce', text })
  }
  return faults
}

function scopeFaults({ scope = DEFAULT_SCOPE, grant_types }: Entry, { scopes }: Rules): Fault[] {
  const wanted = scope.split(' ')
  const faults: Fault[] = []
  if (!wanted.includes('openid')) faults.push({ member: 'scope', text: 'must contain openid' })
  if (wanted.some(one => !scopes.includes(one))) {
    faults.push({ member: 'scope', text: `may contain ${scopes.join(', ')}, separated by single spaces` })
  }
  const isOffline = wanted.includes('offline_access')
  if (grant_types !== undefined && grant_types.includes('refresh_token') !== isOffline) {
    const text = isOffline
      ? 'must contain refresh_token: scope has offline_access'
      : 'must not contain refresh_token: add offline_access to scope to get refresh tokens'
    faults.push({ member: 'grant_types', text })
  }
  return faults
}

function logoutFaults(entry: Entry): Fault[] {
  if (entry.backchannel_logout_uri !== undefined) return []
  const members = ['backchannel_logout_session_required', 'private_network'] as const
  return members
    .filter(member => entry[member] === true)
    .map(member => ({ member, text: 'has no effect without backchannel_logout_uri: add that, or remove it' }))
}

// OpenID Connect Core §8.1: without a sector_identifier_uri, which the provider does not fetch, there is one host.
function pairwiseFaults({ subject_type, redirect_uris }: Entry): Fault[] {
  const hosts = new Set(redirect_uris.filter(uri => URL.canParse(uri)).map(uri => new URL(uri).host))
  if (subject_type !== 'pairwise' || hosts.size <= 1) return []
  return [{ member: 'redirect_uris', text: 'must be on one host: subject_type is pairwise' }]
}
