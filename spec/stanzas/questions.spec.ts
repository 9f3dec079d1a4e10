import { BoshSession } from '../../lib/bosh/session'
import type { PostOptions } from '../../lib/bosh/transport'
import { protocolError, XmppBoshError } from '../../lib/errors/error'
import { MAX_EMPTY_POLLS } from '../../lib/limits'
import type { Question } from '../../lib/stanzas/question'
import { type AskBounds, askAll } from '../../lib/stanzas/questions'
import { TimeoutSignal } from '../../lib/time/combined-signals'
import { LightSignal } from '../../lib/time/light-signal'
import { element } from '../../lib/xml/write'
import { handClock } from '../fixtures/clock'
import { bySaxes } from '../fixtures/saxes'
import { transportTo } from '../fixtures/transport'

/* Three questions in one body: to room a, to room b, and to the server about the account itself. */

const DOMAIN = { ascii: 'example.com', wire: 'example.com' }
const LIMITS = { bytes: 2_000, elements: 50, depth: 8 }
const BOUNDS: AskBounds = { maxBytes: 5_000, elements: 100, limits: LIMITS }
const DEADLINE_MS = 2_000
const room = (to: string): Question => ({ to, payload: element('q', { xmlns: 'urn:q' }), from: jid => jid === to })
const OWN: Question = {
  payload: element('own', { xmlns: 'urn:own' }),
  from: jid => jid === 'alice@example.com',
  limits: { bytes: 500, elements: 10, depth: 4 },
  isSpare: true,
}
const QUESTIONS = [room('a@rooms.example.com'), room('b@rooms.example.com'), OWN]

type Reply = (ids: readonly string[], options: PostOptions) => string | Error
const body = (children: string, attributes = '') =>
  `<body xmlns='http://jabber.org/protocol/httpbind'${attributes}>${children}</body>`
const iq = (id: string | undefined, from: string, content = '<ok/>', type = 'result') =>
  `<iq xmlns='jabber:client' type='${type}' id='${id}' from='${from}'>${content}</iq>`
const a = (ids: readonly string[], content?: string) => iq(ids[0], 'a@rooms.example.com', content)
const b = (ids: readonly string[], content?: string) => iq(ids[1], 'b@rooms.example.com', content)
const own = (ids: readonly string[], content?: string) => iq(ids[2], 'alice@example.com', content)

/** Asks the questions of a server that sends the replies in turn, and then holds every request. */
async function ask(replies: readonly Reply[], { questions = QUESTIONS, bounds = BOUNDS } = {}) {
  const posts: string[] = []
  let ids: string[] = []
  const clock = handClock()
  const post = async (_url: URL, text: string, options: PostOptions): Promise<Buffer> => {
    posts.push(text)
    if (posts.length === 1) return Buffer.from(body('', " sid='s1'"))
    const asked = [...text.matchAll(/<iq [^>]*id='([^']*)'/g)].map(([, id]) => String(id))
    if (asked.length > 0) ids = asked
    const reply = replies[posts.length - 2]?.(ids, options)
    if (reply instanceof Error) throw reply
    if (reply !== undefined && reply.length > (options.maxResponseBytes ?? 0)) throw tooLarge()
    if (reply !== undefined) return Buffer.from(reply)
    return new Promise((_, reject) => options.signal.addEventListener('abort', () => reject(options.signal.reason)))
  }
  const transport = transportTo({ post, close() {} })
  const wire = { transport, clock, url: new URL('http://127.0.0.1/bosh'), domain: DOMAIN }
  const { session } = await BoshSession.create(wire, new LightSignal())
  const deadline = new TimeoutSignal(clock, DEADLINE_MS, () => undefined)
  let took: number | undefined
  const asking = askAll(session, questions, bounds, deadline).finally(() => {
    took = clock.now()
  })
  for (let turns = 0; took === undefined && turns < 2_000; turns++) {
    await new Promise(resolve => setImmediate(resolve))
    clock.advance(10)
  }
  const answers = await asking
  const contents = answers.map(answer => answer?.children.map(({ name }) => name).join(' '))
  return { contents, answers, posts: posts.slice(1), took, session }
}
const tooLarge = () => new XmppBoshError('ERR_XMPP_TOO_LARGE', 'too large')
const ALL = ['ok', 'ok', 'ok']

