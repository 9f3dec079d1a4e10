import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Person, startPerson } from '../live/servers/clients/person'
import { type SecureServer, startEjabberd } from '../live/servers/ejabberd'
import { type Gajim, startGajim } from './gajim/gajim'

/* A person with a real Gajim, a mouse and a keyboard answers a service account. */

const JID = 'alice@localhost'
const BOT = 'login@localhost'
const MODULES = ['mod_caps', 'mod_disco', 'mod_offline', 'mod_ping', 'mod_private', 'mod_roster', 'mod_vcard']
/** `UPDATE_IMAGES=1 npm run test:clients` takes the pictures of the documents again. */
const isUpdate = process.env['UPDATE_IMAGES'] === '1'
/** bytes of a picture */
const MAX_PICTURE = 100_000

let server: SecureServer
let gajim: Gajim
let bot: Person
beforeAll(async () => {
  const modules = Object.fromEntries(MODULES.map(name => [name, '{}']))
  server = await startEjabberd({ storage: 'plain', modules })
  await server.register('alice', 'wonderland')
  await server.register('login', 'secret')
  bot = await startPerson({ jid: BOT, password: 'secret', port: server.clientPort })
  gajim = await startGajim({ jid: JID, password: 'wonderland', port: server.clientPort })
})
afterAll(async () => {
  await gajim?.close()
  await bot?.stop()
  await server?.stop()
})

async function keep(name: string, picture: Buffer): Promise<void> {
  expect(picture.length).toBeLessThan(MAX_PICTURE)
  if (isUpdate) await writeFile(join(__dirname, '../../docs/images', `${name}.png`), picture)
}

test('Gajim grants a request when Accept is clicked in its dialog', async () => {
  bot.do({
    send: `<message to='alice@localhost' id='q1' type='chat'><thread>t1</thread><body>app.example</body><confirm xmlns='http://jabber.org/protocol/http-auth' id='42' method='POST' url='https://app.example/login?r=abc'/></message>`,
  })
  await keep('gajim-dialog', await gajim.dialog())
  await gajim.answerDialog('Accept')

  expect(await bot.until(({ confirm }) => !!confirm)).toMatchObject({ confirm: { id: '42' } })
})

test('Gajim grants a request when the number is typed into its chat', async () => {
  bot.do({
    send: `<message to='alice@localhost' id='q2' type='chat'><thread>t1</thread><body>app.example answer the number?</body></message>`,
  })
  await gajim.receives(BOT, 'answer the number')
  await gajim.openFirstChat(BOT)
  await gajim.say('42')

  expect(await bot.until(({ body }) => body === '42')).toMatchObject({ type: 'chat' })
  await keep('gajim-number', await gajim.picture())
})
