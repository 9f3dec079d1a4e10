import { subjectsWith } from '../../identity-provider/claims/pairwise'
import type { Client } from '../../identity-provider/clients/client'
import { configurationOf, type ProviderOptions } from '../../identity-provider/provider/configuration'
import { openMemoryProviderStore } from '../../identity-provider/stores/memory'

/** Plays the part of oidc-provider that makes rules. */
const OIDC = {
  interactionPolicy: { base: () => Object.assign([], { get: () => undefined }), Check: class {} },
} as never
const KEYS = { jwks: { keys: [] }, cookieKeys: ['a key'], pairwiseKey: 'k', pictureKey: 'p', areNew: false }
const ALICE = 'xmpp:alice@localhost'

function clientOf(id: string, more: Partial<Client> = {}): Client {
  const metadata = { client_id: id, redirect_uris: [`https://${id}.example/callback`] } as Client['metadata']
  return { metadata, firstParty: false, requirePkce: true, privateNetwork: false, ...more }
}

const configured = (more: Partial<ProviderOptions> = {}) =>
  configurationOf(OIDC, {
    clients: [clientOf('wiki'), clientOf('old', { requirePkce: false })],
    keys: KEYS,
    store: openMemoryProviderStore(),
    standing: { holds: async () => true },
    roles: undefined,
    subjectOf: subjectsWith('k'),
    pictureOf: () => '',
    hasEmail: false,
    isFirstParty: () => false,
    chat: undefined,
    production: true,
    base: '',
    fetch: async () => new Response(),
    ...more,
  })

test.each([
  ['wiki', true],
  ['old', false],
  ['unknown', true],
])('the client %s has to use PKCE: %p', (clientId, isRequired) => {
  expect(configured().pkce?.required?.({} as never, { clientId } as never)).toBe(isRequired)
})

test('a client with pairwise subjects gets another subject than the account', async () => {
  const client = { clientId: 'wiki', subjectType: 'pairwise', sectorIdentifier: 'wiki.example' } as never
  const subject = await configured().pairwiseIdentifier?.({} as never, ALICE, client)

  expect(subject).toBe(subjectsWith('k')(ALICE, client))
  expect(subject).not.toContain('alice')
})

test('the provider answers by codes alone, and rotates refresh tokens', () => {
  expect(configured()).toMatchObject({ responseTypes: ['code'], rotateRefreshToken: true })
})

test.each(['devInteractions', 'dPoP', 'registration', 'deviceFlow', 'clientCredentials', 'requestObjects'] as const)(
  'the feature %s is off',
  name => {
    expect(configured().features?.[name]).toEqual({ enabled: false })
  },
)

test.each([
  ['the one that it was given to', 'wiki', true],
  ['another one', 'shop', false],
])('a token can be revoked by %s: %p', async (_, clientId, isAllowed) => {
  const { allowedPolicy } = configured().features?.revocation ?? {}
  expect(await allowedPolicy?.({} as never, { clientId } as never, { clientId: 'wiki' } as never)).toBe(isAllowed)
})

test('the cookies of the provider are signed, out of reach of scripts, and for https alone', () => {
  const { long, short, names } = configured().cookies ?? {}
  for (const options of [long, short]) expect(options).toMatchObject({ signed: true, httpOnly: true, secure: true })
  expect(names?.session).toMatch(/^__Host-/)
})

test('the claims of e-mail are offered only where they are switched on', () => {
  expect(configured().claims).not.toHaveProperty('email')
  expect(configured({ hasEmail: true }).claims).toHaveProperty('email')
})
