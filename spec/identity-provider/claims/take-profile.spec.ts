import type { Request } from 'express'
import { cardsWithEmail, profileTaker } from '../../../identity-provider/claims/take-profile'
import { openMemoryProviderStore } from '../../../identity-provider/stores/memory'
import { memoryCards } from '../../../login-site/stores/cards/memory'

const ALICE = 'xmpp:alice@localhost'
const picture = { type: 'image/png', bytes: Buffer.from('x') } as const
const request = (sessionID: string) => ({ sessionID, log: { error: jest.fn() } }) as unknown as Request

function opened() {
  const { profiles } = openMemoryProviderStore()
  const cards = cardsWithEmail(memoryCards(), profiles)
  return { profiles, cards, take: profileTaker(cards, profiles) }
}

test('the profile of an account is what the site read at its sign-in', async () => {
  const { profiles, cards, take } = opened()
  await cards.keep('s1', { name: 'Alice', picture, email: 'alice@example.com' }, 1_000)
  await take(request('s1'), ALICE)
  expect(await profiles.get(ALICE)).toEqual({ name: 'Alice', picture, email: 'alice@example.com' })
})

test('a sign-in that read no vCard leaves the profile of an earlier one', async () => {
  const { profiles, cards, take } = opened()
  await cards.keep('s1', { name: 'Alice' }, 1_000)
  await take(request('s1'), ALICE)
  await take(request('s2'), ALICE)
  expect(await profiles.get(ALICE)).toMatchObject({ name: 'Alice' })
})

test('the e-mail address goes with the card of its session', async () => {
  const { profiles, cards, take } = opened()
  await cards.keep('s1', { email: 'alice@example.com' }, 1_000)
  await cards.forget(['s1'])
  await take(request('s1'), ALICE)
  expect(await profiles.get(ALICE)).toBeUndefined()
})

test('a sign-in does not fail when the store cannot be read', async () => {
  const { profiles } = openMemoryProviderStore()
  const cards = { head: async () => Promise.reject(new Error('away')), picture: async () => undefined }
  const req = request('s1')
  await profileTaker(cards, profiles)(req, ALICE)
  expect(req.log.error).toHaveBeenCalledTimes(1)
})
