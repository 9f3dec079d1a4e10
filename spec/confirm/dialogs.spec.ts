import { bench, chat, dialogAnswer, HTTP_AUTH, settled } from '../fixtures/confirm/people'

/* Dialogs of XEP-0070. */

const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`
const WAITING = { state: 'waiting' }

async function asked() {
  const scene = bench({ dialog: true })
  const { id, view } = await scene.start(ALICE)
  const dialog = scene.account.told[0]?.dialog
  if (dialog === undefined) throw new Error('no dialog')
  return { ...scene, id, view, dialog, state: () => scene.confirmations.waiting(id) }
}

test('a question holds a dialog with the number and a nonce when option `dialog` is true', async () => {
  const { dialog, view, account } = await asked()

  expect(dialog.id).toBe(view.number)
  expect(dialog.url).toMatch(/^https:\/\/app\.example\/login\?r=[\w-]{22}$/)
  expect(account.told[0]?.text).toContain('Answer with the number that your browser shows')
})

test('a dialog keeps the query of option `url`', async () => {
  const { start, account } = bench({ dialog: true, url: 'https://app.example/login?lang=de&x=1' })
  await start(ALICE)

  expect(account.told[0]?.dialog?.url).toMatch(/^https:\/\/app\.example\/login\?lang=de&x=1&r=[\w-]{22}$/)
})

test.each([
  [true, false, false],
  [false, true, true],
  [false, undefined, false],
  [true, undefined, true],
])(
  'with option `dialog` %s and a visitor of dialog %s, a question holds a dialog: %s',
  async (option, visitor, expected) => {
    const { start, account } = bench({ dialog: option })
    await start(ALICE, { dialog: visitor })

    expect(account.told[0]?.dialog !== undefined).toBe(expected)
  },
)

test('a confirmed dialog grants its request', async () => {
  const { hear, dialog, state } = await asked()

  await hear(dialogAnswer(PHONE, dialog))

  expect(await state()).toMatchObject({ granted: true, way: 'dialog', jid: ALICE })
})

test('the number grants the request when the question held a dialog', async () => {
  const { say, view, state } = await asked()

  await say(PHONE, view.number)

  expect(await state()).toMatchObject({ granted: true, way: 'number' })
})

test.each(['mallory@b.test/phone', 'alice@evil.test/phone', 'b.test', 'room@muc.test/alice'])(
  'a right dialog changes nothing when %s confirms or refuses it',
  async from => {
    const { hear, dialog, state } = await asked()

    expect(await hear(dialogAnswer(from, dialog))).toEqual([])
    expect(await hear(dialogAnswer(from, dialog, { type: 'error' }))).toEqual([])

    expect(await state()).toMatchObject(WAITING)
  },
)

test.each([
  ['another number', (dialog: { id: string; url: string }) => ({ ...dialog, id: dialog.id === '42' ? '43' : '42' })],
  ['another nonce', (dialog: { id: string; url: string }) => ({ ...dialog, url: `${dialog.url.slice(0, -1)}_` })],
  ['a URL without the nonce', (dialog: { id: string }) => ({ ...dialog, url: 'https://app.example/login' })],
  ['a URL in other case', (dialog: { id: string; url: string }) => ({ ...dialog, url: dialog.url.toUpperCase() })],
])('a request waits on when the confirmed dialog has %s', async (_, changed) => {
  const { hear, dialog, state } = await asked()

  await hear(dialogAnswer(PHONE, changed(dialog)))
  await hear(dialogAnswer(PHONE, changed(dialog), { type: 'error' }))

  expect(await state()).toMatchObject(WAITING)
})

test.each(['groupchat', 'headline', 'result'])(
  'a request waits on when the dialog comes in a message of type %s',
  async type => {
    const { hear, dialog, state } = await asked()

    await hear(dialogAnswer(PHONE, dialog, { type }))

    expect(await state()).toMatchObject(WAITING)
  },
)

test('a request waits on when a message holds two dialogs', async () => {
  const { hear, dialog, state } = await asked()
  const twice = dialogAnswer(PHONE, dialog).replace(/<confirm [^>]*\/>/, confirm => confirm + confirm)

  await hear(twice)

  expect(await state()).toMatchObject(WAITING)
})

test('a text beside a dialog does not count', async () => {
  const { hear, view, state } = await asked()

  await hear(chat(PHONE, view.number, { beside: `<confirm xmlns='${HTTP_AUTH}' id='1' url='x'/>` }))
  await hear(chat(PHONE, view.number, { beside: `<refuse xmlns='${HTTP_AUTH}'/>` }))

  expect(await state()).toMatchObject(WAITING)
})

test.each(['not-authorized', 'undefined-condition', 'forbidden', 'policy-violation'])(
  'a request is denied when a client refuses its dialog with %s',
  async condition => {
    const { hear, dialog, state } = await asked()

    const [answer] = await hear(dialogAnswer(PHONE, dialog, { type: 'error', condition }))

    expect(await state()).toMatchObject({ granted: false })
    expect(answer?.text).toMatch(/^Refused/)
  },
)

test("a request is denied when a refusal has the wrong namespace of the specification's example", async () => {
  const { hear, dialog, state } = await asked()
  const refusal = dialogAnswer(PHONE, dialog, { type: 'error' })

  await hear(refusal.replace('urn:ietf:params:xml:ns:xmpp-stanzas', 'urn:ietf:params:xml:xmpp-stanzas'))

  expect(await state()).toMatchObject({ granted: false })
})

test('a refusal that quotes the right number in its text denies the request', async () => {
  const { hear, dialog, view, state } = await asked()
  const refusal = dialogAnswer(PHONE, dialog, { type: 'error' })

  await hear(refusal.replace('<confirm', `<body>${view.number}</body><confirm`))

  expect(await state()).toMatchObject({ granted: false })
})

test('an error that quotes the right number changes nothing when it quotes no dialog', async () => {
  const { hear, view, state } = await asked()

  expect(await hear(chat(PHONE, view.number, { type: 'error' }))).toEqual([])

  expect(await state()).toMatchObject(WAITING)
})

test('an old dialog changes nothing when a new request has the same number', async () => {
  const { start, hear, confirmations, account, store } = bench({ dialog: true, asks: { perJid: 100 } })
  const first = await start(ALICE)
  const old = account.told[0]?.dialog ?? { id: '', url: '' }
  await confirmations.cancel(first.id)
  // Drawn again until the number is the same.
  let again = await start(ALICE)
  const record = await store.take(again.id)
  if (record === undefined) throw new Error('no record')
  again = { id: again.id, view: { ...again.view, number: old.id } }
  await store.add({ ...record, number: old.id })

  const [answer] = await hear(dialogAnswer(PHONE, old))

  expect(await confirmations.waiting(again.id)).toMatchObject({ ...WAITING, number: old.id })
  expect(answer?.text).toMatch(/^This answer came too late/)
})

test('neither of two requests is granted when a dialog is confirmed while both wait', async () => {
  const { start, hear, dialog, state, confirmations, account } = await asked()
  const second = await start(ALICE)

  const [answer] = await hear(dialogAnswer(PHONE, dialog))

  expect(await state()).toMatchObject(WAITING)
  expect(await confirmations.waiting(second.id)).toMatchObject(WAITING)
  expect(answer?.text).toMatch(/^Several browsers wait/)
  expect(account.told.filter(told => told.dialog !== undefined)).toHaveLength(1)
})

test('a dialog grants nothing when a second request began after it, even if that one was given up', async () => {
  const { start, hear, say, view, dialog, state, confirmations } = await asked()
  await confirmations.cancel((await start(ALICE)).id)

  const [answer] = await hear(dialogAnswer(PHONE, dialog))
  expect(answer?.text).toMatch(/^Several browsers wait/)
  expect(await state()).toMatchObject(WAITING)

  await say(PHONE, view.number)
  expect(await state()).toMatchObject({ granted: true, way: 'number' })
})

test('a dialog grants nothing when a second request began at the moment at which a code ended it', async () => {
  const { start, account, hear, view, dialog, state, confirmations } = await asked()
  account.hears(chat(PHONE, view.code ?? ''))
  const second = await start(ALICE)
  await settled()
  expect(await confirmations.waiting(second.id)).toMatchObject({ granted: false })

  await hear(dialogAnswer(PHONE, dialog))

  expect(await state()).toMatchObject(WAITING)
})

test('a dialog grants its request when the visitor gave up the one before and sent again', async () => {
  const { start, hear, confirmations, account, id } = await asked()
  await confirmations.cancel(id)
  const again = await start(ALICE)

  await hear(dialogAnswer(PHONE, account.told.at(-1)?.dialog ?? { id: '', url: '' }))

  expect(await confirmations.waiting(again.id)).toMatchObject({ granted: true, way: 'dialog' })
})

test('a dialog grants nothing when the question held none', async () => {
  const { start, hear, confirmations, store } = bench({ dialog: false })
  const { id, view } = await start(ALICE)
  const nonce = (await store.get(id))?.nonce

  await hear(dialogAnswer(PHONE, { id: view.number, url: `https://app.example/login?r=${nonce}` }))

  expect(await confirmations.waiting(id)).toMatchObject(WAITING)
})
