import { type Bench, bench, chat, settled, writesOf } from '../fixtures/confirm/people'

/* The code of the page, which the person sends first. */

const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`
const WAITING = { state: 'waiting' }

async function opened(options: Parameters<typeof bench>[0] = {}, jid?: string) {
  const scene = bench(options)
  const { id, view } = await scene.start(jid, { place: 'Firefox on Linux, 203.0.113.7' })
  return { ...scene, id, number: view.number, code: view.code ?? '', state: () => scene.confirmations.waiting(id) }
}

test('a request without a JID asks no account and shows a code and a link', async () => {
  const { account, state, code } = await opened()

  expect(account.told).toEqual([])
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  expect(await state()).toMatchObject({
    ...WAITING,
    asked: 'not-asked',
    bot: 'login@a.test',
    link: `xmpp:login@a.test?message;type=chat;body=${code}`,
  })
})

test('a code asks its sender for the number, with site and place, and the number grants the request', async () => {
  const { say, state, code, number } = await opened()

  const [question] = await say(PHONE, code)
  expect(question?.to).toBe(ALICE)
  expect(question?.xml).toContain("<x xmlns='jabber:x:expire' seconds='180'/>")
  expect(question?.text).toContain('app.example')
  expect(question?.text).toContain('Firefox on Linux, 203.0.113.7')
  expect(question?.text).not.toContain(number)
  expect(await state()).toMatchObject({ ...WAITING, jid: ALICE, asked: 'sent' })

  await say(PHONE, number)
  expect(await state()).toMatchObject({ granted: true, way: 'number', jid: ALICE })
})

test.each([
  ['lower case', (code: string) => code.toLowerCase()],
  ['no dash', (code: string) => code.replace('-', '')],
  ['a space', (code: string) => code.replace('-', ' ')],
  ['another dash', (code: string) => code.replace('-', '\u2013')],
  ['spaces around it', (code: string) => `  ${code}\n`],
  ['the letter O for zero', (code: string) => code.replaceAll('0', 'o')],
  ['the letters I and L for one', (code: string) => code.replace('1', 'i').replaceAll('1', 'L')],
])('a code counts when it is typed with %s', async (_, typed) => {
  const { say, state, code } = await opened()

  await say(PHONE, typed(code))

  expect(await state()).toMatchObject({ jid: ALICE })
})

test("a code is enough when option `code` is 'alone'", async () => {
  const { say, state, code } = await opened({ code: 'alone' })

  const [answer] = await say(PHONE, code)

  expect(await state()).toMatchObject({ granted: true, way: 'code', jid: ALICE })
  expect(answer?.text).toMatch(/^Confirmed/)
})

test('a code counts for nothing when option `code` is false', async () => {
  const { store, say, id, state } = await opened({ code: false }, ALICE)
  const record = await store.get(id)

  expect(record?.code).toBe('')
  expect(await state()).not.toHaveProperty('code')
  expect(await state()).not.toHaveProperty('link')
  await say('bob@b.test/x', '00000000')
  expect(await state()).toMatchObject({ ...WAITING, jid: ALICE })
})

test.each([['ask'], ['alone']] as const)(
  'a code counts for nothing when another JID than the typed one sends it and option `code` is %s',
  async code => {
    const scene = await opened({ code }, ALICE)

    const [answer] = await scene.say('mallory@b.test/phone', scene.code)

    expect(answer?.text).toMatch(/^This code is not valid/)
    expect(await scene.state()).toMatchObject({ ...WAITING, jid: ALICE })
  },
)

test('a number grants nothing when the JID that sends it did not send the code', async () => {
  const { say, state, code, number } = await opened()
  await say(PHONE, code)

  await say('mallory@b.test/phone', number)

  expect(await state()).toMatchObject(WAITING)
})

test('a code binds its request to the first sender only', async () => {
  const { say, state, code, number } = await opened()
  await say(PHONE, code)

  const [answer] = await say('mallory@b.test/phone', code)
  await say('mallory@b.test/phone', number)

  expect(answer?.text).toMatch(/^This code is not valid/)
  expect(await state()).toMatchObject({ ...WAITING, jid: ALICE })
})

test.each([['ask'], ['alone']] as const)(
  'a code counts for nothing when `allow` refuses its sender and option `code` is %s',
  async code => {
    const scene = await opened({ code, allow: 'a.test' })

    const [answer] = await scene.say(PHONE, scene.code)

    expect(answer?.text).toBe('Your account cannot sign in to app.example.')
    expect(await scene.state()).not.toHaveProperty('jid')
    expect(await scene.state()).toMatchObject(WAITING)
  },
)

test('wrong codes are not answered and leave nothing in the store when `allow` refuses their senders', async () => {
  const { say, store } = await opened({ allow: 'a.test' })
  const written = writesOf(store)
  for (let n = 0; n < 20; n++) expect(await say(`y@s${n}.evil.test/x`, 'AAAA-0000')).toEqual([])

  expect(written).toEqual([])
})

test('right codes leave one mark and are answered once a minute when `allow` refuses their sender', async () => {
  const { say, store, code } = await opened({ allow: 'a.test' })
  const written = writesOf(store)
  const answers: number[] = []
  for (let n = 0; n < 3; n++) answers.push((await say(PHONE, code)).length)

  expect(answers).toEqual([1, 0, 0])
  expect(new Set(written)).toHaveProperty('size', 1)
})

test('a code is dropped when `allow` throws', async () => {
  const allow = () => {
    throw new Error('the list is out of reach')
  }
  const { say, store, state, code } = await opened({ allow })
  const written = writesOf(store)

  expect(await say(PHONE, code)).toEqual([])

  expect(written).toEqual([])
  expect(await state()).not.toHaveProperty('jid')
})

test('a code ends all other requests of its sender, so that a stranger cannot keep the places of a JID', async () => {
  const scene = bench()
  const strangers = [await scene.start(ALICE), await scene.start(ALICE), await scene.start(ALICE)]
  const owner = await scene.start(ALICE)
  expect(owner.view.asked).toBe('limited')

  await scene.say(PHONE, owner.view.code ?? '')
  await scene.say(PHONE, owner.view.number)

  expect(await scene.confirmations.waiting(owner.id)).toMatchObject({ granted: true, jid: ALICE })
  for (const { id } of strangers) expect(await scene.confirmations.waiting(id)).toMatchObject({ granted: false })
})

test('a number names no request when a bound one has the number of another', async () => {
  const scene = bench()
  const typed = await scene.start(ALICE)
  const bound = await scene.start()
  const record = await scene.store.take(bound.id)
  if (record === undefined) throw new Error('no record')
  await scene.store.add({ ...record, number: typed.view.number })
  await scene.store.bind(bound.id, ALICE)

  await scene.say(PHONE, typed.view.number)

  for (const id of [typed.id, bound.id]) {
    expect(await scene.confirmations.waiting(id)).toMatchObject({ granted: false })
  }
})

test.each([
  [
    'used',
    async ({ say, code, number }: Awaited<ReturnType<typeof opened>>) => {
      await say(PHONE, code)
      await say(PHONE, number)
    },
  ],
  ['given up', ({ confirmations, id }: Awaited<ReturnType<typeof opened>>) => confirmations.cancel(id)],
  ['over', async ({ clock }: Awaited<ReturnType<typeof opened>>) => clock.advance(180_000)],
])('a code is not valid when its request is %s', async (_, end) => {
  const scene = await opened()
  await end(scene)

  const [answer] = await scene.say('bob@b.test/x', scene.code)

  expect(answer?.text).toMatch(/^This code is not valid/)
})

test('a sender of five wrong codes in ten minutes is not answered, not even to a right code', async () => {
  const { say, state, code, clock } = await opened({ lifetime: 900_000 })
  const answers: number[] = []
  for (const wrong of ['AAAA-0000', 'AAAA-0001', 'AAAA-0002', 'AAAA-0003', 'AAAA-0004', code]) {
    answers.push((await say('mallory@evil.test/x', wrong)).length)
  }

  expect(answers).toEqual([1, 1, 1, 1, 0, 0])
  expect(await state()).not.toHaveProperty('jid')

  clock.advance(600_000)
  await say('mallory@evil.test/x', code)
  expect(await state()).toMatchObject({ jid: 'mallory@evil.test' })
})

test('a wrong code leaves the requests of its sender waiting', async () => {
  const { say, state } = await opened({}, ALICE)

  await say(PHONE, 'AAAA-0000')

  expect(await state()).toMatchObject(WAITING)
})

test('two senders of one code at the same moment are not both asked', async () => {
  const { account, state, code } = await opened()

  account.hears(chat(PHONE, code))
  account.hears(chat('bob@b.test/x', code))
  await settled()

  const asked = account.told.filter(({ text }) => text.startsWith('You sent a code'))
  expect(asked.map(({ to }) => to)).toEqual([ALICE])
  expect(await state()).toMatchObject({ jid: ALICE })
})

test.each<[string, (scene: Bench) => Promise<unknown>]>([
  ['after a "no"', async ({ start, say }) => [await start(ALICE), await say(PHONE, 'no')]],
  ['after STOP', ({ say }) => say(PHONE, 'STOP')],
])('a code signs its sender in %s', async (_, before) => {
  const scene = await opened()
  await before(scene)

  await scene.say(PHONE, scene.code)
  await scene.say(PHONE, scene.number)

  expect(await scene.confirmations.take(scene.id)).toMatchObject({ state: 'granted', jid: ALICE })
})
