import { execFileSync } from 'node:child_process'
import { Responder } from '../../lib/testing/responder'
import { type BoshServer, PERSONALITY_NAMES, type PersonalityName, startBoshServer } from '../../lib/testing/server'

/*
 * The test server answers as a real one does, so a test that passes here passes there: the same dialogues are in the
 * recordings of ejabberd and, through the library, in spec/live.
 */

let server: BoshServer
beforeEach(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, mechanisms: ['PLAIN'] })
})
afterEach(() => server.close())

const HTTPBIND = "xmlns='http://jabber.org/protocol/httpbind'"
const VERSION = "xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'"
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const BIND = "<iq xmlns='jabber:client' type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
const plain = (username: string, password: string) =>
  `<auth ${SASL} mechanism='PLAIN'>${Buffer.from(`\0${username}\0${password}`).toString('base64')}</auth>`

async function post(body: string, url = server.url): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', body })
  return { status: response.status, text: await response.text() }
}

interface Dialogue {
  sid: string
  say: (n: number, payload?: string, more?: string) => Promise<string>
}

async function create(url = server.url): Promise<Dialogue> {
  const { text } = await post(`<body ${HTTPBIND} rid='100' to='localhost' wait='10' hold='1' ${VERSION}/>`, url)
  const sid = / sid='([^']+)'/.exec(text)?.[1] ?? ''
  return {
    sid,
    say: async (n, payload = '', more = '') =>
      (await post(`<body ${HTTPBIND} rid='${100 + n}' sid='${sid}' ${more}>${payload}</body>`, url)).text,
  }
}

/** Logs in. The next request is the third. */
async function loggedIn(url = server.url): Promise<Dialogue> {
  const dialogue = await create(url)
  await dialogue.say(1, plain('user1', 'user1'))
  await dialogue.say(2, '', RESTART)
  return dialogue
}

const RESTART = "xmlns:xmpp='urn:xmpp:xbosh' xmpp:restart='true'"

test('a login runs from the features to the terminate', async () => {
  const { sid, say } = await create()

  expect(await say(1, plain('user1', 'user1'))).toContain(`<success ${SASL}/>`)
  expect(await say(2, '', RESTART)).toContain("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
  expect(await say(3, BIND)).toMatch(
    /<iq xmlns='jabber:client' type='result' id='b1'>.*<jid>user1@localhost\/[^<]+<\/jid>/,
  )
  expect(server.sessions).toEqual([
    { sid, username: 'user1', mechanism: 'PLAIN', jid: expect.stringMatching(/^user1@localhost\/.+/) },
  ])
  expect(await say(4, '', "type='terminate'")).toContain("type='terminate'")
  expect(server.sessions).toEqual([])
})

test.each([
  ['a wrong password', 'user1', 'user2'],
  ['an unknown user', 'user2', 'user1'],
  ['an empty name and password', '', ''],
])('the server answers %s with not-authorized and binds no session', async (_, username, password) => {
  const { say } = await create()

  expect(await say(1, plain(username, password))).toContain(`<failure ${SASL}><not-authorized/></failure>`)
  await say(2, '', RESTART)
  expect(await say(3, BIND)).toContain('<not-authorized')
  expect(server.sessions).toEqual([])
})

test('the server ends a session that binds before authentication', async () => {
  const { say } = await create()

  expect(await say(1, BIND)).toContain("condition='remote-stream-error'")
  expect(server.sessions).toEqual([])
})

test('the server ends a session that binds without a restart', async () => {
  const { say } = await create()
  await say(1, plain('user1', 'user1'))

  expect(await say(2, BIND)).toContain("condition='remote-stream-error'")
})

test('the server repeats its reply when a rid is repeated', async () => {
  const { say } = await create()
  const first = await say(1, plain('user1', 'user1'))

  expect(await say(1, plain('user1', 'user1'))).toBe(first)
})

test('the server repeats its reply when a rid is repeated before the first reply is ready', async () => {
  const responder = new Responder({ domain: 'localhost', accounts: { user1: 'user1' } })
  const ask = async (body: string) => {
    const reply = await responder.respond(Buffer.from(body))
    return typeof reply === 'string' ? reply : String(reply.body)
  }
  const sid = / sid='([^']+)'/.exec(await ask(`<body ${HTTPBIND} rid='1' to='localhost' ${VERSION}/>`))?.[1]
  // The keys of the account are derived in the meantime.
  const first = Buffer.from('n,,n=user1,r=abc').toString('base64')
  const auth = `<body ${HTTPBIND} rid='2' sid='${sid}'><auth ${SASL} mechanism='SCRAM-SHA-256'>${first}</auth></body>`
  const [reply, again] = await Promise.all([ask(auth), ask(auth)])

  expect(reply).toContain('<challenge')
  expect(again).toBe(reply)
})

