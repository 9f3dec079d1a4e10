import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, bench, FakeAccount, type Told } from '../fixtures/confirm/people'

/*
 * Answers of real clients and bounces of real servers, byte for byte. Only what quotes the question is replaced: number and
 * URL of the dialog, and the id of the message.
 */

const FOLDER = join(__dirname, '../fixtures/confirm')
const ALICE = 'alice@a.test'

function recorded(name: string, { id, text, dialog }: Told): string {
  const written = readFileSync(join(FOLDER, `${name}.xml`), 'utf8')
  return written
    .replace(/(<confirm [^>]*\bid=)'[^']*'/, `$1'${dialog?.id}'`)
    .replace(/(<confirm [^>]*\burl=)'[^']*'/, `$1'${dialog?.url}'`)
    .replace(/ id='q12113-1'/, ` id='${id}'`)
    .replace(/<body>app\.example: [^<]*<\/body>/, `<body>${text}</body>`)
}

async function asked(dialog: boolean): Promise<Bench & { id: string; number: string; question: Told }> {
  const scene = bench({ dialog }, { account: new FakeAccount('svc@a.test') })
  const { id, view } = await scene.start(ALICE)
  const [question] = scene.account.told
  if (question === undefined) throw new Error('no question')
  return { ...scene, id, number: view.number, question }
}

test.each([
  'gajim-yes',
  'gajim-yes-to-chat',
  'gajim-yes-to-carbon',
  'gajim-yes-without-text',
  'poezio-yes',
  'psi-yes',
  'psi-yes-without-text',
])('the recorded answer %s grants the request when it confirms the dialog', async name => {
  const { question, hear, confirmations, id } = await asked(true)

  const [answer] = await hear(recorded(`clients/${name}`, question))

  expect(await confirmations.waiting(id)).toMatchObject({ granted: true, way: 'dialog', jid: ALICE })
  expect(answer?.text).toBe('Confirmed. Your browser continues at app.example.')
})

test.each(['gajim-no', 'poezio-no', 'psi-no'])(
  'the recorded answer %s denies the request when it refuses the dialog',
  async name => {
    const { question, hear, confirmations, id } = await asked(true)

    const [answer] = await hear(recorded(`clients/${name}`, question))

    expect(await confirmations.waiting(id)).toMatchObject({ state: 'decided', granted: false })
    expect(answer?.text).toBe('Refused: your account was not signed in to app.example.')
  },
)

test.each(['gajim-number', 'profanity-number'])(
  'the recorded answer %s grants the request when it has its number',
  async name => {
    const { question, hear, confirmations, id, number } = await asked(false)

    await hear(recorded(`clients/${name}`, question).replace('<body>42</body>', `<body>${number}</body>`))

    expect(await confirmations.waiting(id)).toMatchObject({ granted: true, way: 'number', jid: ALICE })
  },
)

test.each(['gajim-number', 'profanity-number'])(
  'the recorded answer %s denies the request when its number is wrong',
  async name => {
    const { question, hear, confirmations, id, number } = await asked(false)
    const wrong = number === '42' ? '43' : '42'

    await hear(recorded(`clients/${name}`, question).replace('<body>42</body>', `<body>${wrong}</body>`))

    expect(await confirmations.waiting(id)).toMatchObject({ granted: false })
  },
)

test.each(['gajim-displayed', 'gajim-yes-without-id', 'slixmpp-late-yes'])(
  'the recorded message %s leaves the request waiting',
  async name => {
    const { question, hear, confirmations, id } = await asked(true)

    await hear(recorded(`clients/${name}`, question))

    expect(await confirmations.waiting(id)).toMatchObject({ state: 'waiting' })
  },
)

test.each([
  ['ejabberd-unknown-user', 'unreachable'],
  ['ejabberd-remote-server-timeout', 'unreachable'],
  ['prosody-unknown-user', 'unreachable'],
  ['prosody-remote-server-not-found', 'unreachable'],
  ['ejabberd-stranger', 'blocked'],
])('the recorded bounce %s makes the account %s and leaves the request waiting', async (name, fate) => {
  const { question, hear, confirmations, id } = await asked(true)
  const bounce = recorded(`bounces/${name}`, question)
    .replace(/^(<message [^>]*)\bfrom='[^']*'/, `$1from='${ALICE}'`)
    .replace(/^(<message [^>]*)\bid='[^']*'/, `$1id='${question.id}'`)

  expect(await hear(bounce)).toEqual([])

  expect(await confirmations.waiting(id)).toMatchObject({ state: 'waiting', asked: fate })
})

test('every recorded answer and bounce is used', () => {
  const text = readFileSync(__filename, 'utf8')
  const names = ['clients', 'bounces'].flatMap(folder => readdirSync(join(FOLDER, folder)))
  expect(names.length).toBeGreaterThan(15)
  expect(names.filter(name => !text.includes(`'${name.replace('.xml', '')}'`))).toEqual([])
})
