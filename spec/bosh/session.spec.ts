import { BoshSession } from '../../lib/bosh/session'
import type { Transport } from '../../lib/bosh/transport'
import { MAX_EMPTY_POLLS, MAX_EXCHANGES, MAX_POLLING_S, MAX_REPEATED_CREATIONS, POLL_PAUSE_MS } from '../../lib/limits'
import type { Element } from '../../lib/xml/read'
import { element } from '../../lib/xml/write'
import { bySaxes } from '../fixtures/saxes'
import { transportTo } from '../fixtures/transport'

/* One session and its requests as the server receives them. A reply is given as its body. */

const HTTPBIND = "xmlns='http://jabber.org/protocol/httpbind'"
const EMPTY = `<body ${HTTPBIND}/>`
const holding = (payload: string) => `<body ${HTTPBIND}>${payload}</body>`
const patient = () => new AbortController().signal
const DOMAIN = { ascii: 'xn--zrich-kva.example', wire: 'zürich.example' }

/** A server that sends the replies in turn and repeats the last one. A held reply takes 10 s. */
function talkTo(replies: readonly string[], { held = false } = {}) {
  const asked: string[] = []
  const pauses: number[] = []
  let now = 0
  const clock = {
    now: () => now,
    date: () => now,
    after(ms: number, then: () => void) {
      pauses.push(ms)
      now += ms
      queueMicrotask(then)
      return () => {}
    },
  }
  const transport = transportTo({
    async post(_url, body) {
      asked.push(body)
      if (held) now += 10_000
      return Buffer.from(replies[Math.min(asked.length, replies.length) - 1] ?? '')
    },
    close() {},
  })
  const wire = { transport, clock, url: new URL('http://127.0.0.1/bosh'), domain: DOMAIN }
  return { wire, asked, pauses, requests: () => asked.map(body => bySaxes(body).attributes) }
}

const created = (attributes = '') => `<body ${HTTPBIND} sid='s1' ${attributes}/>`
const anything = ([child]: readonly Element[]) => child?.name
async function begin(server: ReturnType<typeof talkTo>) {
  const { session, body } = await BoshSession.create(server.wire, patient())
  session.accept(body)
  return session
}

describe('in its requests', () => {
  test('the session first asks for XMPP 1.0 on its domain (XEP-0124 §7.1, XEP-0206 §3)', async () => {
    const server = talkTo([created()])
    await begin(server)

    expect(server.requests()).toEqual([
      {
        content: 'text/xml; charset=utf-8',
        hold: '1',
        rid: expect.stringMatching(/^[0-9]{10,15}$/),
        to: 'zürich.example',
        ver: '1.6',
        wait: '10',
        '{http://www.w3.org/XML/1998/namespace}lang': 'en',
        '{urn:xmpp:xbosh}version': '1.0',
      },
    ])
    // ejabberd looks for the prefix, not for the namespace.
    expect(server.asked[0]).toContain("xmlns:xmpp='urn:xmpp:xbosh'")
    expect(server.asked[0]).toContain("xmpp:version='1.0'")
  })

  test('the session draws a new rid within its bounds and adds one for each request (XEP-0124 §14.1)', async () => {
    const first = new Set<number>()
    for (let n = 0; n < 200; n++) {
      const server = talkTo([created(), holding('<x/>')])
      const session = await begin(server)
      await session.ask([element('a')], anything, patient())
      await session.restart(anything, patient())
      await session.terminate(patient())
      const rids = server.requests().map(({ rid }) => Number(rid))
      const [least = 0] = rids
      expect(rids).toEqual([least, least + 1, least + 2, least + 3])
      expect(least).toBeGreaterThanOrEqual(2 ** 31)
      expect(rids.at(-1)).toBeLessThan(2 ** 53)
      first.add(least)
    }

    expect(first.size).toBe(200)
  })

  test('the session sends only rid and sid when it has been created', async () => {
    const server = talkTo([created(), holding('<x/>')])
    const session = await begin(server)
    await session.ask([element('a')], anything, patient())

    expect(server.requests()[1]).toEqual({ rid: expect.any(String), sid: 's1' })
  })

  test('the session asks for a restart under the prefix that ejabberd expects (XEP-0206 §5)', async () => {
    const server = talkTo([created(), holding('<x/>')])
    await (await begin(server)).restart(anything, patient())

    expect(server.asked[1]).toContain(
      "xmlns:xmpp='urn:xmpp:xbosh' to='zürich.example' xml:lang='en' xmpp:restart='true'",
    )
  })

  test('the session sends terminate at most once and not when the server has ended it', async () => {
    const server = talkTo([created(), `<body ${HTTPBIND} type='terminate'/>`])
    const session = await begin(server)
    await expect(session.ask([], anything, patient())).rejects.toMatchObject({ code: 'ERR_XMPP_TERMINATED' })
    await session.terminate(patient())
    expect(server.asked).toHaveLength(2)

    const other = talkTo([created(), EMPTY])
    const lasting = await begin(other)
    await lasting.terminate(patient())
    await lasting.terminate(patient())
    expect(other.requests().map(({ type }) => type)).toEqual([undefined, 'terminate'])
  })
})

