import type { Model } from '../../../identity-provider/stores/models'
import { MAX_BOUND, type ProviderStore } from '../../../identity-provider/stores/provider-store'

export const ALICE = 'xmpp:alice@localhost'
export const BOB = 'xmpp:bob@localhost'

/** Entries as oidc-provider saves them, in short. */
export function entriesIn(store: ProviderStore) {
  const save = (model: Model, id: string, payload: object, seconds = 600) =>
    store.adapter(model).upsert(id, { jti: id, kind: model, ...payload }, seconds)
  return {
    save,
    find: (model: Model, id: string) => store.adapter(model).find(id),
    session: (id: string, uid: string, accountId?: string, seconds?: number) =>
      save('Session', id, { uid, ...(accountId !== undefined && { accountId }) }, seconds),
    grant: (id: string, accountId: string, seconds?: number) => save('Grant', id, { accountId }, seconds),
    /** Saves a grant with a code, an access token and a refresh token. */
    async grantWithTokens(grantId: string, accountId: string): Promise<void> {
      await save('Grant', grantId, { accountId })
      for (const model of ['AuthorizationCode', 'AccessToken', 'RefreshToken'] as const) {
        await save(model, `${model} of ${grantId}`, { grantId, accountId })
      }
    },
    /** Lists what is left of a grant. */
    async leftOf(grantId: string): Promise<Model[]> {
      const models = ['AuthorizationCode', 'AccessToken', 'RefreshToken'] as const
      const found = await Promise.all([
        store.adapter('Grant').find(grantId),
        ...models.map(model => store.adapter(model).find(`${model} of ${grantId}`)),
      ])
      return (['Grant', ...models] as const).filter((_, n) => found[n] !== undefined)
    },
  }
}

export type Entries = ReturnType<typeof entriesIn>

/** Tests that every store passes. @param store returns the store of the present test */
export function testStore(name: string, store: () => ProviderStore): void {
  let entries: Entries
  beforeEach(() => {
    entries = entriesIn(store())
  })
  testEntries(name, store, () => entries)
  testRedemption(name, store, () => entries)
  testEnds(name, store, () => entries)
  testBindings(name, store, () => entries)
  testProfiles(name, store)
}

function testEntries(name: string, store: () => ProviderStore, entries: () => Entries): void {
  test(`${name} finds what was saved last, and nothing else`, async () => {
    const { save, find } = entries()
    await save('Interaction', 'one', { returnTo: '/a' })
    await save('Interaction', 'one', { returnTo: '/b' })
    expect(await find('Interaction', 'one')).toEqual({ jti: 'one', kind: 'Interaction', returnTo: '/b' })
    expect(await find('Interaction', 'two')).toBeUndefined()
    expect(await find('PushedAuthorizationRequest', 'one')).toBeUndefined()
    await store().adapter('Interaction').destroy('one')
    expect(await find('Interaction', 'one')).toBeUndefined()
  })

  test(`${name} keeps a payload as it was when it was saved`, async () => {
    const { save, find } = entries()
    const payload = { authorizations: { rp: { grantId: 'g' } } }
    await save('Session', 'one', { uid: 'u', ...payload })
    payload.authorizations.rp.grantId = 'changed'
    expect(await find('Session', 'one')).toMatchObject({ authorizations: { rp: { grantId: 'g' } } })
  })

  test(`${name} finds a provider session by its uid, also after it got a new id`, async () => {
    const { session } = entries()
    const adapter = store().adapter('Session')
    await session('one', 'u', ALICE)
    expect(await adapter.findByUid('u')).toMatchObject({ jti: 'one' })
    await adapter.destroy('one')
    await session('two', 'u', ALICE)
    expect(await adapter.findByUid('u')).toMatchObject({ jti: 'two' })
    expect(await adapter.find('one')).toBeUndefined()
    expect(await adapter.findByUid('v')).toBeUndefined()
  })

  test(`${name} refuses an entry without a lifetime, and forgets one whose lifetime is over`, async () => {
    const adapter = store().adapter('Interaction')
    await expect(adapter.upsert('one', {})).rejects.toThrow('Interaction needs a lifetime')
    await expect(adapter.upsert('one', {}, Number.NaN)).rejects.toThrow('Interaction needs a lifetime')
    await adapter.upsert('one', {}, 60)
    await adapter.upsert('one', {}, 0)
    expect(await adapter.find('one')).toBeUndefined()
  })

  test(`${name} has no entries of models whose features are off, and takes none`, async () => {
    const clients = store().adapter('Client')
    expect(await clients.find('rp')).toBeUndefined()
    await expect(clients.upsert('rp', {}, 60)).rejects.toThrow('The store keeps no Client')
    expect(await store().adapter('DeviceCode').findByUserCode('code')).toBeUndefined()
    expect(() => store().adapter('Unheard')).toThrow('The store does not know the model Unheard')
  })
}

