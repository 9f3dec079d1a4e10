import nock from 'nock'
import { ServiceAccount } from '../../../lib'
import { mockBosh } from '../../../lib/testing/nock'
import { type PersonalityName, type StandingReply, startBoshServer, type TestServer } from '../../../lib/testing/server'
import type { Element } from '../../../lib/xml/read'
import { element } from '../../../lib/xml/write'

/*
 * A service account over the test kit, with a port and without: it asks a user, who answers.
 */

const JID = 'alice@elsewhere.test'
const OPTIONS = { domain: 'localhost', accounts: { login: 'secret' } }

// node:http belongs to the whole process, and specs that count connections run in it as well.
afterAll(() => nock.restore())

interface Served extends TestServer {
  readonly url: string
  close(): unknown
}

const KINDS: readonly [string, (personality: PersonalityName) => Served | Promise<Served>][] = [
  ['a port', personality => startBoshServer({ ...OPTIONS, personality })],
  ['nock', personality => mockBosh(`https://${personality}.example.com/bosh`, { ...OPTIONS, personality })],
]
const PERSONALITIES: readonly PersonalityName[] = ['ejabberd', 'prosody']
const CASES = KINDS.flatMap(([kind, serve]) => PERSONALITIES.map(personality => ({ kind, serve, personality })))

describe.each(CASES)('over $kind as $personality', ({ serve, personality }) => {
  let xmpp: Served
  let account: ServiceAccount
  let got: string[]
  let heard: (() => void) | undefined
  beforeEach(async () => {
    xmpp = await serve(personality)
    xmpp.users.add(JID, { client: 'gajim' })
    account = new ServiceAccount({ service: xmpp.url, domain: 'localhost', username: 'login', password: 'secret' })
    got = []
    account.onMessage(message => {
      got.push(bodyOf(message))
      heard?.()
    })
    await account.ready()
  })
  afterEach(async () => {
    await account.close()
    await xmpp.close()
  })

  const ask = (id: string) =>
    account.send(
      element(
        'message',
        { to: JID, type: 'chat', id },
        element('body', {}, id),
        element('x', { xmlns: 'jabber:x:expire' }),
      ),
    )
  const until = async (count: number) => {
    while (got.filter(body => body !== '').length < count) await new Promise<void>(resolve => (heard = resolve))
  }

  test('a user answers what the account asks', async () => {
    await ask('q1')
    const { from } = await xmpp.users.asked(JID)
    xmpp.users.reply(JID, '42')
    await until(1)

    expect(from).toMatch(/^login@localhost\/./)
    expect(got).toContain('42')
  })

  test('a hundred answers come in their order', async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => String(index))
    for (const number of numbers) {
      xmpp.users.reply(JID, number)
      await ask(`q${number}`)
    }
    await until(numbers.length)

    expect(got.filter(body => body !== '')).toEqual(numbers)
  })

  test.each<StandingReply>(['conflict', 'item-not-found', 'reset', 'system-shutdown'])(
    'the account is there again after %s',
    async reply => {
      xmpp.fault({ on: 'standing', reply })
      await new Promise(resolve => setTimeout(resolve, 50))
      await account.ready()
      xmpp.users.reply(JID, '42')
      await ask('q1')
      await until(1)

      expect(got).toContain('42')
    },
  )
})

function bodyOf({ children }: Element): string {
  return children.find(({ name }) => name === 'body')?.text ?? ''
}
