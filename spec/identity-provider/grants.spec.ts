import { existingGrants } from '../../identity-provider/provider/grants'
import type { KoaContextWithOIDC } from '../../identity-provider/provider/oidc'

const ALICE = 'xmpp:alice@localhost'

/** Plays the grants of oidc-provider, by id. */
function played(stored: Record<string, { scope: string }> = {}) {
  const saved: unknown[] = []
  class Grant {
    scopes: string[]
    resources: Record<string, string[]> = {}
    readonly owner: object

    constructor(owner: object, scope = '') {
      this.owner = owner
      this.scopes = scope.split(' ').filter(Boolean)
    }

    static async find(id: string) {
      const found = stored[id]
      return found && new Grant({}, found.scope)
    }

    getOIDCScopeEncountered = () => this.scopes.join(' ')
    getResourceScopeEncountered = (resource: string) => (this.resources[resource] ?? []).join(' ')
    addOIDCScope = (more: string[]) => void this.scopes.push(...more)
    addResourceScope(resource: string, more: string[]) {
      this.resources[resource] = [...(this.resources[resource] ?? []), ...more]
    }
    save = async () => void saved.push({ scopes: this.scopes, resources: this.resources })
  }
  const load = async (given: object = {}) => {
    const oidc = {
      client: { clientId: 'wiki' },
      session: { accountId: ALICE, grantIdFor: () => undefined },
      provider: { Grant },
      requestParamOIDCScopes: new Set(['openid', 'xmpp']),
      requestParamScopes: new Set(['openid', 'xmpp', 'chat']),
      resourceServers: {},
      ...given,
    }
    const isFirstParty = (id: string) => id === 'own'
    return existingGrants(isFirstParty)({ oidc } as unknown as KoaContextWithOIDC) as Promise<Grant | undefined>
  }
  return { load, saved }
}

const own = { client: { clientId: 'own' } }

test('a client of another party has the grant that the visitor gave, and no other', async () => {
  const { load, saved } = played({ g1: { scope: 'openid' } })
  expect(await load()).toBeUndefined()
  expect(await load({ session: { accountId: ALICE, grantIdFor: () => 'g1' } })).toMatchObject({ scopes: ['openid'] })
  expect(await load({ result: { consent: { grantId: 'g1' } } })).toMatchObject({ scopes: ['openid'] })
  expect(saved).toEqual([])
})

test('a client of the operator gets a grant of the scopes that it asks for', async () => {
  const { load, saved } = played()
  expect(await load(own)).toMatchObject({ owner: { accountId: ALICE, clientId: 'own' }, scopes: ['openid', 'xmpp'] })
  expect(saved).toHaveLength(1)
})

test('a grant of the operator grows with a later request, and is saved only then', async () => {
  const { load, saved } = played({ g1: { scope: 'openid' }, g2: { scope: 'openid xmpp' } })
  const session = (id: string) => ({ session: { accountId: ALICE, grantIdFor: () => id } })
  expect(await load({ ...own, ...session('g2') })).toMatchObject({ scopes: ['openid', 'xmpp'] })
  expect(saved).toEqual([])
  expect(await load({ ...own, ...session('g1') })).toMatchObject({ scopes: ['openid', 'xmpp'] })
  expect(saved).toHaveLength(1)
})

test('a grant of the operator covers the scopes of a resource', async () => {
  const { load, saved } = played()
  await load({ ...own, resourceServers: { 'xmpp:localhost': { scopes: new Set(['chat', 'other']) } } })
  expect(saved).toEqual([{ scopes: ['openid', 'xmpp'], resources: { 'xmpp:localhost': ['chat'] } }])
})

test('a session without an account has no grant', async () => {
  expect(await played().load({ ...own, session: {} })).toBeUndefined()
})
