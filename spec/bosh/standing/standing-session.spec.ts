import { Outbox } from '../../../lib/bosh/standing/outbox'
import { StandingSession } from '../../../lib/bosh/standing/standing-session'
import { XmppBoshError } from '../../../lib/errors/error'
import {
  HELD_GRACE_MS,
  MAX_STANDING_BODY_BYTES,
  MAX_STANDING_XML_ELEMENTS,
  MAX_UNREADABLE,
  POLL_PAUSE_MS,
  RECEIPT_MS,
  RECEIPT_POLL_MS,
  SEND_GAP_MS,
  SHAPED_BYTES_PER_S,
  SOCKET_WAIT_MS,
  TERMINATE_TIMEOUT_MS,
  UNREADABLE_PAUSE_MS,
} from '../../../lib/limits'
import type { Element } from '../../../lib/xml/read'
import { handClock } from '../../fixtures/clock'
import { type HeldPost, HeldRequests, reset, settled } from '../../fixtures/held-requests'

/*
 * One standing session and its requests, as a server holds and answers them. The times come from a clock that the specs
 * move. `hold` is the poll that the server holds, `send` the request beside it.
 */

const WAIT_MS = 45_000
const OPENING = "<presence xmlns='jabber:client'/>"
const message = (id: string, size = 0) => `<message xmlns='jabber:client' id='${id}'>${'x'.repeat(size)}</message>`
/** ms until the receipt of these stanzas is overdue */
const overdueMs = (...stanzas: string[]) =>
  RECEIPT_MS + Math.ceil((stanzas.join('').length * 1_000) / SHAPED_BYTES_PER_S)
const idsIn = ({ body }: HeldPost) => [...body.matchAll(/<message[^>]* id='([^']*)'/g)].map(([, id]) => id)
const ENDS = {
  conflict:
    "<stream:error xmlns:stream='http://etherx.jabber.org/streams'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
  shutdown:
    "<stream:error xmlns:stream='http://etherx.jabber.org/streams'><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
}

function start({ isConnecting = false } = {}) {
  const clock = handClock()
  const server = new HeldRequests()
  server.isConnecting = isConnecting
  const outbox = new Outbox(clock)
  const received: string[] = []
  const ends: XmppBoshError[] = []
  let opened = 0
  const url = new URL('http://127.0.0.1/bosh')
  const context = { transport: server, clock, url, domain: { ascii: 'localhost', wire: 'localhost' } }
  const handedOver = { context, connection: server.connect(url), sid: 's1', rid: 100, waitMs: WAIT_MS }
  const on = { said: (_stanza: Element) => {} }
  const session = new StandingSession(handedOver, OPENING, outbox, {
    received(stanza) {
      received.push(stanza.attributes.get('id') ?? stanza.name)
      on.said(stanza)
    },
    opened: () => void opened++,
    ended: reason => void ends.push(reason),
  })
  const sent: string[] = []
  /** Says something, and notes the receipt. */
  const say = (id: string, size = 0) => {
    outbox.add(message(id, size)).then(
      () => sent.push(id),
      (reason: XmppBoshError) => sent.push(`${id} ${reason.code}`),
    )
    session.wake()
    return settled()
  }
  const advance = async (ms: number) => {
    clock.advance(ms)
    await settled()
  }
  return { clock, server, outbox, session, received, ends, sent, say, advance, on, opened: () => opened }
}

/** Starts a session that is open: its first poll is held, and the shortest answer took 5 ms. */
async function open() {
  const started = start()
  await settled()
  await started.advance(5)
  started.server.last.answer(OPENING)
  await settled()
  started.received.length = 0
  return { ...started, hold: started.server.last }
}

/**
 * Server that gets a request beside a held one: ejabberd answers the older request empty and the newer one carries what the
 * server says, Prosody answers the older one and holds the newer.
 */
