import crypto from 'node:crypto'
import { MAX_DERIVATIONS } from '../../lib/limits'
import { deriveWithin } from '../../lib/login/key-derivation'
import type { Derive } from '../../lib/sasl/index'

const patient = () => new AbortController().signal
const SALT = Buffer.from('QSXCR+Q6sek8bf92', 'base64')
const once = (derive: Derive, password = 'pencil', iterations = 4096) => derive(password, SALT, iterations, 20, 'sha1')

test('the derived key is that of RFC 5802 §5', async () => {
  expect((await once(deriveWithin(patient()))).toString('hex')).toBe('1d96ee3a529b5a5f9e47c01f229a2cb8a6e15f7d')
})

test('the event loop keeps running during a derivation', async () => {
  let turns = 0
  let over = false
  const derived = once(deriveWithin(patient()), 'pencil', 100_000).finally(() => {
    over = true
  })
  while (!over) {
    turns++
    await new Promise(resolve => setImmediate(resolve))
  }
  await derived

  expect(turns).toBeGreaterThan(2)
})

describe('in one process', () => {
  /** The ends of the derivations that have begun. */
  let running: ((key: Buffer) => void)[] = []
  let derive: typeof deriveWithin
  beforeEach(() => {
    running = []
    jest.isolateModules(() => {
      const pbkdf2 = (...args: unknown[]) => {
        running.push(key => (args.at(-1) as (error: null, key: Buffer) => void)(null, key))
      }
      jest.doMock('node:crypto', () => ({ ...crypto, pbkdf2 }))
      derive = require('../../lib/login/key-derivation').deriveWithin
    })
    jest.dontMock('node:crypto')
  })
  const turn = () => new Promise(resolve => setImmediate(resolve))

  test(`${MAX_DERIVATIONS} derivations run at a time and the others wait in order`, async () => {
    const settled: number[] = []
    const all = [0, 1, 2, 3].map(n => once(derive(patient())).then(() => settled.push(n)))
    await turn()
    expect(running).toHaveLength(MAX_DERIVATIONS)
    for (let n = 0; n < 4; n++) {
      running[n]?.(Buffer.alloc(20))
      await turn()
      expect(running).toHaveLength(Math.min(4, MAX_DERIVATIONS + n + 1))
    }
    await Promise.all(all)

    expect(settled).toEqual([0, 1, 2, 3])
  })

  test('a derivation of another visitor waits for one that runs, however many one visitor has', async () => {
    const settled: string[] = []
    const one = Array.from({ length: 90 }, (_, n) => once(derive(patient(), 'one')).then(() => settled.push(`${n}`)))
    const other = once(derive(patient(), 'other')).then(() => settled.push('other'))
    for (let n = 0; n < 91; n++) {
      await turn()
      running[n]?.(Buffer.alloc(20))
    }
    await Promise.all([...one, other])

    expect(settled.indexOf('other')).toBe(MAX_DERIVATIONS)
  })

  test('an abandoned derivation keeps its place until it is over', async () => {
    const visitor = new AbortController()
    const given = [0, 1].map(() => once(derive(visitor.signal)))
    const waiting = once(derive(patient()))
    await turn()
    visitor.abort(new Error('left'))
    for (const one of given) await expect(one).rejects.toThrow('left')
    await turn()
    expect(running).toHaveLength(2)
    running[0]?.(Buffer.alloc(20))
    await turn()
    expect(running).toHaveLength(3)
    running[2]?.(Buffer.from('key'))

    expect(String(await waiting)).toBe('key')
  })

  test('a derivation that is abandoned while it waits never begins', async () => {
    const visitor = new AbortController()
    const busy = [0, 1].map(() => once(derive(patient())))
    const waiting = once(derive(visitor.signal))
    visitor.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
    for (const end of running) end(Buffer.alloc(20))
    await Promise.all(busy)
    await turn()

    expect(running).toHaveLength(2)
  })
})
