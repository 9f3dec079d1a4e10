import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { stablePorts } from '../cluster/servers/ports'
import { PROGRAMS } from './programs'
import { NODES, type Started, startAt } from './started'

/* Programs that other projects made, with the login of docs/recipes. */

const accounts = { alice: 'secret', bob: 'hunter2' }
const alice = { username: 'alice', password: 'secret' }

describe.each(NODES)('on Node %s', node => {
  describe.each(PROGRAMS)('with the program $name', program => {
    let xmpp: BoshServer
    let started: Started
    beforeAll(async () => {
      const [port = 0] = await stablePorts(1)
      xmpp = await startBoshServer({ domain: 'localhost', accounts })
      started = await startAt(program.url(port), node, program.installed(port), {
        PORT: String(port),
        XMPP_SERVICE: xmpp.url,
        XMPP_DOMAIN: 'localhost',
        ...program.environment,
      })
    })
    afterAll(async () => {
      await started?.kill()
      await xmpp?.close()
    })
    const signIn = (typed: { username: string; password: string }) => program.signIn(started.url, typed)

    test('the program knows a visitor by name after the right password', async () => {
      const reply = await signIn(alice)

      expect([200, 201]).toContain(reply.status)
      expect(await program.nameOf(started.url, reply)).toBe('alice')
    })

    test('the program refuses a wrong password and an unknown user in the same words and lives on', async () => {
      const wrong = await signIn({ ...alice, password: 'guess' })
      const unknown = await signIn({ username: 'mallory', password: 'secret' })

      expect(wrong.status).toBe(program.refused)
      expect([unknown.status, unknown.text]).toEqual([wrong.status, wrong.text])
      expect((await signIn(alice)).status).toBeLessThan(300)
    })

    test('the program refuses a visitor with a right password when the recipe does not admit that name', async () => {
      expect(await signIn(program.notAdmitted)).toMatchObject({ status: program.refused })
    })

    test('the program explains an outage in its log alone and lets visitors in when it is over', async () => {
      const { port } = new URL(xmpp.url)
      await xmpp.close()
      const during = await signIn(alice)

      expect(during.status).toBe(program.down)
      expect(during.text).not.toMatch(/127\.0\.0\.1|ECONN|XMPP/i)

      xmpp = await startBoshServer({ domain: 'localhost', accounts, port: Number(port) })
      expect((await signIn(alice)).status).toBeLessThan(300)
      await started.kill() // its output up to the answer has been read then
      expect(started.said()).toContain(`127.0.0.1:${port}`)
      expect(started.said()).not.toContain('secret')
    })
  })
})
