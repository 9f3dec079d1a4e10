import { MemoryConfirmStore } from '../../lib/confirm/memory-store'
import { handClock } from '../fixtures/clock'
import { testConfirmStore } from './store-contract'

/* The store of requests in memory passes the tests of every such store. */

const MAX = 40

testConfirmStore(async () => {
  const clock = handClock()
  const store = new MemoryConfirmStore({ maxWaiting: MAX }, { clock })
  return {
    store,
    other: store,
    max: MAX,
    now: () => clock.date(),
    pass: async ms => clock.advance(ms),
    close: async () => {},
  }
})
