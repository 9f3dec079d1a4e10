import type { Adapter, AdapterPayload } from 'oidc-provider' with { 'resolution-mode': 'import' }

export type { Adapter, AdapterPayload }

/** The models of oidc-provider that the provider uses, with the entries of each that one process keeps in its memory. */
export const MODELS = {
  Session: 10_000,
  Grant: 20_000,
  Interaction: 10_000,
  PushedAuthorizationRequest: 10_000,
  AuthorizationCode: 10_000,
  AccessToken: 20_000,
  RefreshToken: 20_000,
  ReplayDetection: 10_000,
} as const

export type Model = keyof typeof MODELS

/**
 * Models that oidc-provider asks for although the features that would write them are off: an unknown `client_id` is looked
 * for among the registered clients, the token endpoint's revocation asks each kind of token.
 */
const UNUSED = [
  'Client',
  'ClientCredentials',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
  'PreAuthorizedCode',
  'InitialAccessToken',
  'RegistrationAccessToken',
]

/** Models of entries that end with their grant */
const OF_A_GRANT: ReadonlySet<string> = new Set<Model>(['AuthorizationCode', 'AccessToken', 'RefreshToken'])

export function isModel(name: string): name is Model {
  return Object.hasOwn(MODELS, name)
}

/** Returns the id of the grant that the entry ends with. */
export function grantOf(model: Model, payload: AdapterPayload): string | undefined {
  return OF_A_GRANT.has(model) ? payload.grantId : undefined
}

/** Returns the adapter of a model of a feature that is off: it has no entries, and takes none. */
export function unusedAdapter(model: string): Adapter {
  if (!UNUSED.includes(model)) throw new TypeError(`The store does not know the model ${model}`)
  return {
    upsert: async () => {
      throw new TypeError(`The store keeps no ${model}`)
    },
    find: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => {},
    destroy: async () => {},
    revokeByGrantId: async () => {},
  }
}

/** Returns the ms that an entry lives. oidc-provider gives seconds, none at all for a model without a lifetime. */
export function lifeOf(model: Model, expiresIn: number | undefined): number {
  if (expiresIn === undefined || !Number.isFinite(expiresIn))
    throw new TypeError(`${model} needs a lifetime: set its ttl`)
  return Math.ceil(expiresIn * 1_000)
}
