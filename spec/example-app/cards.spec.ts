import type { Card } from '../../login-site/stores/cards/cards'
import { memoryCards } from '../../login-site/stores/cards/memory'

const IDLE_MS = 1_000

const card = (bytes: number): Card => ({ name: 'Alice', picture: { type: 'image/png', bytes: Buffer.alloc(bytes) } })

test('the oldest card goes when the cards in the process take too much room', async () => {
  const cards = memoryCards(10_000)
  for (const sid of ['a', 'b', 'c']) await cards.keep(sid, card(4_000), IDLE_MS)
  expect(await cards.head('a')).toEqual({ hasPicture: false })
  for (const sid of ['b', 'c']) expect(await cards.head(sid)).toEqual({ name: 'Alice', hasPicture: true })
})

test('a forgotten card and a replaced one leave their room to others', async () => {
  const cards = memoryCards(10_000)
  for (let n = 0; n < 100; n++) {
    await cards.keep('again', card(4_000), IDLE_MS)
    await cards.keep(`gone${n}`, card(4_000), IDLE_MS)
    await cards.forget([`gone${n}`, 'unknown'])
  }
  expect((await cards.head('again')).hasPicture).toBe(true)
  expect(await cards.picture('gone99')).toBeUndefined()
})

test('a card that is too large alone is not kept', async () => {
  const cards = memoryCards(1_000)
  await cards.keep('a', card(4_000), IDLE_MS)
  expect(await cards.picture('a')).toBeUndefined()
})
