import { XmppBoshError } from '../../lib/errors/error'
import { throwIfAborted } from '../../lib/time/light-signal'
import { bench, FakeAccount, settled } from '../fixtures/confirm/people'

/* Starts: typed JIDs, option `allow`, limits of visitors and of the store, and a service account that is away. */

const refusal = (code: string, status: number) => expect.objectContaining({ code, status })

test.each([
  ['alice@b.test', 'alice@b.test'],
  [' Alice@B.TEST ', 'alice@b.test'],
  ['alice@b.test/phone', 'alice@b.test'],
  ['alice@b.test.', 'alice@b.test'],
  ['\uff21lice@b.test', 'alice@b.test'],
  ['al\u00adice@b.test', 'alice@b.test'],
  ["o'neil@b.test", 'o\\27neil@b.test'],
  ['alice@m\u00fcnchen.test', 'alice@xn--mnchen-3ya.test'],
  ['alice@\u043f\u0440\u0438\u043c\u0435\u0440.test', 'alice@xn--e1afmkfd.test'],
])('a start asks for %j the account %s', async (typed, jid) => {
  const { start, account } = bench()

  expect((await start(typed)).view).toMatchObject({ jid, asked: 'sent' })
  expect(account.told[0]?.to).toBe(jid)
})

test.each([
  ['alice', 'a name alone'],
  ['b.test', 'a domain alone'],
  ['@b.test', 'no name'],
  ['alice@', 'no domain'],
  ['alice@b@c.test', 'two signs'],
  ['a b@c..test', 'an empty label'],
  ['alice@b.test:5222', 'a port'],
  ['alice@https://b.test', 'a URL'],
  ['alice@b\u202e.test', 'a bidi character'],
  ['al\u202eice@b.test', 'a bidi character in the name'],
  ['alice@\u0430pple.test', 'a Cyrillic letter in a Latin label'],
  ['alice@xn--pple-43d.test', 'the same label as an A-label'],
  ['alice@b\u2044c.test', 'a sign that looks like a slash'],
  ['login@a.test', 'the service account'],
  ['LOGIN@A.test/x', 'the service account in another spelling'],
  [`${'a'.repeat(1_024)}@b.test`, 'a name that is too long'],
  ['x'.repeat(100_000), 'a text that is too long'],
])('a start refuses %.30j as malformed-jid: %s', async typed => {
  const { start, account } = bench()

  await expect(start(typed)).rejects.toEqual(refusal('malformed-jid', 400))
  expect(account.told).toEqual([])
})

test('a label that mixes scripts counts in the domain of the service account', async () => {
  const { start } = bench({}, { account: new FakeAccount('login@xn--pple-43d.test') })

  expect((await start('alice@\u0430pple.test')).view).toMatchObject({ jid: 'alice@xn--pple-43d.test' })
})

test.each([undefined, '', '  '])(
  'a start without a JID (%j) is missing-jid only when option `code` is false',
  async jid => {
    await expect(bench({ code: false }).start(jid)).rejects.toEqual(refusal('missing-jid', 400))
    expect((await bench().start(jid)).view).toMatchObject({ asked: 'not-asked' })
  },
)

test.each([
  ['a.test', 'alice@a.test', true],
  ['a.test', 'alice@b.test', false],
  ['A.TEST', 'alice@a.test', true],
  ['a.test', 'alice@x.a.test', false],
  [['a.test', 'm\u00fcnchen.test'], 'alice@xn--mnchen-3ya.test', true],
  [['a.test', 'b.test'], 'alice@c.test', false],
  ['*', 'alice@c.test', true],
  ['*', 'alice@203.0.113.7', false],
  ['*', 'alice@[2001:db8::1]', false],
  ['203.0.113.7', 'alice@203.0.113.7', true],
  [(jid: string) => jid === 'alice@b.test', 'Alice@B.test', true],
  [async (jid: string) => jid === 'alice@b.test', 'bob@b.test', false],
  [() => 1 as unknown as boolean, 'alice@b.test', false],
])('with option `allow` %j, a start for %s is allowed: %s', async (allow, jid, isAllowed) => {
  const { start, account } = bench({ allow })
  if (isAllowed) expect((await start(jid)).view.asked).toBe('sent')
  else await expect(start(jid)).rejects.toEqual(refusal('domain-not-allowed', 403))

  expect(account.told).toHaveLength(isAllowed ? 1 : 0)
})

test('an error of the function `allow` is the error of the start', async () => {
  const fault = new Error('the database is away')
  await expect(bench({ allow: () => Promise.reject(fault) }).start('alice@b.test')).rejects.toBe(fault)
})

test('a start fails with ERR_XMPP_UNAVAILABLE when the service account is not online for five seconds', async () => {
  const { start, account, clock } = bench()
  account.state = 'connecting'
  account.becomesReady = signal =>
    new Promise((_, reject) =>
      signal?.addEventListener('abort', () => reject(new XmppBoshError('ERR_XMPP_ABORTED', 'x'))),
    )
  const outcome = start('alice@b.test').catch((error: unknown) => error)
  await settled()
  expect(clock.waiting).toEqual([5_000])
  clock.advance(5_000)

  expect(await outcome).toEqual(refusal('ERR_XMPP_UNAVAILABLE', 503))
  expect(account.told).toEqual([])
})