const PERSONALITIES = {
  ejabberd: (hold: HeldPost, send: HeldPost, said: string) => {
    // The replies go over two sockets, and this one is often first.
    send.answer(said)
    hold.answer()
  },
  Prosody: (hold: HeldPost, _send: HeldPost, said: string) => hold.answer(said),
}
const EACH = Object.entries(PERSONALITIES)

describe('the opening of a standing session', () => {
  test('goes alone, with the next rid, on the second socket', async () => {
    const { server, say, opened } = start()
    await settled()
    await say('early')

    expect(server.posts.map(({ rid, connection }) => [rid, connection])).toEqual([[101, 1]])
    expect(server.last.body).toContain(OPENING)
    expect(server.last.body).toContain("sid='s1'")
    expect(opened()).toBe(0)
  })

  test('takes what is said in the same turn with it, behind it', async () => {
    const { server, say } = start()
    await say('first')

    expect(server.last.body).toContain(`${OPENING}${message('first')}</body>`)
  })

  test('is over when the server answers, which tells its listener once', async () => {
    const { server, opened } = await open()
    expect(opened()).toBe(1)
    server.last.answer()
    await settled()
    expect(opened()).toBe(1)
  })
})

describe('the order of requests', () => {
  test('has one poll at the server at any time, each with the next rid', async () => {
    const { server, advance } = await open()
    for (let n = 0; n < 3; n++) {
      await advance(WAIT_MS)
      expect(server.held).toHaveLength(1)
      server.last.answer()
      await settled()
    }

    expect(server.held).toHaveLength(1)
    expect(server.posts.map(({ rid }) => rid)).toEqual([101, 102, 103, 104, 105])
    expect(server.last.body).toBe("<body xmlns='http://jabber.org/protocol/httpbind' rid='105' sid='s1'/>")
  })

  test('hands out what arrived before it polls, so that the answer rides on that poll', async () => {
    const { server, hold, on, outbox, session } = await open()
    on.said = () => {
      void outbox.add(message('answer'))
      session.wake()
    }
    hold.answer(message('question'))
    await settled()

    expect(server.held).toHaveLength(1)
    expect(idsIn(server.last)).toEqual(['answer'])
  })

  test('lets what is said a few promises after the arrival ride on the poll as well', async () => {
    const { server, hold, on, outbox, session } = await open()
    on.said = async () => {
      for (let n = 0; n < 10; n++) await null
      void outbox.add(message('answer'))
      session.wake()
    }
    hold.answer(message('question'))
    await settled()

    expect(idsIn(server.last)).toEqual(['answer'])
  })

  test('makes a stanza wait until the held poll is 20 ms old', async () => {
    const { server, say, advance } = await open()
    await advance(SEND_GAP_MS - 1)
    await say('a')
    expect(server.held).toHaveLength(1)

    await advance(1)
    expect(server.held).toHaveLength(2)
    expect(idsIn(server.last)).toEqual(['a'])
    expect(server.held[0]?.connection).not.toBe(server.held[1]?.connection)
  })

  test('makes a stanza wait for two round trips on a slow connection', async () => {
    const { server, say, advance } = start()
    await settled()
    await advance(150)
    server.last.answer(OPENING)
    await say('a')
    await advance(150)
    server.last.answer(message('b'))
    await settled()
    await say('c')
    await advance(299)
    expect(idsIn(server.last)).toEqual([])

    await advance(1)
    expect(idsIn(server.last)).toEqual(['c'])
  })

  test('counts the age of a poll from the moment at which its socket is connected', async () => {
    const { server, say, advance } = start({ isConnecting: true })
    await settled()
    await say('a')
    await advance(1_000)
    expect(server.posts).toHaveLength(1)

    server.last.sent()
    await advance(999)
    expect(server.posts).toHaveLength(1)
    await advance(1) // no answer has told the round trip yet
    expect(server.posts).toHaveLength(2)
  })

  test('sends nothing beside a request that waits for another socket', async () => {
    const { server, hold, say, advance } = await open()
    await advance(1_000)
    hold.options.onSocket?.(false)
    await say('a')
    await advance(1_000)
    expect(server.posts).toHaveLength(2)

    hold.sent()
    await advance(SEND_GAP_MS)
    expect(server.posts).toHaveLength(3)
  })

  test('never sends a third request', async () => {
    const { server, say, advance } = await open()
    await advance(1_000)
    await say('a')
    await say('b')
    await advance(1_000)
    await say('c')

    expect(server.held).toHaveLength(2)
    expect(idsIn(server.last)).toEqual(['a'])
  })

  test('allows a repeat of a request only while no other one is in flight', async () => {
    const { hold, server, say, advance } = await open()
    expect(hold.options.mayRepeat?.()).toBe(true)
    await advance(1_000)
    await say('a')

    expect(hold.options.mayRepeat?.()).toBe(false)
    expect(server.last.options.mayRepeat?.()).toBe(false)
  })
})