test.each([
  ['a rid ahead of the window', 21],
  ['a rid of the past', -5],
])('the server answers %s with item-not-found and ends the session', async (_, n) => {
  const { say } = await create()

  expect(await say(n)).toContain("condition='item-not-found'")
  expect(server.sessions).toEqual([])
})

test('the server answers an unknown sid with item-not-found', async () => {
  expect((await post(`<body ${HTTPBIND} rid='1' sid='x'/>`)).text).toContain("condition='item-not-found'")
})

test('the server answers another domain with the condition of ejabberd', async () => {
  expect((await post(`<body ${HTTPBIND} rid='1' to='other.example'/>`)).text).toContain(
    "condition='internal-server-error'",
  )
  expect((await post(`<body ${HTTPBIND} rid='1'/>`)).text).toContain("condition='improper-addressing'")
})

test.each(['', 'x', '<body/>', `<body ${HTTPBIND}/>`, '<!DOCTYPE x><x/>'])(
  'the server answers %j with HTTP 400',
  async body => {
    expect((await post(body)).status).toBe(400)
  },
)

test('the server answers a mechanism that it does not offer with invalid-mechanism', async () => {
  const { say } = await create()

  expect(await say(1, `<auth ${SASL} mechanism='SCRAM-SHA-1'>biws</auth>`)).toContain('<invalid-mechanism/>')
})

test('the server binds the resource that the client asks for', async () => {
  const { say } = await loggedIn()

  expect(
    await say(3, BIND.replace('<bind ', '<bind x="" ').replace('/></iq>', '><resource>lab</resource></bind></iq>')),
  ).toContain('<jid>user1@localhost/lab</jid>')
})

test('the server answers an unknown iq with service-unavailable after bind', async () => {
  const { say } = await loggedIn()
  await say(3, BIND)

  expect(await say(4, "<iq type='get' id='p1'><query xmlns='x:y'/></iq>")).toMatch(
    /<iq xmlns='jabber:client' from='user1@localhost' to='user1@localhost\/[^']+' type='error' id='p1'>.*<service-unavailable /,
  )
})

test('the server answers a stanza that inherits the namespace of its body', async () => {
  const { say } = await loggedIn()

  expect(await say(3, BIND.replace(" xmlns='jabber:client'", ''))).toContain('<jid>user1@localhost/')
  expect(await say(4, "<iq type='get' id='p1' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>")).toMatch(
    /<iq xmlns='jabber:client' from='localhost' to='user1@localhost\/[^']+' type='result' id='p1'\/>/,
  )
})

test('the features after the restart offer the session of RFC 3921 as optional', async () => {
  const { say } = await create()
  await say(1, plain('user1', 'user1'))

  expect(await say(2, '', RESTART)).toContain(
    "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session></stream:features>",
  )
})

test.each(PERSONALITY_NAMES.filter(name => name !== 'mongooseim'))(
  'the first reply of %s names an authid that is not the sid of another session',
  async personality => {
    const responder = new Responder({ domain: 'localhost', personality })
    const authids = await Promise.all(
      [1, 2].map(async rid => {
        const reply = await responder.respond(
          Buffer.from(`<body ${HTTPBIND} rid='${rid}' to='localhost' wait='1' hold='1' ${VERSION}/>`),
        )
        return / authid='([^']+)'/.exec(typeof reply === 'string' ? reply : String(reply.body))?.[1]
      }),
    )

    expect([typeof authids[0], authids[0] === authids[1]]).toEqual(['string', false])
  },
)

test('the server holds the creation and sends no features when ejabberd gets a stream without a version', async () => {
  const begin = Date.now()
  const { text } = await post(`<body ${HTTPBIND} rid='100' to='localhost' wait='1' hold='1'/>`)
  const held = Date.now() - begin
  const sid = / sid='([^']+)'/.exec(text)?.[1] ?? ''
  const say = async (rid: number, payload = '') =>
    (await post(`<body ${HTTPBIND} rid='${rid}' sid='${sid}'>${payload}</body>`)).text
  const late = await say(101, plain('user1', 'user1'))

  expect(held).toBeGreaterThan(900)
  expect(text).not.toMatch(/features|authid|xmpp:version/)
  expect(late).toMatch(/^<body [^>]* authid='[^']+'\/>$/)
  expect(await say(102)).toContain('<success')
})

test('the server lets a client abort an exchange and begin another', async () => {
  const { say } = await create()

  expect(await say(1, `<abort ${SASL}/>`)).toContain('<aborted/>')
  expect(await say(2, plain('user1', 'user1'))).toContain('<success')
})