test('a start waits for a service account that comes online', async () => {
  const { start, account, clock } = bench()
  account.state = 'connecting'
  let online = () => {}
  account.becomesReady = async signal => {
    await new Promise<void>(resolve => {
      online = resolve
    })
    if (signal) throwIfAborted(signal)
  }
  const started = start('alice@b.test')
  await settled()
  online()

  expect((await started).view.asked).toBe('sent')
  expect(clock.waiting).not.toContain(5_000)
})

test('a start fails with the error of a service account that its server refuses', async () => {
  const { start, account } = bench()
  account.state = 'connecting'
  account.becomesReady = () => Promise.reject(new XmppBoshError('ERR_XMPP_ACCOUNT', 'wrong password'))

  await expect(start('alice@b.test')).rejects.toEqual(refusal('ERR_XMPP_ACCOUNT', 500))
})

test('a start fails with ERR_XMPP_BUSY when the store is full, and works when a request ended', async () => {
  const { start, confirmations, clock } = bench()
  const ids: string[] = []
  for (let n = 0; n < 1_000; n++) ids.push((await start()).id)

  await expect(start('alice@b.test')).rejects.toEqual(refusal('ERR_XMPP_BUSY', 503))
  await confirmations.cancel(ids[0] ?? '')
  await start('alice@b.test')
  await expect(start('bob@b.test')).rejects.toEqual(refusal('ERR_XMPP_BUSY', 503))
  clock.advance(180_000)
  await start('bob@b.test')
})

test('ten requests of one visitor wait at a time, and others are served', async () => {
  const { start, confirmations, clock } = bench()
  const mine = { key: '203.0.113.7' }
  const ids: string[] = []
  for (let n = 0; n < 10; n++) ids.push((await start(undefined, mine)).id)

  await expect(start(undefined, mine)).rejects.toEqual(refusal('ERR_XMPP_BUSY', 503))
  await start(undefined, { key: '203.0.113.8' })
  await start()
  await confirmations.cancel(ids[0] ?? '')
  await start(undefined, mine)
  await expect(start(undefined, mine)).rejects.toEqual(refusal('ERR_XMPP_BUSY', 503))
  clock.advance(180_000)
  await start(undefined, mine)
})

test('ten requests of one visitor wait at a time when 30 begin at the same moment', async () => {
  const { start } = bench()
  const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => start(undefined, { key: '203.0.113.7' })))

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
})

test('addresses of one IPv6 network are one visitor', async () => {
  const { start } = bench()
  for (let n = 1; n <= 10; n++) await start(undefined, { key: `2001:db8::${n}` })

  await expect(start(undefined, { key: '2001:db8::ffff' })).rejects.toEqual(refusal('ERR_XMPP_BUSY', 503))
})

test('a request that another process ended counts no longer for its visitor', async () => {
  const { start, store, say } = bench()
  const mine = { key: '203.0.113.7' }
  const requests = []
  for (let n = 0; n < 10; n++) requests.push(await start(n === 1 ? 'alice@b.test' : undefined, mine))

  await store.take(requests[0]?.id ?? '')
  await say('alice@b.test/x', requests[1]?.view.number ?? '')

  await start(undefined, mine)
  await start(undefined, mine)
  await expect(start(undefined, mine)).rejects.toEqual(refusal('ERR_XMPP_BUSY', 503))
})

test('a start that fails does not count for its visitor', async () => {
  const { start, store } = bench()
  const add = store.add.bind(store)
  store.add = () => Promise.reject(new Error('the store is away'))
  for (let n = 0; n < 20; n++) {
    await expect(start('alice@b.test', { key: '203.0.113.7' })).rejects.toThrow('the store is away')
  }
  store.add = add

  await start('alice@b.test', { key: '203.0.113.7' })
})

test('a start draws another number when its number is taken', async () => {
  const { start, store } = bench()
  const add = store.add.bind(store)
  const tried: string[] = []
  store.add = async record => {
    tried.push(record.number)
    return tried.length < 5 ? 'number-taken' : add(record)
  }
  const { view } = await start('alice@b.test')

  expect(new Set(tried).size).toBe(5)
  expect(view.number).toBe(tried[4])
})

test('the start of an account that does not exist, is away or is online looks the same', async () => {
  const { start } = bench()
  const views = await Promise.all(['ghost@a.test', 'away@a.test', 'alice@a.test'].map(jid => start(jid)))

  const shapes = views.map(({ view }) => ({ ...view, jid: '', number: '', code: '', link: '' }))
  expect(shapes[1]).toEqual(shapes[0])
  expect(shapes[2]).toEqual(shapes[0])
})