describe('a body of a standing session', () => {
  test('holds all that waits, in order, up to 4 KB', async () => {
    const { server, hold, say, advance } = await open()
    await say('a', 1_500)
    await say('b', 1_500)
    await say('c', 1_500)
    await say('d', 100)
    hold.answer()
    await settled()
    expect(idsIn(server.last)).toEqual(['a', 'b'])
    expect(Buffer.byteLength(server.last.body)).toBeLessThan(MAX_STANDING_BODY_BYTES + 200)

    await advance(SEND_GAP_MS)
    expect(idsIn(server.last)).toEqual(['c', 'd'])
  })

  test('holds a larger stanza alone', async () => {
    const { server, hold, say } = await open()
    await say('large', 10_000)
    await say('small')
    hold.answer()
    await settled()

    expect(idsIn(server.last)).toEqual(['large'])
  })

  test('counts bytes, not characters', async () => {
    const { server, hold, outbox } = await open()
    for (const id of ['a', 'b'])
      void outbox.add(`<message xmlns='jabber:client' id='${id}'>${'€'.repeat(1_000)}</message>`)
    hold.answer()
    await settled()

    expect(idsIn(server.last)).toEqual(['a'])
  })
})

describe.each(EACH)('when %s gets a stanza beside a held request', (name, answers) => {
  async function beside(said = '') {
    const opened = await open()
    await opened.advance(1_000)
    await opened.say('mine')
    const send = opened.server.last
    await opened.advance(8)
    answers(opened.hold, send, said)
    await settled()
    return { ...opened, send }
  }

  test('the answer to the held request is the receipt', async () => {
    expect((await beside()).sent).toEqual(['mine'])
  })

  test('its own answer is the receipt when the server has something to say, and an empty request fetches it', async () => {
    const { server, send, sent, advance } = await beside(message('theirs'))
    if (name === 'Prosody') {
      expect(sent).toEqual([])
      await advance(RECEIPT_POLL_MS)
      expect(idsIn(server.last)).toEqual([])
      send.answer()
      await settled()
    }

    expect(sent).toEqual(['mine'])
  })

  test('its own stanza arrives once', async () => {
    expect((await beside(message('theirs'))).received).toEqual(['theirs'])
  })

  test('one request stays at the server', async () => {
    const { server, send } = await beside(message('theirs'))
    expect(server.held).toHaveLength(1)
    if (name === 'Prosody') expect(server.held).toEqual([send])
  })

  test('twenty stanzas one after the other get their receipts, with two requests at most', async () => {
    const { server, say, advance, sent, received } = await open()
    let most = 0
    for (let n = 0; n < 20; n++) {
      await advance(RECEIPT_POLL_MS - 10)
      const [hold] = server.held
      await say(`m${n}`)
      most = Math.max(most, server.held.length)
      await advance(8)
      if (hold) answers(hold, server.last, message(`t${n}`))
      await settled()
    }
    await advance(RECEIPT_POLL_MS)
    if (name === 'Prosody') server.held[0]?.answer()
    await settled()
    expect(most).toBe(2)
    expect(sent).toEqual(Array.from({ length: 20 }, (_, n) => `m${n}`))
    expect(received).toEqual(Array.from({ length: 20 }, (_, n) => `t${n}`))
  })
})