test('all questions leave in one body, in their order', async () => {
  const { posts } = await ask([ids => body(a(ids) + b(ids) + own(ids))])
  const asked = bySaxes(posts[0] ?? '').children

  expect(posts).toHaveLength(1)
  expect(asked.map(({ attributes }) => attributes)).toEqual([
    { type: 'get', id: expect.stringMatching(/^[\w-]{22}$/), to: 'a@rooms.example.com' },
    { type: 'get', id: expect.stringMatching(/^[\w-]{22}$/), to: 'b@rooms.example.com' },
    { type: 'get', id: expect.stringMatching(/^[\w-]{22}$/) },
  ])
  expect(asked.map(({ children }) => children[0]?.name)).toEqual(['q', 'q', 'own'])
  expect(new Set(asked.map(({ attributes }) => attributes['id'])).size).toBe(3)
})

test('no question is no request', async () => {
  expect(await ask([], { questions: [] })).toMatchObject({ contents: [], posts: [] })
})

describe('the answers are complete', () => {
  test.each<[string, readonly Reply[]]>([
    ['in one reply', [ids => body(a(ids) + b(ids) + own(ids))]],
    ['in another order', [ids => body(own(ids) + b(ids) + a(ids))]],
    ['in two replies', [ids => body(a(ids)), ids => body(b(ids) + own(ids))]],
    ['in a reply each', [ids => body(b(ids)), ids => body(own(ids)), ids => body(a(ids))]],
    ['after an empty reply', [() => body(''), ids => body(a(ids) + b(ids) + own(ids))]],
    ['with the end of the session', [ids => body(a(ids) + b(ids) + own(ids), " type='terminate'")]],
    [
      'beside other stanzas',
      [
        () => body("<message xmlns='jabber:client' from='mallory@example.com'><body>hi</body></message>"),
        ids => body(`<presence xmlns='jabber:client'/>${a(ids)}<x xmlns='urn:x'/>${b(ids)}${own(ids)}`),
      ],
    ],
    [
      'in the namespace of the body',
      [ids => body((a(ids) + b(ids) + own(ids)).replaceAll(" xmlns='jabber:client'", ''))],
    ],
  ])('when they come %s', async (_, replies) => {
    const { contents, posts, took } = await ask(replies)
    expect({ contents, posts: posts.length }).toEqual({ contents: ALL, posts: replies.length })
    expect(took).toBeLessThan(DEADLINE_MS)
  })

  test('when one is an error', async () => {
    const { answers } = await ask([
      ids => body(a(ids) + iq(ids[1], 'b@rooms.example.com', '<error/>', 'error') + own(ids)),
    ])
    expect(answers.map(answer => answer?.attributes.get('type'))).toEqual(['result', 'error', 'result'])
  })

  test('when the server answers about the account itself without a sender, or with an empty one', async () => {
    for (const sender of ['', " from=''"]) {
      const nameless = (ids: readonly string[]) => own(ids).replace(" from='alice@example.com'", sender)
      expect((await ask([ids => body(a(ids) + b(ids) + nameless(ids))])).contents).toEqual(ALL)
    }
  })
})

describe('the answers that came before count', () => {
  test.each<[string, readonly Reply[]]>([
    ['the deadline', [ids => body(b(ids))]],
    ['the end of the session', [ids => body(b(ids), " type='terminate'")]],
    ['a stream error', [ids => body(`${b(ids)}<e:error xmlns:e='http://etherx.jabber.org/streams'/>`)]],
    ['an end without an answer', [ids => body(b(ids)), () => body('', " type='terminate'")]],
    ['a failed connection', [ids => body(b(ids)), () => new XmppBoshError('ERR_XMPP_CONNECT', 'failed')]],
    ['a reply that is no XML', [ids => body(b(ids)), () => 'Service Unavailable']],
    ['a reply without a byte', [ids => body(b(ids)), () => '']],
    ['a reply of a failed request', [ids => body(b(ids)), () => body('', " type='error'")]],
    ['a reply with a doctype', [ids => body(b(ids)), ids => `<!DOCTYPE body>${body(a(ids) + own(ids))}`]],
    ['a reply with a comment', [ids => body(b(ids)), ids => body(`${a(ids)}<!-- -->${own(ids)}`)]],
    ['a reply with a CDATA section', [ids => body(b(ids)), ids => body(a(ids, '<ok><![CDATA[x]]></ok>') + own(ids))]],
    ['a reply with a processing instruction', [ids => body(b(ids)), ids => body(a(ids, '<?php x?>') + own(ids))]],
    ['empty replies without an end', [ids => body(b(ids)), ...Array.from({ length: 9 }, () => () => body(''))]],
  ])('%s', async (_, replies) => {
    const { contents, took } = await ask(replies)
    expect(contents).toEqual([undefined, 'ok', undefined])
    expect(took).toBeLessThanOrEqual(DEADLINE_MS)
  })

  test('empty replies without an end are not polled without an end', async () => {
    const { posts } = await ask([ids => body(b(ids)), ...Array.from({ length: 9 }, () => () => body(''))])
    expect(posts.length).toBeLessThanOrEqual(MAX_EMPTY_POLLS + 3)
  })

  test('an answer that comes after the deadline does not count', async () => {
    const { contents, posts, took } = await ask([ids => body(a(ids))])
    expect({ contents, posts: posts.length, took }).toEqual({
      contents: ['ok', undefined, undefined],
      posts: 2,
      took: 2_000,
    })
  })
})