test.each<[PersonalityName, authzid: string, answer: string]>([
  ['ejabberd', 'user1@localhost', 'success'],
  ['ejabberd', 'user1', 'success'],
  ['ejabberd', 'user2@localhost', 'not-authorized'],
  ['prosody', 'user2@localhost', 'success'],
])('the habits of %s answer PLAIN as user1 for %s with %s', async (personality, authzid, answer) => {
  const other = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, personality })
  const { say } = await create(other.url)
  const message = Buffer.from(`${authzid}\0user1\0user1`).toString('base64')

  expect(await say(1, `<auth ${SASL} mechanism='PLAIN'>${message}</auth>`)).toContain(`<${answer}`)
  await other.close()
})

describe('for a request that has no answer yet', () => {
  test('ejabberd answers it with nothing and the next one with the answer when that is ready at once', async () => {
    const { say } = await loggedIn()
    const held = say(3)
    const second = say(4, BIND)

    expect(await held).toBe(`<body ${HTTPBIND} xmlns:stream='http://etherx.jabber.org/streams'/>`)
    expect(await second).toContain('<jid>user1@localhost/')
  })

  test('Prosody holds it until there is an answer and then holds the next one', async () => {
    const other = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, personality: 'prosody' })
    const { say } = await loggedIn(other.url)
    const held = say(3)
    const second = say(4, BIND)
    expect(await held).toContain('<jid>user1@localhost/')
    const end = await say(5, '', "type='terminate'")

    expect([await second, end]).toEqual([
      expect.stringMatching(/ sid='.*type='terminate'/),
      expect.stringContaining("type='terminate'"),
    ])
    await other.close()
  })

  test('the server answers it when another one comes that can be held', async () => {
    const { say } = await loggedIn()
    const held = say(3)
    const second = say(4)

    expect(await held).toBe(`<body ${HTTPBIND} xmlns:stream='http://etherx.jabber.org/streams'/>`)
    await say(5, '', "type='terminate'")
    await second
  })

  test('the server answers it at once when a fault has lost the answer', async () => {
    server.fault({ on: 'auth', reply: 'empty' })
    const { say } = await create()
    await say(1, plain('user1', 'user1'))

    expect([await say(2), await say(3)].every(text => !text.includes('<success'))).toBe(true)
  })

  test('reset() ends a held request', async () => {
    const { say } = await loggedIn()
    const held = say(3)
    while (!server.requests.some(({ step }) => step === 'poll')) await new Promise(resolve => setImmediate(resolve))
    server.reset()

    expect(await held).toContain("condition='item-not-found'")
  })

  test('the server holds it as long as the client asked for and at most as long as a real server', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
    try {
      const responder = new Responder({ domain: 'localhost', personality: 'prosody' })
      const ask = async (attributes: string) => {
        const reply = await responder.respond(Buffer.from(`<body ${HTTPBIND} ${attributes}/>`))
        return typeof reply === 'string' ? reply : String(reply.body)
      }
      const created = await ask("rid='1' to='localhost' wait='999' hold='1'")
      const held = jest.fn()
      const reply = ask(`rid='2' sid='${/ sid='([^']+)'/.exec(created)?.[1]}'`).then(held)
      await jest.advanceTimersByTimeAsync(119_999)
      expect([/ wait='\d+'/.exec(created)?.[0], held.mock.calls.length]).toEqual([" wait='120'", 0])
      await jest.advanceTimersByTimeAsync(1)
      await reply

      expect(held).toHaveBeenCalledWith(expect.not.stringContaining("type='terminate'"))
    } finally {
      jest.useRealTimers()
    }
  })
})