describe('in its replies', () => {
  test('replies are handed out in the order of their requests when the newer one comes first', async () => {
    const { server, hold, say, advance, received } = await open()
    await advance(1_000)
    await say('a')
    server.last.answer(message('second'))
    await settled()
    expect(received).toEqual([])

    hold.answer(message('first'))
    await settled()
    expect(received).toEqual(['first', 'second'])
  })

  test('all stanzas of a body are handed out in order', async () => {
    const { hold, received } = await open()
    hold.answer(`${message('a')}<presence/>${message('b')}<iq type='get' id='c'/>`)
    await settled()

    expect(received).toEqual(['a', 'presence', 'b', 'c'])
  })

  const REFUSED = {
    'elements that are nested too deeply': '<a>'.repeat(70) + '</a>'.repeat(70),
    'too many attributes': `<a ${Array.from({ length: 33 }, (_, n) => `b${n}=''`).join(' ')}/>`,
    'a name that is too long': `<${'n'.repeat(129)}/>`,
    'a value that is too long': `<a b='${'v'.repeat(8_193)}'/>`,
    'too many elements': '<a/>'.repeat(MAX_STANDING_XML_ELEMENTS),
    'the name constructor': '<constructor/>',
    'the name __proto__': '<__proto__/>',
    'an undeclared prefix': '<a:b/>',
    'an undeclared reference': '<a>&bogus;</a>',
    'a reference to a surrogate': '<a>&#xD800;</a>',
  }

  test.each(Object.entries(REFUSED))('a stanza with %s is left out, and the others are read', async (_, payload) => {
    const { hold, received, server } = await open()
    hold.answer(`${message('a')}<message id='bad'>${payload}</message>${message('b')}`)
    await settled()

    expect(received).toEqual(['a', 'b'])
    expect(server.held).toHaveLength(1)
  })

  test('any number of stanzas that are left out neither ends the session nor slows it down', async () => {
    const { server, received, ends } = await open()
    for (let n = 0; n < 2 * MAX_UNREADABLE; n++) {
      server.last.answer(`<message><constructor/></message>${n % 2 ? message(String(n)) : ''}`)
      await settled()
    }

    expect(received).toHaveLength(MAX_UNREADABLE)
    expect(server.held).toHaveLength(1)
    expect(ends).toEqual([])
  })

  test('a stanza that is left out beside the end of the session does not hide the end', async () => {
    const { hold, ends } = await open()
    hold.answer(`<message><constructor/></message>${ENDS.conflict}`, "type='terminate'")
    await settled()

    expect(ends).toMatchObject([{ condition: 'conflict' }])
  })

  test('an unreadable reply is passed over', async () => {
    const { server, hold, received, ends } = await open()
    hold.answer(`<message id='deep'>${'<a>'.repeat(100)}`)
    await settled()
    server.last.fail(new XmppBoshError('ERR_XMPP_TOO_LARGE', 'too large'))
    await settled()
    server.last.answer(message('next'))
    await settled()

    expect(received).toEqual(['next'])
    expect(ends).toEqual([])
  })

  test('unreadable replies slow the session down, and too many of them end it', async () => {
    const { server, advance, ends } = await open()
    for (let n = 0; n <= MAX_UNREADABLE; n++) {
      server.last.answerWith('<html>')
      await settled()
      if (n === 3) expect(server.held).toEqual([])
      await advance(UNREADABLE_PAUSE_MS)
    }

    expect(ends).toMatchObject([{ code: 'ERR_XMPP_PROTOCOL' }])
  })

  test('a reply with 1,000 kept messages is read', async () => {
    const { hold, received } = await open()
    hold.answer(Array.from({ length: 1_000 }, (_, n) => message(String(n)).replace('</', '<body/><delay/></')).join(''))
    await settled()

    expect(received).toHaveLength(1_000)
  })

  test('an empty reply that comes at once is followed by a pause, which a stanza ends', async () => {
    const { server, hold, advance, say } = await open()
    hold.answer()
    await settled()
    expect(server.held).toEqual([])
    await advance(POLL_PAUSE_MS)
    expect(server.held).toHaveLength(1)

    server.last.answer()
    await settled()
    await say('a')
    expect(idsIn(server.last)).toEqual(['a'])
  })
})

