import { Outbox } from '../../../lib/bosh/standing/outbox'
import { XmppBoshError } from '../../../lib/errors/error'
import { MAX_UNSENT, MAX_UNSENT_BYTES, MAX_UNSENT_MS } from '../../../lib/limits'
import { handClock } from '../../fixtures/clock'

function start() {
  const clock = handClock()
  return { clock, outbox: new Outbox(clock) }
}
const texts = (outbox: Outbox) => outbox.take(1_000_000).map(({ text }) => text)

describe('add()', () => {
  test('resolves when the stanza is settled', async () => {
    const { outbox, clock } = start()
    const added = outbox.add('a')
    outbox.settle(outbox.take(10))
    await added

    expect(outbox.size).toBe(0)
    clock.advance(MAX_UNSENT_MS)
    expect(clock.waiting).toEqual([])
  })

  test('rejects one stanza too many, those in flight included', async () => {
    const { outbox } = start()
    for (let n = 0; n < MAX_UNSENT; n++) void outbox.add('a')
    const taken = outbox.take(100)
    await expect(outbox.add('b')).rejects.toMatchObject({ code: 'ERR_XMPP_BUSY', status: 503 })

    outbox.settle(taken)
    void outbox.add('b')
    expect(outbox.size).toBe(MAX_UNSENT - taken.length + 1)
  })

  test('rejects one byte too many', async () => {
    const { outbox } = start()
    void outbox.add('x'.repeat(MAX_UNSENT_BYTES - 1))
    await expect(outbox.add('é')).rejects.toMatchObject({ code: 'ERR_XMPP_BUSY' })
    void outbox.add('x')
    expect(outbox.size).toBe(2)
  })

  test('rejects a stanza that waited for a minute, and keeps a younger one', async () => {
    const { outbox, clock } = start()
    const old = outbox.add('old')
    clock.advance(MAX_UNSENT_MS / 2)
    void outbox.add('young')
    clock.advance(MAX_UNSENT_MS / 2)

    await expect(old).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
    expect(texts(outbox)).toEqual(['young'])
  })

  test('rejects after close()', async () => {
    const { outbox, clock } = start()
    const waiting = outbox.add('a')
    outbox.close(new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'closed'))

    await expect(waiting).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
    await expect(outbox.add('b')).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
    expect(outbox.size).toBe(0)
    expect(clock.waiting).toEqual([])
  })
})

describe('putBack()', () => {
  test('puts stanzas before those that were added meanwhile', () => {
    const { outbox } = start()
    for (const text of ['a', 'b']) void outbox.add(text)
    const taken = outbox.take(10)
    void outbox.add('c')
    outbox.putBack(taken)

    expect(texts(outbox)).toEqual(['a', 'b', 'c'])
  })

  test('rejects the stanzas after close()', async () => {
    const { outbox } = start()
    const added = outbox.add('a')
    const taken = outbox.take(10)
    outbox.close(new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'closed'))
    outbox.putBack(taken)

    await expect(added).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
  })
})
