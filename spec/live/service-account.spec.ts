import { ServiceAccount } from '../../lib'
import type { Element } from '../../lib/xml/read'
import { element } from '../../lib/xml/write'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

const textOf = (message: Element) => message.children.find(({ name }) => name === 'body')?.text
const chat = (to: string, text: string, id = text) =>
  element('message', { to, id, type: 'chat' }, element('body', {}, text))

describe.each<[string, () => Promise<LiveServer>]>([
  ['ejabberd', () => startEjabberd({ storage: 'plain', modules: { mod_offline: '{}' } })],
  ['Prosody', () => startProsody({ modules: ['offline'] })],
])('on %s', (_, start) => {
  let server: LiveServer
  beforeAll(async () => {
    server = await start()
    await server.register('bot', 'secret')
    await server.register('alice', 'wonderland')
  }, 60_000)
  afterAll(() => server?.stop())
  const opened: ServiceAccount[] = []
  const open = (username: string, password: string) => {
    const account = new ServiceAccount({ service: server.url, domain: 'localhost', username, password })
    opened.push(account)
    return account
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(account => account.close()))
  })

  test('2,000 answers arrive, none of them later than one second', async () => {
    const bot = open('bot', 'secret')
    const alice = open('alice', 'wonderland')
    await Promise.all([bot.ready(), alice.ready()])
    alice.onMessage(message => void alice.send(chat(bot.jid, `yes ${textOf(message)}`)))
    const waiting = new Map<string, () => void>()
    bot.onMessage(message => waiting.get(textOf(message) ?? '')?.())
    const times: number[] = []
    const ask = async (n: number) => {
      const begun = performance.now()
      const answered = new Promise<void>(resolve => waiting.set(`yes ${n}`, resolve))
      await bot.send(chat(alice.jid, String(n)))
      await answered
      times.push(performance.now() - begun)
    }
    for (let n = 0; n < 2_000; n++) await ask(n)
    times.sort((a, b) => a - b)
    process.stderr.write(`${server.name} p50 ${times[1000]} p99 ${times[1980]} max ${times[1999]}\n`)
    expect(times).toHaveLength(2_000)
    expect(times.at(-1)).toBeLessThan(1_000)
  })
})
