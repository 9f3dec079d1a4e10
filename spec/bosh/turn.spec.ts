import { endOfTurn } from '../../lib/bosh/turn'

describe('endOfTurn', () => {
  it('is one moment for all who wait in one turn', async () => {
    const turn = endOfTurn()
    expect(endOfTurn()).toBe(turn)
    await turn
  })

  it('comes after what was due already', async () => {
    const order: string[] = []
    const due = new Promise<void>(resolve => {
      setImmediate(() => {
        order.push('due')
        resolve()
      })
    })
    await Promise.all([due, endOfTurn().then(() => order.push('turn'))])
    expect(order).toEqual(['due', 'turn'])
  })

  it('comes again in the next turn', async () => {
    const first = endOfTurn()
    await first
    const second = endOfTurn()
    expect(second).not.toBe(first)
    await second
  })
})

describe('with fake timers', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('comes all the same', async () => {
    await expect(endOfTurn()).resolves.toBeUndefined()
  })
})