describe('while an answer is due (XEP-0124 §9)', () => {
  test.each([1, 2, MAX_EMPTY_POLLS])('the session takes an answer to empty request %i', async polls => {
    const server = talkTo([created(), ...Array<string>(polls).fill(EMPTY), holding('<late/>')])
    const session = await begin(server)

    expect(await session.ask([element('a')], anything, patient())).toBe('late')
    expect(server.asked.slice(2)).toHaveLength(polls)
    expect(server.asked.slice(2).every(body => /^<body [^>]*\/>$/.test(body))).toBe(true)
  })

  test.each([false, true])('the session gives up when only empty bodies come (held: %s)', async held => {
    const server = talkTo([created(), EMPTY], { held })
    const session = await begin(server)

    await expect(session.ask([element('a')], anything, patient())).rejects.toMatchObject({ code: 'ERR_XMPP_PROTOCOL' })
    expect(server.asked).toHaveLength(2 + MAX_EMPTY_POLLS)
  })

  test('the session pauses between its requests when the server answers at once (XEP-0124 §11)', async () => {
    const server = talkTo([created(), EMPTY])
    const session = await begin(server)
    await session.ask([], anything, patient()).catch(() => {})

    expect(server.pauses).toEqual([POLL_PAUSE_MS, POLL_PAUSE_MS])
  })

  test('the session does not pause when the server holds its requests', async () => {
    const server = talkTo([created(), EMPTY], { held: true })
    const session = await begin(server)
    await session.ask([], anything, patient()).catch(() => {})

    expect(server.pauses).toEqual([])
  })

  test.each([
    ["wait='0' polling='2'", 2],
    ["hold='0' polling='1'", 1],
    ["requests='1' polling='3'", 3],
    ["requests='1' polling='9999999999999999'", MAX_POLLING_S],
  ])('a polling session (%s) asks every %i s (XEP-0124 §12)', async (attributes, seconds) => {
    const server = talkTo([created(attributes), EMPTY])
    const session = await begin(server)
    await session.ask([], anything, patient()).catch(() => {})

    expect(server.pauses).toEqual(Array(MAX_EMPTY_POLLS).fill(seconds * 1000))
  })

  test('the session sends no further request when its signal is aborted', async () => {
    const server = talkTo([created(), EMPTY])
    const session = await begin(server)
    const visitor = new AbortController()
    const select = () => void visitor.abort(new Error('left'))

    await expect(session.ask([], select, visitor.signal)).rejects.toThrow('left')
    expect(server.asked).toHaveLength(2)
  })
})

test('the session counts only empty bodies when an answer is late and other stanzas come first', async () => {
  const chatter = Array<string>(MAX_EMPTY_POLLS + 3).fill(holding("<message xmlns='jabber:client'/>"))
  const server = talkTo([created(), ...chatter, EMPTY, holding('<late/>')])
  const session = await begin(server)
  const late = (reply: readonly Element[]) => reply.find(({ name }) => name === 'late')?.name

  expect(await session.ask([element('a')], late, patient())).toBe('late')
})

