import { BoshSession } from '../../../lib/bosh/session'
import { MAX_STANDING_WAIT_S, STANDING_WAIT_S } from '../../../lib/limits'
import { LightSignal } from '../../../lib/time/light-signal'
import { handClock } from '../../fixtures/clock'
import { HeldRequests, settled } from '../../fixtures/held-requests'

async function created(attributes: string) {
  const server = new HeldRequests()
  const url = new URL('http://127.0.0.1/bosh')
  const domain = { ascii: 'localhost', wire: 'localhost' }
  const context = { transport: server, clock: handClock(), url, domain, wait: STANDING_WAIT_S }
  const creating = BoshSession.create(context, new LightSignal())
  await settled()
  const { rid, body } = server.last
  server.last.answer('', `sid='s1' ${attributes}`)
  const { session } = await creating
  return { server, session, rid, body }
}

test('the creation asks for the wait of a standing session, and for one held request', async () => {
  const { body } = await created('')
  expect(body).toContain(" wait='45'")
  expect(body).toContain(" hold='1'")
})

test('handOver() gives away connection, sid, last rid and granted wait', async () => {
  const { session, rid } = await created("wait='30' hold='1' requests='2'")
  expect(session.handOver()).toMatchObject({ sid: 's1', rid, waitMs: 30_000 })
})

test.each([
  ['the wait that was asked for without an answer', '', STANDING_WAIT_S],
  ['the longest wait for a longer one', "wait='3600'", MAX_STANDING_WAIT_S],
])('handOver() takes %s', async (_, attributes, seconds) => {
  expect((await created(attributes)).session.handOver().waitMs).toBe(seconds * 1_000)
})

test('terminate() does nothing after handOver()', async () => {
  const { session, server } = await created("wait='45'")
  session.handOver()
  await session.terminate(new LightSignal())

  expect(server.posts).toHaveLength(1)
  expect(server.released).toEqual([])
})

test.each(["wait='0'", "hold='0'", "requests='1' polling='2'"])(
  'handOver() rejects a polling session (%s) and leaves it to terminate()',
  async attributes => {
    const { session, server } = await created(attributes)
    expect(() => session.handOver()).toThrow(expect.objectContaining({ code: 'ERR_XMPP_ACCOUNT' }))
    void session.terminate(new LightSignal())
    await settled()

    expect(server.last.body).toContain("type='terminate'")
  },
)
