import { picturePaths } from '../../../identity-provider/claims/picture-paths'

const paths = picturePaths('k'.repeat(32))
const ALICE = 'xmpp:alice@localhost'

test('the name of a picture leads to its account, and stays the same', () => {
  const name = paths.nameOf('wiki', ALICE)
  expect(paths.accountOf(name)).toBe(ALICE)
  expect(paths.nameOf('wiki', ALICE)).toBe(name)
  expect(picturePaths('k'.repeat(32)).accountOf(name)).toBe(ALICE)
})

test('two clients get different names for one account, which tell neither', () => {
  const name = paths.nameOf('wiki', ALICE)
  expect(paths.nameOf('forum', ALICE).slice(0, 16)).not.toBe(name.slice(0, 16))
  expect(Buffer.from(name, 'base64url').toString('latin1')).not.toMatch(/alice|wiki/)
})

test('a name that the provider did not make leads to no account', () => {
  const name = paths.nameOf('wiki', ALICE)
  expect(picturePaths('other'.repeat(8)).accountOf(name)).toBeUndefined()
  for (const wrong of ['', 'x', ALICE, `${name.slice(0, -2)}AA`, `A${name.slice(1)}`, 'A'.repeat(3_000)]) {
    expect([wrong, paths.accountOf(wrong)]).toEqual([wrong, undefined])
  }
})
