import { afterThisBatch } from '../../lib/bosh/batch'

const endOfBatch = () => new Promise<void>(afterThisBatch)

describe('with real timers', () => {
  it('afterThisBatch runs all callbacks of a batch before anything that they queue', async () => {
    const order: string[] = []
    const say = (word: string) => () => {
      order.push(word)
      process.nextTick(() => order.push(`after ${word}`))
    }
    afterThisBatch(say('one'))
    afterThisBatch(say('two'))
    await endOfBatch()
    await new Promise(process.nextTick)
    expect(order).toEqual(['one', 'two', 'after one', 'after two'])
  })

  it('afterThisBatch runs its callbacks after the immediates that were due already', async () => {
    const order: string[] = []
    setImmediate(() => order.push('due'))
    await endOfBatch()
    expect(order).toEqual(['due'])
  })

  it('afterThisBatch opens a new batch when a callback asks for one', async () => {
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

  it('afterThisBatch runs its callbacks', async () => {
    await expect(endOfBatch()).resolves.toBeUndefined()
  })
})
