import { JSDOM } from 'jsdom'
import { createClient } from 'stanza'
import { type PersonalityName, startBoshServer } from '../../../lib/testing/server'

/*
 * Chat clients by other authors talk to each other, and to a user of the kit, through the test kit.
 */

test.each<PersonalityName>(['ejabberd', 'prosody'])(
  'strophe.js, stanza and a user of the kit chat through the test kit as %s',
  async personality => {
    const accounts = { alice: 'alice', bob: 'bob' }
    const kit = await startBoshServer({ domain: 'localhost', accounts, personality, mechanisms: ['PLAIN'] })
    kit.users.add('carol@elsewhere.test')
    const heard: string[] = []
    const bob = createClient({
      jid: 'bob@localhost',
      password: 'bob',
      autoReconnect: false,
      transports: { bosh: kit.url, websocket: false },
    })
    const talked = new Promise<void>(resolve => {
      bob.on('message', ({ from, body }) => {
        heard.push(`${from.split('/')[0]}: ${body}`)
        if (body === 'Hello Bob') bob.sendMessage({ to: from, type: 'chat', body: 'Hello Alice' })
        else resolve()
      })
    })
    await new Promise<void>(resolve => {
      bob.on('session:started', () => {
        bob.sendPresence()
        resolve()
      })
      bob.connect()
    })
    const alice = await strophe(kit.url, 'alice@localhost', 'alice', async (body, write) => {
      heard.push(`alice hears: ${body}`)
      await write('carol@elsewhere.test', 'Did you hear that?')
      kit.users.send('carol@elsewhere.test', 'Hello all', { to: 'bob@localhost' })
    })
    await alice.write('bob@localhost', 'Hello Bob')
    await talked

    expect(heard).toEqual(['alice@localhost: Hello Bob', 'alice hears: Hello Alice', 'carol@elsewhere.test: Hello all'])
    while (kit.users.told('carol@elsewhere.test').length === 0) await new Promise(resolve => setImmediate(resolve))
    expect(kit.users.told('carol@elsewhere.test')).toEqual(['Did you hear that?'])
    await alice.close()
    await left(bob)
    await kit.close()
  },
)

function left(client: ReturnType<typeof createClient>): Promise<void> {
  return new Promise(resolve => {
    client.on('disconnected', () => resolve())
    client.disconnect()
  })
}

type Write = (to: string, text: string) => Promise<void>

/** Logs in by strophe.js. */
async function strophe(
  url: string,
  jid: string,
  password: string,
  hear: (body: string, write: Write) => Promise<void>,
): Promise<{ readonly write: Write; close(): Promise<void> }> {
  // Its documentation asks for @xmldom/xmldom and ws in Node.js, which are installed. BOSH needs XMLHttpRequest as well.
  const { window } = new JSDOM('', { url })
  globalThis.XMLHttpRequest = window.XMLHttpRequest
  // Not before XMLHttpRequest is set.
  const { Strophe, $msg, $pres } = await import('strophe.js')
  Strophe.setLogLevel(Strophe.LogLevel.FATAL)
  const connection = new Strophe.Connection(url)
  const write: Write = async (to, text) => connection.send($msg({ to, type: 'chat' }).c('body').t(text))
  let gone = () => {}
  await new Promise<void>(resolve => {
    connection.connect(jid, password, (status: number) => {
      if (status === Strophe.Status.CONNECTED) resolve()
      if (status === Strophe.Status.DISCONNECTED) gone()
    })
  })
  connection.addHandler(
    (message: Element) => {
      void hear(message.getElementsByTagName('body')[0]?.textContent ?? '', write)
      return true
    },
    '',
    'message',
  )
  connection.send($pres())
  return {
    write,
    close: async () => {
      const isGone = new Promise<void>(resolve => {
        gone = resolve
      })
      connection.disconnect('done')
      await isGone
      connection.reset()
      window.close()
    },
  }
}