test('the server answers requests that overtake each other in their order', async () => {
  const { say } = await create()
  const second = say(2, '', RESTART)
  while (server.requests.length < 2) await new Promise(resolve => setImmediate(resolve))

  expect(await say(1, plain('user1', 'user1'))).toContain('<success')
  expect(await second).toContain("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
})

test.each([
  ['ejabberd', 400],
  ['prosody', 200],
] as const)(
  'the habits of %s answer a wait that is not a number with HTTP %d and no session',
  async (personality, status) => {
    const responder = new Responder({ domain: 'localhost', personality })
    const reply = await responder.respond(Buffer.from(`<body ${HTTPBIND} rid='1' to='localhost' wait='x' hold='1'/>`))

    expect([typeof reply === 'object' && reply.status, responder.sessions]).toEqual([status, []])
  },
)

describe('for an account', () => {
  const answer = async (username: string, password: string) => {
    const { say } = await create()
    return /<(success|[a-z-]+(?=\/><\/failure))/.exec(await say(1, plain(username, password)))?.[1]
  }

  test('the server refuses a disabled or expired account with any password until it is enabled', async () => {
    const { accounts } = server
    accounts.disable('user1')
    expect([await answer('user1', 'user1'), await answer('user1', 'x')]).toEqual([
      'account-disabled',
      'account-disabled',
    ])
    accounts.expire('user1')
    expect([accounts.refusal('user1'), await answer('user1', 'user1')]).toEqual([
      'credentials-expired',
      'credentials-expired',
    ])
    accounts.enable('user1')
    expect([accounts.refusal('user1'), await answer('user1', 'user1')]).toEqual([undefined, 'success'])
  })

  test('a new password replaces the old one and ends the expiry', async () => {
    server.accounts.expire('user1')
    server.accounts.changePassword('USER1', 'new')

    expect([await answer('user1', 'user1'), await answer('user1', 'new')]).toEqual(['not-authorized', 'success'])
  })

  test('a disabled account stays disabled when its password changes', async () => {
    server.accounts.disable('user1')
    server.accounts.changePassword('user1', 'new')

    expect(await answer('user1', 'new')).toBe('account-disabled')
  })

  test('every change but the removal throws when the account does not exist', () => {
    const { accounts } = server
    accounts.remove('nobody')

    for (const change of [
      () => accounts.changePassword('nobody', 'x'),
      () => accounts.disable('nobody'),
      () => accounts.expire('nobody'),
      () => accounts.enable('nobody'),
    ]) {
      expect(change).toThrow(new TypeError('no such account'))
    }
  })
})

test('a recorded request names its step and its mechanism', async () => {
  const { sid, say } = await loggedIn()
  await say(3, BIND)
  await say(4, "<presence xmlns='jabber:client'/>", "type='terminate'")

  expect(server.requests.map(request => [request.step, request.mechanism])).toEqual([
    ['create', undefined],
    ['auth', 'PLAIN'],
    ['restart', undefined],
    ['bind', undefined],
    ['terminate', undefined],
  ])
  expect(server.requests.slice(1).every(request => request.sid === sid)).toBe(true)
})

test('the server lets a page of another origin ask as a real one does', async () => {
  const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' }
  const preflight = await fetch(server.url, { method: 'OPTIONS', headers })
  const asked = await fetch(server.url, {
    method: 'POST',
    body: `<body ${HTTPBIND} rid='1' to='localhost' ${VERSION}/>`,
    headers,
  })

  expect([preflight, asked].map(response => response.headers.get('access-control-allow-origin'))).toEqual(['*', '*'])
  expect(preflight.headers.get('access-control-allow-headers')).toBe('Content-Type')
})

test('accounts change while the server runs until reset() restores the first ones', async () => {
  server.accounts.add('ZOË', 'pä$$wörd €😀')
  server.accounts.remove('user1')
  expect([server.accounts.has('zoë'), server.accounts.has('user1')]).toEqual([true, false])
  server.accounts.disable('zoë')
  const { say } = await create()
  expect(await say(1, plain('zoë', 'pä$$wörd €😀'))).toContain('<account-disabled/>')
  server.reset()

  expect([server.accounts.has('zoë'), server.accounts.has('user1')]).toEqual([false, true])
  expect([server.sessions, server.requests]).toEqual([[], []])
})

test('a fault happens as often as it was asked for', async () => {
  server.fault({ on: 'auth', times: 2, reply: 'temporary-auth-failure' })
  const { say } = await create()
  const answers = [1, 2, 3].map(n => () => say(n, plain('user1', 'user1')))
  const said: string[] = []
  for (const answer of answers) said.push(await answer())

  expect(said.map(text => /<(success|temporary-auth-failure)/.exec(text)?.[1])).toEqual([
    'temporary-auth-failure',
    'temporary-auth-failure',
    'success',
  ])
})

test('startBoshServer throws a TypeError when an option is invalid', async () => {
  await expect(startBoshServer({ domain: 'a b' })).rejects.toThrow(TypeError)
  await expect(startBoshServer({ domain: 'localhost', mechanisms: ['X'] as never })).rejects.toThrow(TypeError)
  await expect(startBoshServer({ domain: 'localhost', accounts: { 'a@b': 'x' } })).rejects.toThrow(TypeError)
  await expect(startBoshServer({ domain: 'localhost', registration: 'x' as never })).rejects.toThrow(TypeError)
  await expect(startBoshServer({ domain: 'localhost', users: {} } as never)).rejects.toThrow(
    new TypeError('unknown option `users`'),
  )
  await expect(startBoshServer({ domain: 'localhost', acounts: {} } as never)).rejects.toThrow(
    new TypeError('unknown option `acounts`; did you mean `accounts`?'),
  )
})

test('startBoshServer takes an option that is undefined as absent', async () => {
  const none = { accounts: undefined, mechanisms: undefined, personality: undefined, registration: undefined }
  const given = { domain: 'localhost', port: undefined, tls: undefined, scope: undefined, ...none }
  const started = await startBoshServer(given as never)
  await started.close()

  expect(started.url).toMatch(/^http:/)
})

test('the test kit loads without nock', () => {
  const script =
    "require('./dist/testing/server'); console.log(Object.keys(require.cache).some(file => file.includes('nock')))"

  expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toBe('false\n')
})