describe('for a receipt', () => {
  test('a receipt that is missing for 2 s ends the session, and the stanzas go into the next one in their order', async () => {
    const { server, hold, say, advance, ends, outbox, sent } = await open()
    await advance(1_000)
    await say('a')
    await say('b')
    await advance(overdueMs(message('a')) - 1)
    expect(ends).toEqual([])
    await advance(1)

    expect(ends).toMatchObject([{ code: 'ERR_XMPP_TIMEOUT' }])
    expect(hold.state).toBe('aborted')
    expect(sent).toEqual([])
    expect(outbox.take(MAX_STANDING_BODY_BYTES).map(({ text }) => text)).toEqual([message('a'), message('b')])
    expect(server.held).toHaveLength(1)
    expect(server.last.body).toContain("type='terminate'")
  })

  test('a server that slows the account down has the time for all bytes without a receipt, and the session stays', async () => {
    const { server, hold, say, advance, ends, received, sent } = await open()
    const size = MAX_STANDING_BODY_BYTES - message('a').length
    for (const id of ['a', 'b', 'c']) await say(id, size)
    hold.answer()
    await settled()
    await advance(SEND_GAP_MS)
    const [first, second] = server.held
    expect([first, second].map(post => post && idsIn(post))).toEqual([['a'], ['b']])
    await advance(overdueMs(message('a', size), message('b', size)) - 1)
    expect(ends).toEqual([])

    first?.answer(message('theirs'))
    second?.answer(message('theirs too'))
    await settled()
    expect(received).toEqual(['theirs', 'theirs too'])
    expect(sent).toEqual(['a', 'b'])
  })

  test('a receipt of many bytes that is missing for longer than that ends the session', async () => {
    const { say, advance, ends } = await open()
    await advance(1_000)
    const size = MAX_STANDING_BODY_BYTES - message('a').length
    await say('a', size)
    await advance(overdueMs(message('a', size)) - 1)
    expect(ends).toEqual([])
    await advance(1)

    expect(ends).toMatchObject([{ code: 'ERR_XMPP_TIMEOUT' }])
  })

  test('a receipt of a very large stanza is awaited no longer than the answer to a held request', async () => {
    const { say, advance, ends } = await open()
    await advance(1_000)
    await say('a', 1_000_000)
    await advance(WAIT_MS - 1)
    expect(ends).toEqual([])
    await advance(HELD_GRACE_MS + 1)

    expect(ends).toMatchObject([{ code: 'ERR_XMPP_TIMEOUT' }])
  })

  test('a parked stanza gets no receipt from the answer to the newer request alone', async () => {
    const { server, say, advance, ends, received } = await open()
    await advance(1_000)
    await say('a')
    server.last.answer(message('theirs'))
    await settled()
    await advance(overdueMs(message('a')))

    // The newer reply is handed out, although the older one is missing.
    expect(received).toEqual(['theirs'])
    expect(ends).toHaveLength(1)
  })

  test('an empty request fetches the receipt of what rides on a poll when it does not come within 1 s', async () => {
    const { server, hold, say, advance, sent } = await open()
    hold.answer(message('x'))
    await say('a')
    const ride = server.last
    await advance(RECEIPT_POLL_MS - 1)
    expect(server.held).toEqual([ride])
    await advance(1)
    expect(server.held).toHaveLength(2)
    expect(idsIn(server.last)).toEqual([])
    expect(sent).toEqual([])

    ride.answer()
    await settled()
    expect(sent).toEqual(['a'])
  })

  test.each([
    ['carries something', (hold: HeldPost) => hold.answer(message('theirs'))],
    ['carries a stanza that cannot be read', (hold: HeldPost) => hold.answer('<message><constructor/></message>')],
    ['cannot be read', (hold: HeldPost) => hold.answerWith('<html>')],
    ['is too large', (hold: HeldPost) => hold.fail(new XmppBoshError('ERR_XMPP_TOO_LARGE', 'too large'))],
  ])('a receipt is not taken from a reply to the older request that %s', async (_, answer) => {
    const { server, hold, say, advance, sent, outbox, ends } = await open()
    await advance(1_000)
    await say('a')
    const send = server.last
    await advance(10) // a round trip takes 5 ms
    answer(hold)
    await settled()
    expect(sent).toEqual([])

    send.fail(reset())
    await settled()
    expect(ends).toHaveLength(1)
    expect(outbox.take(MAX_STANDING_BODY_BYTES)).toMatchObject([{ text: message('a') }])
  })

  test('a server that holds the newer request answers it when the empty one arrives, and the session stays', async () => {
    const { server, hold, say, advance, sent, ends } = await open()
    await advance(1_000)
    await say('a')
    const send = server.last
    await advance(10)
    hold.answer(message('theirs'))
    await settled()
    await advance(RECEIPT_POLL_MS)
    expect(server.held).toHaveLength(2)
    send.answer()
    await settled()
    await advance(RECEIPT_MS)

    expect(sent).toEqual(['a'])
    expect(ends).toEqual([])
    expect(server.held).toHaveLength(1)
  })

  test('a reply that waits at the socket while the process is busy is read before the session is given up', async () => {
    const { hold, say, advance, clock, sent, ends, server } = await open()
    await advance(1_000)
    await say('a')
    clock.advance(RECEIPT_MS + 300) // the timers go off first
    setImmediate(() => hold.answer())
    await settled()
    expect(ends).toEqual([])
    expect(sent).toEqual(['a'])

    await advance(RECEIPT_POLL_MS)
    expect(server.held).toHaveLength(1)
    expect(ends).toEqual([])
  })

  test('a receipt is not taken from a poll that was held to its end', async () => {
    const { hold, say, advance, sent } = await open()
    await advance(WAIT_MS)
    await say('a')
    await advance(1)
    hold.answer()
    await settled()

    expect(sent).toEqual([])
  })
})

