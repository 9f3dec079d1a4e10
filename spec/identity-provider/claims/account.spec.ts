import { type AccountsOptions, findAccounts } from '../../../identity-provider/claims/account'
import type { KoaContextWithOIDC } from '../../../identity-provider/provider/oidc'

const ALICE = 'xmpp:alice@localhost'
const ctx = { oidc: { client: { clientId: 'wiki' } } } as unknown as KoaContextWithOIDC
const picture = { type: 'image/png', bytes: Buffer.from('x') } as const

function find(options: Partial<AccountsOptions> = {}) {
  return findAccounts({
    standing: { holds: async () => true },
    profiles: { get: async () => ({ name: 'Alice Liddell', email: 'ceo@victim.example', picture }) },
    roles: { of: async () => ['staff'] },
    pictureOf: (clientId, accountId) => `https://id.example/picture/${clientId}/${accountId}`,
    hasEmail: false,
    ...options,
  })
}

async function claims(scope: string, options?: Partial<AccountsOptions>, accountId = ALICE) {
  const account = await find(options)(ctx, accountId)
  return account?.claims('id_token', scope, {}, [])
}

test('each scope gives its own claims and no others', async () => {
  expect(await claims('openid')).toEqual({ sub: ALICE })
  expect(await claims('openid xmpp')).toEqual({ sub: ALICE, xmpp: 'alice@localhost' })
  expect(await claims('openid groups')).toEqual({ sub: ALICE, groups: ['staff'] })
  expect(await claims('openid profile')).toEqual({
    sub: ALICE,
    preferred_username: 'alice',
    name: 'Alice Liddell',
    picture: `https://id.example/picture/wiki/${ALICE}`,
  })
})

test('the e-mail address is told only where it is switched on, and is never verified', async () => {
  expect(await claims('openid email')).toEqual({ sub: ALICE })
  expect(await claims('openid email', { hasEmail: true })).toEqual({
    sub: ALICE,
    email: 'ceo@victim.example',
    email_verified: false,
  })
})

test('the claim xmpp is the JID as people read it', async () => {
  const account = 'xmpp:o%5C27neil@xn--mnchen-3ya.example'
  expect(await claims('xmpp', {}, account)).toMatchObject({ xmpp: "o'neil@münchen.example" })
})

test('an account without a profile or roles has neither name nor picture, and no groups', async () => {
  const options = { profiles: { get: async () => undefined }, roles: undefined }
  expect(await claims('openid profile groups', options)).toEqual({
    sub: ALICE,
    preferred_username: 'alice',
    groups: [],
  })
})

test('neither profile nor rooms are asked for a scope without their claims', async () => {
  const get = jest.fn()
  const of = jest.fn()
  await claims('openid xmpp', { profiles: { get }, roles: { of } })
  expect(get).not.toHaveBeenCalled()
  expect(of).not.toHaveBeenCalled()
})

test('a token finds no account when the session of the site that it came from has ended', async () => {
  const holds = jest.fn(async () => false)
  const token = { sessionUid: 'uid' } as never
  expect(await find({ standing: { holds } })(ctx, ALICE, token)).toBeUndefined()
  expect(holds).toHaveBeenCalledWith('uid', ALICE)
  expect(await find({ standing: { holds } })(ctx, ALICE)).toMatchObject({ accountId: ALICE })
})