function testRedemption(name: string, store: () => ProviderStore, entries: () => Entries): void {
  test.each(['AuthorizationCode', 'RefreshToken'] as const)(
    `${name} lets one of twenty requests redeem one %s, and ends its grant`,
    async model => {
      const { grantWithTokens, leftOf } = entries()
      await grantWithTokens('g', ALICE)
      const adapter = store().adapter(model)
      const ends = await Promise.allSettled(Array.from({ length: 20 }, () => adapter.consume(`${model} of g`)))
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const end of ends) {
        if (end.status === 'rejected') {
          expect(end.reason).toMatchObject({ statusCode: 400, expose: true, message: 'invalid_grant' })
        }
      }
      expect(await leftOf('g')).toEqual([])
    },
  )

  test(`${name} tells that a code was redeemed, and leaves its grant alone`, async () => {
    const { grantWithTokens, leftOf, find } = entries()
    await grantWithTokens('g', ALICE)
    await store().adapter('AuthorizationCode').consume('AuthorizationCode of g')
    expect(await find('AuthorizationCode', 'AuthorizationCode of g')).toMatchObject({ consumed: expect.any(Number) })
    expect(await leftOf('g')).toHaveLength(4)
  })

  test(`${name} refuses to redeem a code that is gone`, async () => {
    await expect(store().adapter('AuthorizationCode').consume('none')).rejects.toMatchObject({ name: 'UsedBefore' })
  })

  test(`${name} lets one of two requests use a pushed request`, async () => {
    const { save } = entries()
    await save('PushedAuthorizationRequest', 'par', {})
    const adapter = store().adapter('PushedAuthorizationRequest')
    await adapter.consume('par')
    await expect(adapter.consume('par')).rejects.toMatchObject({ statusCode: 400, message: 'invalid_request_uri' })
  })

  test(`${name} refuses codes and tokens of a grant that ended meanwhile`, async () => {
    const { grantWithTokens, grant, save, leftOf } = entries()
    await grantWithTokens('g', ALICE)
    await store().adapter('Grant').destroy('g')
    // A request that read the grant before saves it again.
    await grant('g', ALICE)
    for (const model of ['AccessToken', 'RefreshToken'] as const) {
      await expect(save(model, 'late', { grantId: 'g' })).rejects.toMatchObject({
        statusCode: 400,
        message: 'invalid_grant',
      })
    }
    await expect(save('AuthorizationCode', 'late', { grantId: 'g' })).rejects.toMatchObject({
      statusCode: 400,
      message: 'access_denied',
    })
    expect(await leftOf('g')).toEqual([])
  })
}

function testEnds(name: string, store: () => ProviderStore, entries: () => Entries): void {
  test(`${name} lists provider sessions and grants by account`, async () => {
    const { session, grant } = entries()
    await session('s1', 'u1', ALICE)
    await session('s2', 'u2', ALICE)
    await session('s3', 'u3', BOB)
    await session('s4', 'u4')
    await grant('g1', ALICE)
    await grant('g2', BOB)
    const { sessions, grants } = await store().ofAccount(ALICE)
    expect([sessions.sort(), grants]).toEqual([['u1', 'u2'], ['g1']])
    expect(await store().ofAccount('xmpp:carol@localhost')).toEqual({ sessions: [], grants: [] })
  })

  test(`${name} lists a provider session from its sign-in on`, async () => {
    const { session } = entries()
    await session('s1', 'u1')
    expect((await store().ofAccount(ALICE)).sessions).toEqual([])
    await session('s1', 'u1', ALICE)
    expect((await store().ofAccount(ALICE)).sessions).toEqual(['u1'])
  })

  test(`${name} does not revive a provider session that a slow request saves after its end`, async () => {
    const { session } = entries()
    const adapter = store().adapter('Session')
    await session('s1', 'u1', ALICE)
    await store().endSession('u1')
    await session('s1', 'u1', ALICE)
    await session('with a new id', 'u1', ALICE)
    expect(await adapter.find('s1')).toBeUndefined()
    expect(await adapter.find('with a new id')).toBeUndefined()
    expect(await adapter.findByUid('u1')).toBeUndefined()
    expect((await store().ofAccount(ALICE)).sessions).toEqual([])
    await session('s2', 'u2', ALICE)
    await adapter.destroy('s2')
    await session('s2', 'u2', ALICE)
    expect(await adapter.find('s2')).toBeUndefined()
  })

  test(`${name} ends the codes and tokens of a grant with it, and those of no other`, async () => {
    const { grantWithTokens, leftOf } = entries()
    await grantWithTokens('g1', ALICE)
    await grantWithTokens('g2', ALICE)
    await store().adapter('Grant').destroy('g1')
    expect(await leftOf('g1')).toEqual([])
    expect(await leftOf('g2')).toHaveLength(4)
    expect((await store().ofAccount(ALICE)).grants).toEqual(['g2'])
  })

  test(`${name} revokes the codes and tokens of a grant, and keeps the grant`, async () => {
    const { grantWithTokens, leftOf } = entries()
    await grantWithTokens('g1', ALICE)
    await store().adapter('AccessToken').revokeByGrantId('g1')
    await store().adapter('RefreshToken').revokeByGrantId('unknown')
    expect(await leftOf('g1')).toEqual(['Grant'])
  })
}