test(`the session gives up after ${MAX_EXCHANGES} requests when only other stanzas come`, async () => {
  const server = talkTo([created(), holding("<message xmlns='jabber:client'/>")])
  const session = await begin(server)

  await expect(session.ask([], () => undefined, patient())).rejects.toMatchObject({ code: 'ERR_XMPP_PROTOCOL' })
  expect(server.asked).toHaveLength(MAX_EXCHANGES)
})

describe('when a reply ends the session', () => {
  const STREAM_ERROR = "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
  const ends: readonly (readonly [what: string, around: (answer: string) => string, code: string])[] = [
    ['terminate', answer => `<body ${HTTPBIND} type='terminate'>${answer}</body>`, 'ERR_XMPP_TERMINATED'],
    [
      'terminate with a condition',
      answer => `<body ${HTTPBIND} type='terminate' condition='system-shutdown'>${answer}</body>`,
      'ERR_XMPP_UNAVAILABLE',
    ],
    [
      'a stream error',
      answer => `<body ${HTTPBIND} xmlns:stream='http://etherx.jabber.org/streams'>${answer}${STREAM_ERROR}</body>`,
      'ERR_XMPP_POLICY',
    ],
    [
      'a stream error before it',
      answer =>
        `<body ${HTTPBIND} type='terminate' condition='remote-stream-error' xmlns:stream='http://etherx.jabber.org/streams'>${STREAM_ERROR}${answer}</body>`,
      'ERR_XMPP_POLICY',
    ],
  ]

  test.each(ends)('the session returns the answer that comes with %s, and asks no more', async (_, around, code) => {
    const server = talkTo([created(), around('<answer/>')])
    const session = await begin(server)

    expect(await session.ask([element('a')], anything, patient())).toBe('answer')
    expect(session.end).toMatchObject({ code })
    await expect(session.ask([element('b')], anything, patient())).rejects.toBe(session.end)
    expect(server.asked).toHaveLength(2)
  })

  test.each(ends)('the session throws the reason of the end when no answer comes with %s', async (_, around, code) => {
    for (const other of ['', "<x xmlns='urn:x'/>"]) {
      const server = talkTo([created(), around(other)])
      const session = await begin(server)
      const select = ([child]: readonly Element[]) => {
        if (child) throw new Error('unexpected')
        return undefined
      }
      await expect(session.ask([element('a')], select, patient())).rejects.toMatchObject({ code })
    }
  })
})

describe('when a creation is answered for another domain', () => {
  const domainError = async (from: string, domain = DOMAIN) => {
    const server = talkTo([created(`from='${from}'`)])
    const { session, body } = await BoshSession.create({ ...server.wire, domain }, patient())
    try {
      session.accept(body)
    } catch (reason) {
      return reason
    }
    return undefined
  }

  test.each([
    ['openfire', 'openfire'],
    ['OPENFIRE.example', 'openfire.example'],
    ['b\u00fccher.example', 'xn--bcher-kva.example'],
    ['192.0.2.7', '192.0.2.7'],
  ])('the error names both domains in A-labels when it comes from %s', async (from, named) => {
    expect(await domainError(from)).toMatchObject({
      code: 'ERR_XMPP_DOMAIN',
      message: expect.stringContaining(
        `'${named}' and not for \`domain\` 'z\u00fcrich.example' (xn--zrich-kva.example)`,
      ),
    })
  })

  test('the error names the domain of IDNA2003 when the server maps the configured one to it', async () => {
    const domain = { ascii: 'xn--strae-oqa.example', wire: 'stra\u00dfe.example' }
    expect(await domainError('strasse.example', domain)).toMatchObject({
      code: 'ERR_XMPP_DOMAIN',
      message: expect.stringContaining("'strasse.example'"),
    })
  })

  test.each(['evil example', 'a*b', 'x'.repeat(300), '<', 'evil\u001b[31m', ''])(
    'the error does not repeat %j, which is no domain',
    async from => {
      const error = await domainError(from.replace('<', '&lt;').replace('\u001b', '\u009b'))
      expect(error).toMatchObject({ code: 'ERR_XMPP_DOMAIN', message: expect.stringContaining('no domain name') })
      expect(String(error)).not.toMatch(/evil|xxx|a\*b/)
    },
  )

  test.each(['xn--zrich-kva.example', 'Z\u00dcRICH.example', 'z\u00fcrich.example'])(
    'the session accepts the same domain written as %s',
    async from => expect(await domainError(from)).toBeUndefined(),
  )
})