describe('the session ends', () => {
  const ENDINGS: [string, (hold: HeldPost) => void, object][] = [
    [
      'another session takes its place',
      hold => hold.answer(ENDS.conflict, "type='terminate' condition='remote-stream-error'"),
      { condition: 'conflict' },
    ],
    [
      'the server stops',
      hold => hold.answer(ENDS.shutdown, "type='terminate' condition='remote-stream-error'"),
      { code: 'ERR_XMPP_UNAVAILABLE' },
    ],
    [
      'the server does not know it any more',
      hold => hold.answer('', "type='terminate' condition='item-not-found'"),
      { condition: 'item-not-found' },
    ],
    [
      'the server ends it without a reason',
      hold => hold.answer('', "type='terminate'"),
      { code: 'ERR_XMPP_TERMINATED' },
    ],
    ['the connection is cut', hold => hold.fail(reset()), { code: 'ERR_XMPP_CONNECT' }],
    ['the server sends a body of another type', hold => hold.answer('', "type='error'"), { code: 'ERR_XMPP_PROTOCOL' }],
  ]

  test.each(ENDINGS)('once when %s, and keeps what has no receipt', async (_, end, reason) => {
    const { server, hold, say, advance, ends, outbox, clock } = await open()
    await advance(1_000)
    await say('a')
    end(hold)
    await settled()

    expect(ends).toMatchObject([reason])
    expect(outbox.take(MAX_STANDING_BODY_BYTES)).toMatchObject([{ text: message('a') }])
    const terminates = server.held
    for (const post of terminates) post.answer('', "type='terminate'")
    await settled()
    // One timer is left, which gives up what waits too long.
    expect(clock.waiting).toHaveLength(1)
    expect([...server.released].sort()).toEqual([0, 1])
  })

  test('the session ends and hands out what the last reply holds', async () => {
    const { hold, received, ends } = await open()
    hold.answer(`${message('a')}${ENDS.shutdown}`, "type='terminate'")
    await settled()

    expect(received).toEqual(['a'])
    expect(ends).toHaveLength(1)
  })

  test('when a held request is not answered 10 s after its time', async () => {
    const { advance, ends } = await open()
    await advance(WAIT_MS + HELD_GRACE_MS - 1)
    expect(ends).toEqual([])
    await advance(1)
    expect(ends).toMatchObject([{ code: 'ERR_XMPP_TIMEOUT' }])
  })

  test('when a request gets no socket within 5 s, with advice about the agent', async () => {
    const { server, hold, say, advance, ends } = await open()
    await advance(1_000)
    server.isConnecting = true
    await say('a')
    await advance(SOCKET_WAIT_MS)

    expect(hold.state).toBe('aborted')
    expect(ends).toMatchObject([{ code: 'ERR_XMPP_TIMEOUT', message: expect.stringContaining('`agent`') }])
  })

  test('without a third request: the terminate follows when the other requests are aborted', async () => {
    const { server, say, advance } = await open()
    await advance(1_000)
    await say('a')
    await advance(overdueMs(message('a')))

    expect(server.held).toHaveLength(1)
    expect(server.posts.map(({ rid }) => rid)).toEqual([101, 102, 103, 104])
  })
})

