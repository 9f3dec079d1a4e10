import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Confirmations } from '../../lib/confirm/confirmations'
import type { ConfirmRecord } from '../../lib/confirm/store'
import { ServiceAccount } from '../../lib/service-account/service-account'
import { type SecureServer, startEjabberd } from '../live/servers/ejabberd'
import { type Gajim, startGajim } from './gajim/gajim'

/* A person signs in with a real Gajim, by mouse and by keyboard, at a real ejabberd. */

const JID = 'alice@localhost'
/** Gajim logs in to no server without the first five. */
const MODULES = ['mod_caps', 'mod_disco', 'mod_private', 'mod_roster', 'mod_vcard', 'mod_offline', 'mod_ping']
/** `UPDATE_IMAGES=1 npm run test:clients` takes the pictures of the documents again. */
const isUpdate = process.env['UPDATE_IMAGES'] === '1'
/** bytes of a picture */
const MAX_PICTURE = 100_000
/** ms for an answer to come */
const ANSWER_MS = 15_000
// Of the picture: a browser, and an address for documentation (RFC 5737).
const PLACE = 'Firefox on Linux, 203.0.113.7'

let server: SecureServer
let gajim: Gajim
let account: ServiceAccount
let confirmations: Confirmations
beforeAll(async () => {
  server = await startEjabberd({ storage: 'plain', modules: Object.fromEntries(MODULES.map(name => [name, '{}'])) })
  await server.register('alice', 'wonderland')
  await server.register('login', 'secret')
  const { url: service, domain } = server
  account = new ServiceAccount({ service, domain, username: 'login', password: 'secret', nickname: 'app.example' })
  confirmations = new Confirmations({ account, site: 'app.example', url: 'https://app.example/login', allow: domain })
  gajim = await startGajim({ jid: JID, password: 'wonderland', port: server.clientPort })
})
afterAll(async () => {
  await gajim?.close()
  await account?.close()
  await confirmations?.close()
  await server?.stop()
})

async function keep(name: string, picture: Buffer): Promise<void> {
  expect(picture.length).toBeLessThan(MAX_PICTURE)
  if (isUpdate) await writeFile(join(__dirname, '../../docs/images', `${name}.png`), picture)
}

const start = (dialog: boolean) => confirmations.start({ jid: JID, visitor: { place: PLACE, dialog } })

test('Gajim grants a request when the number is typed into its chat', async () => {
  const { id, view } = await start(false)
  await gajim.receives(account.jid, 'number')
  await gajim.openFirstChat(account.jid)
  await gajim.say(view.number)

  expect(await confirmations.settled(id, ANSWER_MS)).toMatchObject({ state: 'decided', granted: true, way: 'number' })
  await confirmations.signedIn((await confirmations.take(id)) as ConfirmRecord)
  await gajim.receives(account.jid, 'You are signed in')
  await keep('gajim-number', await gajim.picture())
})

test('Gajim grants a request when Accept is clicked in its dialog', async () => {
  const { id } = await start(true)
  await keep('gajim-dialog', await gajim.dialog())
  await gajim.answerDialog('Accept')

  expect(await confirmations.settled(id, ANSWER_MS)).toMatchObject({ state: 'decided', granted: true, way: 'dialog' })
  await confirmations.take(id)
})

test('Gajim denies a request when No is clicked in its dialog', async () => {
  const { id } = await start(true)
  await gajim.dialog()
  await gajim.answerDialog('No')

  expect(await confirmations.settled(id, ANSWER_MS)).toMatchObject({ state: 'decided', granted: false })
  await confirmations.allowAsking(JID)
})
