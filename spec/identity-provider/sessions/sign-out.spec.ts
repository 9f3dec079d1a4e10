import type { KoaContextWithOIDC } from '../../../identity-provider/provider/oidc'
import { signingOut } from '../../../identity-provider/sessions/sign-out'

interface Given {
  readonly route?: string
  readonly status?: number
  readonly logout?: string | undefined
  readonly jid?: string
}

const BYE = 'https://rp.example/bye?state=x'

async function answered({ route = 'end_session_confirm', status = 303, jid = 'alice@localhost', ...given }: Given) {
  const signOut = jest.fn()
  const logout = 'logout' in given ? given.logout : 'yes'
  const rendered = jest.fn((_view, _values, done) => done(null, '<html>'))
  const ctx = {
    oidc: { route, params: { logout }, session: { accountId: 'xmpp:alice@localhost' } },
    status,
    body: undefined as string | undefined,
    req: { user: { jid } },
    res: { render: rendered },
    response: { get: () => BYE },
    remove: jest.fn(),
  }
  await signingOut(signOut)(ctx as unknown as KoaContextWithOIDC)
  return { isSignedOut: signOut.mock.calls.length === 1, ctx, rendered }
}

const isSignedOut = async (given: Given) => (await answered(given)).isSignedOut

test('the form of a sign-out leads to a page that leads to the client, so that its policy need not name the client', async () => {
  const { ctx, rendered } = await answered({})
  expect(ctx).toMatchObject({ status: 200, body: '<html>' })
  expect(ctx.remove).toHaveBeenCalledWith('location')
  expect(rendered).toHaveBeenCalledWith('onward', { url: BYE, user: undefined }, expect.anything())
})

test('a sign-out that a client began ends the session of the site', async () => {
  expect(await isSignedOut({})).toBe(true)
})

test.each([
  ['the visitor stays signed in', { logout: undefined }],
  ['the visitor is another one by now', { jid: 'bob@localhost' }],
  ['the answer is an error', { status: 400 }],
  ['the visitor is only asked', { route: 'end_session' }],
])('the session of the site stays when %s', async (_when, given) => {
  expect(await isSignedOut(given)).toBe(false)
})

test('a request without a route ends nothing', async () => {
  const signOut = jest.fn()
  await signingOut(signOut)({ status: 404 } as unknown as KoaContextWithOIDC)
  expect(signOut).not.toHaveBeenCalled()
})