describe('close()', () => {
  test('terminates the session beside the held request when that is old enough', async () => {
    const { server, session, advance, ends } = await open()
    let isClosed = false
    void session.close().then(() => {
      isClosed = true
    })
    await settled()
    expect(server.held).toHaveLength(1)
    await advance(SEND_GAP_MS)
    expect(server.last.body).toContain("type='terminate'")
    server.last.answer('', "type='terminate'")
    await settled()

    expect(isClosed).toBe(true)
    expect(ends).toEqual([])
    expect([...server.released].sort()).toEqual([0, 1])
  })

  test.each([
    ['ejabberd', "type='terminate' condition='other-request'"],
    ['Prosody', "type='terminate'"],
  ])('takes the answer of %s to the held request as well, and what was said has its receipt', async (_, attributes) => {
    const { server, hold, session, say, advance, sent, clock } = await open()
    await say('a')
    const closing = session.close()
    await advance(SEND_GAP_MS)
    expect(idsIn(server.last)).toEqual(['a'])
    hold.answer('', attributes)
    await closing
    await settled()

    expect(sent).toEqual(['a'])
    expect(clock.waiting).toEqual([])
  })

  test('sends all that waits before, and the last of it with the terminate', async () => {
    const { server, hold, session, say, advance, sent } = await open()
    for (const id of ['a', 'b', 'c']) await say(id, 3_000)
    const closing = session.close()
    await advance(SEND_GAP_MS)
    expect(idsIn(server.last)).toEqual(['a'])
    expect(server.last.body).not.toContain('terminate')
    const first = server.last
    hold.answer()
    await settled()
    await advance(SEND_GAP_MS)
    expect(idsIn(server.last)).toEqual(['b'])
    first.answer()
    await settled()
    await advance(SEND_GAP_MS)
    expect(idsIn(server.last)).toEqual(['c'])
    expect(server.last.body).toContain("type='terminate'")
    server.last.answer('', "type='terminate'")
    await closing

    expect(sent).toEqual(['a', 'b', 'c'])
  })

  test('gives up after 2 s and leaves no timer', async () => {
    const { session, advance, clock, server } = await open()
    const closing = session.close()
    await advance(SEND_GAP_MS)
    await advance(TERMINATE_TIMEOUT_MS)
    await closing

    expect(clock.waiting).toEqual([])
    expect(server.held).toEqual([])
  })

  test('hands out what arrives until then', async () => {
    const { session, advance, server, hold, received } = await open()
    const closing = session.close()
    await advance(SEND_GAP_MS)
    hold.answer(message('late'))
    await settled()
    server.last.answer('', "type='terminate'")
    await closing

    expect(received).toEqual(['late'])
  })
})
