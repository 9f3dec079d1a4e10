import { Confirmations } from '../../lib/confirm/confirmations'
import { SEND_GAP_MS } from '../../lib/limits'
import { ServiceAccount } from '../../lib/service-account/service-account'
import { handClock } from '../fixtures/clock'
import { settled } from '../fixtures/held-requests'
import { LoginScript } from '../fixtures/login-script'

/* A process that stops: the account first, and then what listens to it. */

/** Waits until a login, which takes several turns, is over. */
async function rest(): Promise<void> {
  for (let turns = 0; turns < 6; turns++) await settled()
}

const ONLINE = "<presence xmlns='jabber:client' from='bot@localhost/r1'/>"
const answerOf = (number: string) =>
  `<message xmlns='jabber:client' type='chat' id='1' from='alice@localhost/phone' to='bot@localhost/r1'><body>${number}</body></message>`

test('an answer that the server gives out while the account closes grants the request', async () => {
  const [clock, server] = [handClock(), new LoginScript()]
  const where = { service: 'http://127.0.0.1/bosh', domain: 'localhost', username: 'bot', password: 'x' }
  const account = new ServiceAccount({ ...where, mechanisms: ['PLAIN'] }, { clock, transport: server })
  const site = { site: 'app.example', url: 'https://app.example/login', allow: 'localhost' }
  const confirmations = new Confirmations({ account, ...site })
  await rest()
  server.last.answer(ONLINE)
  await rest()
  const { id, view } = await confirmations.start({ jid: 'alice@localhost' })
  await rest()

  const closing = account.close()
  clock.advance(SEND_GAP_MS)
  await rest()
  server.held[0]?.answer(answerOf(view.number))
  await rest()
  clock.advance(SEND_GAP_MS)
  await rest()
  server.last.answer('', "type='terminate'")
  await closing
  await confirmations.close()

  expect(await confirmations.take(id)).toMatchObject({ state: 'granted', jid: 'alice@localhost' })
})
