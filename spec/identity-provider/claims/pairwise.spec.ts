import { subjectsWith } from '../../../identity-provider/claims/pairwise'
import type { RegisteredClient } from '../../../identity-provider/provider/oidc'

const ALICE = 'xmpp:alice@localhost'
const client = (sectorIdentifier: unknown, subjectType = 'pairwise') =>
  ({ clientId: 'wiki', subjectType, sectorIdentifier }) as unknown as RegisteredClient

test('a client with public subjects knows the account', () => {
  expect(subjectsWith('key')(ALICE, client(undefined, 'public'))).toBe(ALICE)
})

test('a pairwise subject depends on key, sector and account', () => {
  const subject = subjectsWith('key')(ALICE, client('wiki.example'))
  expect(subjectsWith('key')(ALICE, client('wiki.example'))).toBe(subject)
  const others = [
    subjectsWith('other')(ALICE, client('wiki.example')),
    subjectsWith('key')(ALICE, client('forum.example')),
    subjectsWith('key')('xmpp:bob@localhost', client('wiki.example')),
  ]
  expect(new Set([subject, ...others]).size).toBe(4)
  expect(subject).not.toContain('alice')
})

test('a client without a sector has no pairwise subject', () => {
  expect(() => subjectsWith('key')(ALICE, client(undefined))).toThrow('no sector')
})