describe('an answer does not count', () => {
  const others = (ids: readonly string[]) => b(ids) + own(ids)
  test.each<[string, (ids: readonly string[]) => string]>([
    ['from another room', ids => iq(ids[0], 'a@rooms.evil.example')],
    ['from the room of another question', ids => iq(ids[0], 'b@rooms.example.com')],
    ['from an occupant of the room', ids => iq(ids[0], 'a@rooms.example.com/mallory')],
    ['from the service of the room', ids => iq(ids[0], 'rooms.example.com')],
    ['from the account itself', ids => iq(ids[0], 'alice@example.com')],
    ['without a sender, for a room', ids => a(ids).replace(/ from='[^']*'/, '')],
    ['with an empty sender, for a room', ids => a(ids).replace(/ from='[^']*'/, " from=''")],
    ['under another id', () => iq('1', 'a@rooms.example.com')],
    ['without an id', ids => a(ids).replace(/ id='[^']*'/, '')],
    ['of type get', ids => iq(ids[0], 'a@rooms.example.com', '<ok/>', 'get')],
    ['without a type', ids => a(ids).replace(" type='result'", '')],
    ['that is a message', ids => a(ids).replace('<iq', '<message').replace('</iq>', '</message>')],
    ['of another namespace', ids => a(ids).replace('jabber:client', 'urn:x')],
    ['inside a message', ids => `<message xmlns='jabber:client'>${a(ids)}</message>`],
  ])('%s', async (_, answer) => {
    const { contents, took } = await ask([ids => body(answer(ids) + others(ids))])
    expect(contents).toEqual([undefined, 'ok', 'ok'])
    expect(took).toBe(DEADLINE_MS)
  })

  test('from a stranger, while the right one does', async () => {
    expect((await ask([ids => body(iq(ids[0], 'a@evil.example') + a(ids) + others(ids))])).contents).toEqual(ALL)
  })

  test.each<[string, readonly Reply[]]>([
    ['in one reply', [ids => body(a(ids) + a(ids, '<other/>') + others(ids))]],
    ['in two replies', [ids => body(a(ids)), ids => body(a(ids, '<other/>') + others(ids))]],
    ['with one that cannot be read', [ids => body(a(ids) + a(ids, '<constructor/>') + others(ids))]],
  ])('of two to one question, which come %s', async (_, replies) => {
    const { contents, took } = await ask(replies)
    expect(contents).toEqual([undefined, 'ok', 'ok'])
    expect(took).toBeLessThan(DEADLINE_MS)
  })
})

describe('an answer over its limits is left out at once, and the others count', () => {
  test.each<[string, (ids: readonly string[]) => string, (string | undefined)[]]>([
    ['of bytes', ids => a(ids, `<ok>${'x'.repeat(2_000)}</ok>`) + b(ids) + own(ids), [undefined, 'ok', 'ok']],
    [
      'of bytes that are not ASCII',
      ids => a(ids, `<ok>${'é'.repeat(1_000)}</ok>`) + b(ids) + own(ids),
      [undefined, 'ok', 'ok'],
    ],
    ['of elements', ids => a(ids, '<ok/>'.repeat(50)) + b(ids) + own(ids), [undefined, 'ok', 'ok']],
    ['of depth', ids => a(ids, '<x>'.repeat(8) + '</x>'.repeat(8)) + b(ids) + own(ids), [undefined, 'ok', 'ok']],
    ['of bytes, its own', ids => a(ids) + b(ids) + own(ids, `<ok>${'x'.repeat(500)}</ok>`), ['ok', 'ok', undefined]],
    ['of elements, its own', ids => a(ids) + b(ids) + own(ids, '<ok/>'.repeat(9)), ['ok', 'ok', undefined]],
    ['of depth, its own', ids => a(ids) + b(ids) + own(ids, '<x><x><x/></x></x>'), ['ok', 'ok', undefined]],
    ['of names', ids => a(ids, `<${'x'.repeat(200)}/>`) + b(ids) + own(ids), [undefined, 'ok', 'ok']],
    [
      'together, the largest first',
      ids => a(ids, '<ok/>'.repeat(48)) + b(ids, '<ok/>'.repeat(47)) + own(ids, '<ok/>'.repeat(7)),
      [undefined, expect.stringContaining('ok'), expect.stringContaining('ok')],
    ],
  ])('%s', async (_, answers, expected) => {
    const { contents, took, posts } = await ask([ids => body(answers(ids))])
    expect(contents).toEqual(expected)
    expect({ took, posts: posts.length }).toEqual({ took: 0, posts: 1 })
  })

  test('a stanza of a stranger takes no answer with it', async () => {
    const huge = `<message xmlns='jabber:client'>${'<x/>'.repeat(99)}</message>`
    expect((await ask([ids => body(huge + a(ids) + b(ids) + own(ids))])).contents).toEqual(ALL)
  })
})

describe('after a reply that is too large', () => {
  const LARGE: Reply = () => body(`<x>${'x'.repeat(5_000)}</x>`)

  test('the questions that are not spare are asked once more', async () => {
    const { contents, posts } = await ask([LARGE, ids => body(a(ids) + b(ids))])
    expect(contents).toEqual(['ok', 'ok', undefined])
    expect(posts.map(text => (text.match(/<iq /g) ?? []).length)).toEqual([3, 2])
    expect(posts[1]).not.toContain('urn:own')
  })

  test('they are not asked a third time', async () => {
    const { contents, posts } = await ask([LARGE, LARGE, ids => body(a(ids) + b(ids))])
    expect({ contents, posts: posts.length }).toEqual({ contents: [undefined, undefined, undefined], posts: 2 })
  })

  test('they are not asked again when all of them are answered', async () => {
    const { contents, posts } = await ask([ids => body(a(ids) + b(ids)), LARGE])
    expect({ contents, posts: posts.length }).toEqual({ contents: ['ok', 'ok', undefined], posts: 2 })
  })

  test('all of them are asked again when some are answered, and the spare answer is kept', async () => {
    const { contents, posts } = await ask([ids => body(a(ids) + own(ids)), LARGE, ids => body(b(ids) + a(ids))])
    expect({ contents, posts: posts.length }).toEqual({ contents: ALL, posts: 3 })
  })

  test('nothing is asked again when no question was spare', async () => {
    const { contents, posts } = await ask([LARGE], { questions: QUESTIONS.slice(0, 2) })
    expect({ contents, posts: posts.length }).toEqual({ contents: [undefined, undefined], posts: 1 })
  })

  test('nothing is asked again when all questions were spare', async () => {
    const { contents, posts } = await ask([LARGE], { questions: [OWN] })
    expect({ contents, posts: posts.length }).toEqual({ contents: [undefined], posts: 1 })
  })

  test('a reply of the bound itself is read', async () => {
    const answered = (ids: readonly string[]) => a(ids) + b(ids) + own(ids)
    const filled = (ids: readonly string[], bytes: number) => {
      const padding = (length: number) => body(`${answered(ids)}<x><y>${'z'.repeat(length)}</y></x>`)
      return padding(bytes - padding(0).length)
    }
    expect((await ask([ids => filled(ids, BOUNDS.maxBytes)])).contents).toEqual(ALL)
    const above = await ask([ids => filled(ids, BOUNDS.maxBytes + 1), ids => body(a(ids) + b(ids))])
    expect(above.contents).toEqual(['ok', 'ok', undefined])
  })
})

test('the session lasts after an answer that was left out', async () => {
  const { session } = await ask([ids => body(a(ids) + b(ids) + own(ids, 'x'.repeat(600)))])
  expect(session.end).toBeUndefined()
})

test('a signal that is aborted before asks nothing', async () => {
  const aborted = new LightSignal()
  aborted.abort()
  const session = { ask: () => Promise.reject(new Error('asked')) } as unknown as BoshSession
  expect(await askAll(session, QUESTIONS, BOUNDS, aborted)).toEqual([undefined, undefined, undefined])
})

test('an error of the library itself is not swallowed', async () => {
  const failing = (error: Error) => ({ ask: () => Promise.reject(error) }) as unknown as BoshSession
  await expect(askAll(failing(new TypeError('bug')), QUESTIONS, BOUNDS, new LightSignal())).rejects.toThrow('bug')
  await expect(askAll(failing(protocolError('x')), QUESTIONS, BOUNDS, new LightSignal())).resolves.toHaveLength(3)
})
