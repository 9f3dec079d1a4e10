import { afterThisBatch } from '../../lib/bosh/batch'

const endOfTurn = () => new Promise<void>(afterThisBatch)

describe('the end of a turn', () => {
  it('is one moment for all who wait in one turn: nothing comes between them', async () => {
    const order: string[] = []
    const say = (word: string) => () => {
      order.push(word)
      process.nextTick(() => order.push(`after ${word}`))
    }
    afterThisBatch(say('one'))
    afterThisBatch(say('two'))
    await endOfTurn()
    await new Promise(process.nextTick)
    expect(order).toEqual(['one', 'two', 'after one', 'after two'])
  })

  it('comes after what was due already', async () => {
    const order: string[] = []
    setImmediate(() => order.push('due'))
    await endOfTurn()
    expect(order).toEqual(['due'])
  })

  it('comes again in the next turn, also for who waits for it at the end of one', async () => {
    const order: string[] = []
    await new Promise<void>(done => {
      afterThisBatch(() => {
        setImmediate(() => order.push('due'))
        afterThisBatch(() => {
          order.push('next')
          done()
        })
      })
    })
    expect(order).toEqual(['due', 'next'])
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