function testBindings(name: string, store: () => ProviderStore, entries: () => Entries): void {
  test(`${name} binds provider sessions to a session of the site`, async () => {
    const { bindings } = store()
    for (const uid of ['u1', 'u2', 'u1']) await bindings.bind('sid', uid, 60_000)
    await bindings.bind('other', 'u3', 60_000)
    expect((await bindings.uidsOf('sid')).sort()).toEqual(['u1', 'u2'])
    expect(await bindings.sidOf('u3')).toBe('other')
    await bindings.bind('sid', 'u3', 60_000)
    expect(await bindings.uidsOf('other')).toEqual([])
    expect(await bindings.sidOf('u3')).toBe('sid')
    expect(await bindings.sidOf('unknown')).toBeUndefined()
  })

  test(`${name} moves the bindings of a session of the site that gets a new id`, async () => {
    const { bindings } = store()
    for (const uid of ['u1', 'u2']) await bindings.bind('sid', uid, 60_000)
    await bindings.bind('new', 'u3', 60_000)
    await bindings.move('sid', 'new')
    await bindings.move('unknown', 'new')
    await bindings.move('new', 'new')
    expect(await bindings.uidsOf('sid')).toEqual([])
    expect((await bindings.uidsOf('new')).sort()).toEqual(['u1', 'u2', 'u3'])
    expect(await bindings.sidOf('u1')).toBe('new')
  })

  test(`${name} forgets the bindings of a session of the site in both directions`, async () => {
    const { bindings } = store()
    for (const uid of ['u1', 'u2']) await bindings.bind('sid', uid, 60_000)
    await bindings.bind('other', 'u3', 60_000)
    await bindings.forget('sid')
    expect(await bindings.uidsOf('sid')).toEqual([])
    expect(await Promise.all(['u1', 'u2', 'u3'].map(bindings.sidOf))).toEqual([undefined, undefined, 'other'])
  })

  test(`${name} ends the provider session that was bound first when a session of the site has too many`, async () => {
    const { bindings, adapter } = store()
    for (let n = 0; n <= MAX_BOUND; n++) {
      await entries().session(`s${n}`, `u${n}`, ALICE)
      await bindings.bind('sid', `u${n}`, 60_000)
    }
    const uids = await bindings.uidsOf('sid')
    expect([uids.length, uids.includes('u0')]).toEqual([MAX_BOUND, false])
    expect(await bindings.sidOf('u0')).toBeUndefined()
    expect(await adapter('Session').find('s0')).toBeUndefined()
    expect(await adapter('Session').find('s1')).toBeDefined()
  })
}

function testProfiles(name: string, store: () => ProviderStore): void {
  const picture = { type: 'image/png', bytes: Buffer.from([0x89, 0x50, 0, 0xff]) } as const

  test(`${name} keeps the last profile of an account`, async () => {
    const { profiles } = store()
    await profiles.put(ALICE, { name: 'Alice', nickname: 'al', email: 'alice@example.org', picture }, 60_000)
    expect(await profiles.get(ALICE)).toEqual({
      name: 'Alice',
      nickname: 'al',
      email: 'alice@example.org',
      picture,
    })
    await profiles.put(ALICE, { name: 'Alice B.' }, 60_000)
    expect(await profiles.get(ALICE)).toEqual({ name: 'Alice B.' })
    await profiles.put(ALICE, {}, 60_000)
    expect(await profiles.get(ALICE)).toEqual({})
    await profiles.forget(ALICE)
    expect(await profiles.get(ALICE)).toBeUndefined()
    expect(await profiles.get(BOB)).toBeUndefined()
  })
}
