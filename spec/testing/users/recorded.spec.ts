import { Responder } from '../../../lib/testing/responder'
import { read } from '../../../lib/xml/read'
import { readStanding, type StandingServer, standingNames } from '../../fixtures/standing/recorded'
import { ChatSession, type Said, turns, wordsOf } from './chat-session'

/*
 * The test kit holds, answers and ends the requests of a standing session in the order in which real servers did. Where a
 * server held a request for its whole `wait`, the kit holds it for a second.
 */

const SERVERS: readonly StandingServer[] = ['ejabberd', 'prosody']
const DIALOGUES = SERVERS.flatMap(server => standingNames(server).map(name => [server, name] as const))
const WAIT_S = 1

test('each server has recorded dialogues', () => {
  expect(SERVERS.map(server => standingNames(server).length)).toEqual([7, 5])
})

test.each(DIALOGUES)('as %s the test kit repeats the dialogue %s', async (personality, name) => {
  const { jid, events } = readStanding(personality, name)
  const [svc = '', domain = ''] = (jid.split('/')[0] ?? '').split('@')
  const kit = new Responder({ domain, accounts: { [svc]: svc, alice: 'alice' }, personality })
  const session = await ChatSession.open(kit, jid, WAIT_S)
  const alice = await ChatSession.open(kit, `alice@${domain}/phone`)
  const replies: Promise<Said>[] = []
  const settled = new Set<number>()
  const base = ridOf(events[0]?.body ?? '') - (name === 'standing' || name === 'replaced' ? 0 : 1)
  const first = session.rid + 1
  const [expected, played]: [string[], string[]] = [[], []]

  const recorded = new Set<number>()
  for (const { kind, of, body } of events) {
    if (kind === 'request') {
      await turns()
      // What has no reply yet in the recording has none here.
      expect([...settled].sort()).toEqual([...recorded].sort())
      const reply = session.say(payloadOf(body), { attributes: endOf(body), rid: first + ridOf(body) - base })
      replies[of] = reply
      void reply.then(() => settled.add(of))
      continue
    }
    recorded.add(of)
    const words = wordsOf(read(Buffer.from(body))).replaceAll(/(alice@[^/ ]+)\/[^: ]+/g, '$1/phone')
    expected.push(`${of}: ${words}`)
    if (words.includes('from alice@')) {
      await alice.tell(`<message to='${jid}' type='chat' id='ev'><body>something else</body></message>`)
    }
    if (words.includes('conflict')) await ChatSession.open(kit, jid)
    played.push(`${of}: ${wordsOf((await replies[of]) ?? 'hang')}`)
  }

  expect(played).toEqual(expected)
  kit.reset()
})

function ridOf(body: string): number {
  return Number(/ rid='([0-9]+)'/.exec(body)?.[1])
}

function payloadOf(body: string): string {
  return /^<body[^>]*[^/>]>(.*)<\/body>$/.exec(body)?.[1] ?? ''
}

function endOf(body: string): string {
  return / type='terminate'/.exec(body)?.[0] ?? ''
}
