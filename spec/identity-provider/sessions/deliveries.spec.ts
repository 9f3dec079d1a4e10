import { Deliveries } from '../../../identity-provider/sessions/deliveries'

interface Sent {
  readonly url: string
  readonly options: RequestInit
  answer(response: Response): void
  fail(reason: unknown): void
}

function opened() {
  const sent: Sent[] = []
  const ends: (readonly [string, string | undefined])[] = []
  const deliveries = new Deliveries({
    send: (url, options) =>
      new Promise((answer, fail) => {
        sent.push({ url, options, answer, fail })
      }),
    done: (url, failure) => void ends.push([url, failure]),
  })
  return { deliveries, sent, ends }
}

const settled = () => new Promise(setImmediate)

test.each([
  [200, undefined],
  [204, undefined],
  [302, 'HTTP 302'],
  [500, 'HTTP 500'],
])('an answer with status %d ends a delivery with %p', async (status, failure) => {
  const { deliveries, sent, ends } = opened()
  deliveries.accept('https://rp.example/out', { method: 'POST' })
  sent[0]?.answer(new Response(null, { status }))
  await settled()
  expect(ends).toEqual([['https://rp.example/out', failure]])
})

test.each([
  [Object.assign(new Error('logout_token=abc'), { name: 'TimeoutError' }), 'no answer in time'],
  [new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }), 'ECONNREFUSED'],
  [
    new TypeError('fetch failed', { cause: new Error('hostname resolves to a special-use IP address') }),
    'its address is private, which only private_network in its entry allows',
  ],
  [new Error('logout_token=abc'), 'the connection failed'],
])('the failure of a delivery repeats nothing of the request (%#)', async (reason, failure) => {
  const { deliveries, sent, ends } = opened()
  deliveries.accept('https://rp.example/out', {})
  sent[0]?.fail(reason)
  await settled()
  expect(ends).toEqual([['https://rp.example/out', failure]])
})

test('each delivery has a time limit of its own, which begins with it', async () => {
  const { deliveries, sent } = opened()
  deliveries.accept('https://rp.example/out', { signal: AbortSignal.abort() })
  expect(sent[0]?.options.signal?.aborted).toBe(false)
})

test('an address that does not answer gets four deliveries at a time, and holds up no other', async () => {
  const { deliveries, sent } = opened()
  for (let n = 0; n < 10; n++) deliveries.accept('https://away.example/out', {})
  deliveries.accept('https://rp.example/out', {})
  expect(sent.map(({ url }) => new URL(url).host)).toEqual([
    ...Array.from({ length: 4 }, () => 'away.example'),
    'rp.example',
  ])
  sent[0]?.answer(new Response())
  await settled()
  expect(sent).toHaveLength(6)
})

test('all addresses together get 32 deliveries at a time', () => {
  const { deliveries, sent } = opened()
  for (let n = 0; n < 100; n++) deliveries.accept(`https://rp${n}.example/out`, {})
  expect(sent).toHaveLength(32)
})

test('a delivery is dropped when 10,000 others wait', () => {
  const { deliveries, ends } = opened()
  for (let n = 0; n < 10_004; n++) deliveries.accept('https://away.example/out', {})
  expect(ends).toEqual([])
  deliveries.accept('https://away.example/out', {})
  expect(ends).toEqual([['https://away.example/out', 'too many deliveries wait']])
})

test('close() waits for the deliveries in progress', async () => {
  const { deliveries, sent } = opened()
  deliveries.accept('https://rp.example/out', {})
  const closed = jest.fn()
  const closing = deliveries.close().then(closed)
  await settled()
  expect(closed).not.toHaveBeenCalled()
  sent[0]?.answer(new Response())
  await closing
})

test('close() is done at once without deliveries', async () => {
  await opened().deliveries.close()
})