describe('when a creation finds no session', () => {
  const LOST = `<body ${HTTPBIND} type='terminate' condition='item-not-found'/>`
  const create = (server: ReturnType<typeof talkTo>, signal: AbortSignal = patient(), unsent?: AbortSignal) =>
    BoshSession.create(server.wire, signal, unsent)

  test.each([1, MAX_REPEATED_CREATIONS])('the session is created again after %i lost creations', async lost => {
    const server = talkTo([...Array<string>(lost).fill(LOST), created()])
    expect((await create(server)).body.attributes.get('sid')).toBe('s1')
    const rids = server.requests().map(({ rid }) => rid)
    expect(new Set(rids).size).toBe(lost + 1)
  })

  test('the creation is refused as a ban when every session is lost', async () => {
    const server = talkTo([LOST])
    await expect(create(server)).rejects.toMatchObject({ code: 'ERR_XMPP_POLICY', condition: 'item-not-found' })
    expect(server.asked).toHaveLength(1 + MAX_REPEATED_CREATIONS)
  })

  test('the creation is not repeated when the visitor has left', async () => {
    const visitor = new AbortController()
    const server = talkTo([LOST])
    const connection = server.wire.transport.connect(server.wire.url)
    const transport = transportTo({
      post: (_url, body, options) => {
        visitor.abort(new Error('left'))
        return connection.post(body, options)
      },
      close() {},
    })
    const wire = { ...server.wire, transport }
    await expect(BoshSession.create(wire, patient(), visitor.signal)).rejects.toThrow('left')
    expect(server.asked).toHaveLength(1)
  })

  test('the creation is not repeated for another condition', async () => {
    const server = talkTo([LOST.replace('item-not-found', 'bad-request')])
    await expect(create(server)).rejects.toMatchObject({ code: 'ERR_XMPP_TERMINATED' })
    expect(server.asked).toHaveLength(1)
  })
})

test(`a session fails when it needs more than ${MAX_EXCHANGES} requests`, async () => {
  const server = talkTo([created(), holding('<x/>')])
  const session = await begin(server)
  for (let n = 1; n < MAX_EXCHANGES; n++) await session.ask([], anything, patient())

  await expect(session.ask([], anything, patient())).rejects.toMatchObject({ code: 'ERR_XMPP_PROTOCOL' })
  expect(server.asked).toHaveLength(MAX_EXCHANGES)
})

describe('after a request was sent again', () => {
  const FEATURES = "<features xmlns='http://etherx.jabber.org/streams'/>"
  function repeating(replies: readonly string[], repeats: number) {
    const server = talkTo(replies)
    const connect: Transport['connect'] = url => Object.assign(server.wire.transport.connect(url), { repeats })
    return { ...server, wire: { ...server.wire, transport: { ...server.wire.transport, connect } } }
  }

  test.each([
    ['together with the answer', [holding(`${FEATURES}<x/>`)]],
    ['before the answer', [holding(FEATURES), holding('<x/>')]],
  ])('features that come once more %s are passed over', async (_, replies) => {
    const session = await begin(repeating([created(), ...replies], 1))
    const names: (string | undefined)[] = []
    const select = (reply: readonly Element[]) => {
      names.push(...reply.map(({ name }) => name))
      return anything(reply)
    }
    expect(await session.ask([element('a')], select, patient())).toBe('x')
    expect(names).toEqual(['x'])
  })

  test('features are an element like others when nothing was sent again', async () => {
    const session = await begin(repeating([created(), holding(FEATURES)], 0))
    expect(await session.ask([element('a')], anything, patient())).toBe('features')
  })

  test('the error says so when no answer comes', async () => {
    const session = await begin(repeating([created(), EMPTY], 1))
    await expect(session.ask([], anything, patient())).rejects.toThrow(
      'the server sent no answer (it had closed a connection without an answer, so a request was sent again)',
    )
  })
})
