import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { TracedTransport } from '../../lib/bosh/traced-transport'
import { HttpTransport } from '../../lib/bosh/transport'
import { redacted } from '../../lib/diagnostics/redaction'
import { Registration } from '../../lib/index'
import { MAX_TRACE_LINE_LENGTH, MAX_TRACE_LINES } from '../../lib/limits'
import { Authenticator } from '../../lib/login/authenticator'
import { startBoshServer } from '../../lib/testing/server'
import { transportTo } from '../fixtures/transport'

const shown = (body: string) => redacted(Buffer.from(body))
const BODY = "xmlns='http://jabber.org/protocol/httpbind'"
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

test.each([
  [
    'the reply to a creation',
    `<body ${BODY} xmlns:xmpp='urn:xmpp:xbosh' xmlns:stream='http://etherx.jabber.org/streams' sid='s1' authid='a1' wait='10' ver='1.11' requests='2' from='example.com' xmpp:restartlogic='true'><stream:features><mechanisms ${SASL}><mechanism>PLAIN</mechanism><mechanism>SECRET-1</mechanism></mechanisms></stream:features></body>`,
    "<body sid='…' authid='…' wait='10' ver='1.11' requests='2' from='…' xmpp:restartlogic='true'><stream:features><sasl:mechanisms><sasl:mechanism>PLAIN</sasl:mechanism><sasl:mechanism>…</sasl:mechanism></sasl:mechanisms></stream:features></body>",
  ],
  [
    'a refusal',
    `<body ${BODY}><failure ${SASL}><not-authorized/><text>alice</text></failure></body>`,
    '<body><sasl:failure><sasl:not-authorized/><sasl:text>…</sasl:text></sasl:failure></body>',
  ],
  [
    'an end of the session',
    `<body ${BODY} type='terminate' condition='item-not-found' note='alice'/>`,
    "<body type='terminate' condition='item-not-found' …/>",
  ],
  [
    'SASL payloads, user names and passwords',
    `<body ${BODY} rid='1573741820'><auth ${SASL} mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth><iq xmlns='jabber:client' type='set' id='x' to='example.com'><query xmlns='jabber:iq:register'><username>alice</username><password>secret</password></query></iq></body>`,
    "<body rid='…'><sasl:auth mechanism='PLAIN'>…</sasl:auth><iq type='set' id='…' to='…'><register:query><register:username>…</register:username><register:password>…</register:password></register:query></iq></body>",
  ],
  ['an unknown element', `<body ${BODY}><secret xmlns='secret'/></body>`, '<body><…/></body>'],
  ['a known name in an unknown namespace', "<body xmlns='secret'><auth/></body>", '<…><…/></…>'],
  ['a page', '<html>secret', '12 bytes that are not XML as XMPP allows it'],
  ['nothing', '', '0 bytes that are not XML as XMPP allows it'],
])('the trace shows the shape of %s, and no value that may be a secret', (_, body, expected) => {
  expect(shown(body)).toBe(expected)
})

describe('for a secret that is a word of the protocol', () => {
  /** Every word of the source, so that no list of words can be left out. */
  const WORDS = [
    ...new Set(readFileSync(join(__dirname, '../../lib/diagnostics/redaction.ts'), 'utf8').match(/[\w:.-]+/g)),
    ...['jabber:iq:register', '10', '1.0', '200'],
  ]
  const SPACES = [
    'http://jabber.org/protocol/httpbind',
    'urn:ietf:params:xml:ns:xmpp-sasl',
    'jabber:client',
    'jabber:iq:register',
    'jabber:x:data',
    'urn:ietf:params:xml:ns:xmpp-bind',
    'urn:unknown',
  ]
  const SECRET_TEXTS =
    'auth challenge response success username password email value text jid resource data uri error instructions title name'
  const SECRET_ATTRIBUTES =
    'sid authid rid id from to key newkey label content cid charsets xml:lang max-age time unknown'
  const fieldWith = (field: string) => (secret: string) =>
    `<field xmlns='jabber:x:data' ${field}><value>${secret}</value></field>`
  const PLACES: ((secret: string) => string)[] = [
    ...SPACES.flatMap(space =>
      SECRET_TEXTS.split(' ').map(name => (secret: string) => `<${name} xmlns='${space}'>${secret}</${name}>`),
    ),
    ...SPACES.filter(space => space !== SPACES[1]).map(
      space => (secret: string) => `<mechanism xmlns='${space}'>${secret}</mechanism>`,
    ),
    ...SPACES.flatMap(space =>
      SECRET_ATTRIBUTES.split(' ').map(name => (secret: string) => `<iq xmlns='${space}' ${name}='${secret}'/>`),
    ),
    fieldWith("var='password' type='text-private'"),
    fieldWith("var='ocr'"),
    fieldWith("var='challenge' type='hidden'"),
    fieldWith("type='hidden'"),
    secret => `<field xmlns='urn:unknown' var='FORM_TYPE'><value xmlns='jabber:x:data'>${secret}</value></field>`,
    secret => `<field xmlns='jabber:x:data' var='FORM_TYPE'><x><value>${secret}</value></x></field>`,
    secret => `<option xmlns='jabber:x:data' var='FORM_TYPE'><value>${secret}</value></option>`,
  ]

  test.each(['conflict', 'hidden', 'PLAIN'])('the list of words has %s', word => {
    expect(WORDS).toContain(word)
  })

  test('the trace shows the same for every word in every place of a secret', () => {
    const differing = PLACES.flatMap(place => {
      const inBody = (secret: string) => shown(`<body ${BODY}>${place(secret)}</body>`)
      const expected = inBody('s3cr3t-of-alice')
      expect(expected).not.toContain('s3cr3t')
      expect(expected).toContain('…')
      return WORDS.map(inBody).filter(line => line !== expected)
    })

    expect(differing).toEqual([])
  })

  test.each([
    [`<mechanism ${SASL}>PLAIN</mechanism>`, '<sasl:mechanism>PLAIN</sasl:mechanism>'],
    [`<mechanism ${SASL}>conflict</mechanism>`, '<sasl:mechanism>…</sasl:mechanism>'],
    [
      "<field xmlns='jabber:x:data' var='FORM_TYPE' type='hidden'><value>jabber:iq:register</value></field>",
      "<x:field var='FORM_TYPE' type='hidden'><x:value>jabber:iq:register</x:value></x:field>",
    ],
    [
      "<field xmlns='jabber:x:data' var='FORM_TYPE'><value>hidden</value></field>",
      "<x:field var='FORM_TYPE'><x:value>…</x:value></x:field>",
    ],
    ["<iq type='conflict' condition='error' code='PLAIN'/>", "<iq type='…' condition='…' code='…'/>"],
  ])('the trace shows %s as %s', (piece, expected) => {
    expect(shown(`<body ${BODY}>${piece}</body>`)).toBe(`<body>${expected}</body>`)
  })
})

test('the trace cuts a long line off', () => {
  const line = shown(`<body ${BODY}>${'<iq/>'.repeat(1_500)}</body>`)

  expect(line).toHaveLength(MAX_TRACE_LINE_LENGTH + 1)
})

describe('in a body that a server chooses', () => {
  // A password of letters is an XML name, so that it fits into every place of a document.
  const password = fc.stringMatching(/^[a-z]{2}q[a-z0-9]{6,30}$/)
  const NAMES = ['body', 'auth', 'iq', 'text', 'mechanism', 'failure', 'not-authorized', 'error', 'field', 'value']
  const SPACES = [
    'http://jabber.org/protocol/httpbind',
    'urn:ietf:params:xml:ns:xmpp-sasl',
    'jabber:client',
    'jabber:x:data',
    'urn:unknown',
  ]
  const ATTRIBUTES = ['sid', 'type', 'condition', 'wait', 'ver', 'from', 'var', 'xml:lang', 'unknown']

  test('the trace shows no password, wherever the server puts it', () => {
    const document = password.chain(secret => {
      const piece = (known: readonly string[]) =>
        fc.oneof(
          fc.constantFrom(...known),
          fc.constant(secret),
          fc.constantFrom(...known).map(name => name + secret),
        )
      const element: fc.Memo<string> = fc.memo(depth =>
        fc
          .tuple(
            piece(NAMES),
            fc.option(piece(SPACES)),
            fc.option(fc.constantFrom(secret, `p${secret}`)),
            fc.uniqueArray(fc.tuple(piece(ATTRIBUTES), fc.constantFrom(secret, `${secret}1`, '10', 'terminate')), {
              selector: ([name]) => name,
              maxLength: 3,
            }),
            fc.constantFrom('', secret, ` ${secret} `, 'PLAIN'),
            depth > 1 ? fc.array(element(depth - 1), { maxLength: 3 }) : fc.constant([]),
          )
          .map(([name, space, prefix, attributes, text, children]) => {
            const tag = prefix ? `${prefix}:${name}` : name
            const declared = space ?? 'urn:none'
            const head = [tag, `xmlns${prefix ? `:${prefix}` : ''}='${declared}'`]
            for (const [key, value] of attributes) head.push(`${key}='${value}'`)
            return `<${head.join(' ')}>${text}${children.join('')}</${tag}>`
          }),
      )
      return fc.tuple(fc.constant(secret), element(4))
    })
    let read = 0
    fc.assert(
      fc.property(document, ([secret, body]) => {
        const line = shown(body)
        if (line.startsWith('<')) read++
        expect(line).not.toContain(secret)
      }),
      { numRuns: 400 },
    )
    expect(read).toBeGreaterThan(200)
  })

  test.each(['1234567', '12345', '1234'])('the trace shows no digits %s as a number', digits => {
    expect(shown(`<body ${BODY} wait='${digits}' ver='${digits}' polling='1.${digits}'/>`)).not.toContain(digits)
  })

  const FIXTURES = join(__dirname, '../fixtures')
  const replies = ['hostile', 'odd'].flatMap(kind =>
    readdirSync(join(FIXTURES, kind), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => readFileSync(join(entry.parentPath, entry.name))),
  )

  test('the trace of every recorded reply holds words of the allow-list only', () => {
    expect(replies.length).toBeGreaterThan(50)
    for (const reply of replies) {
      const line = redacted(reply)
      expect(line).toMatch(/^(?:<[\s\S]*|\d+ bytes that are not XML as XMPP allows it)$/)
      expect(line).not.toMatch(/[A-Za-z0-9+/=]{33}|@|https?:|\n/)
    }
  })
})

describe('a traced dialogue', () => {
  test.each(['PLAIN', 'SCRAM-SHA-256'] as const)('with %s shows its steps and no secret', async mechanism => {
    const accounts = { alice: 's3cretOfAlice' }
    const server = await startBoshServer({ domain: 'localhost', accounts, registration: 'captcha' })
    const lines: string[] = []
    const transport = new TracedTransport(new HttpTransport({ maxResponseBytes: 65_536 }), line => lines.push(line))
    const options = { service: `${server.url}`, domain: 'localhost', mechanisms: [mechanism], failureDelay: 0 }
    const authenticator = new Authenticator(options, { transport })
    await authenticator.authenticate({ username: 'alice', password: 's3cretOfAlice' })
    await authenticator.authenticate({ username: 'alice', password: 's3cretThatIsWrong' }).catch(() => {})
    const registration = new Registration(options, { transport })
    const { state, captcha } = await registration.form()
    const typed = { username: 'bobOfTheTrace', password: 's3cretOfBob', ocr: '424242' }
    await registration.submit(state, typed).catch(() => {})
    await authenticator.close()
    await registration.close()
    const sids = server.requests.flatMap(({ body }) => /sid='([^']+)'/.exec(body)?.[1] ?? [])
    const payloads = server.requests.flatMap(({ body }) => />([A-Za-z0-9+/=]{8,})</.exec(body)?.[1] ?? [])
    await server.close()
    const trace = lines.join('\n')

    expect(lines[0]).toMatch(/^PASSPORT_XMPP_BOSH_TRACE=1 is set: .*unset it in production$/)
    expect(trace).toContain(`<sasl:auth mechanism='${mechanism}'>…</sasl:auth>`)
    expect(trace).toContain('<sasl:failure><sasl:not-authorized/>')
    expect([sids.length, payloads.length].every(count => count > 1)).toBe(true)
    const secrets = ['s3cret', 'alice', 'bobOfTheTrace', '424242', ...sids, ...payloads]
    if (captcha?.image) secrets.push(captcha.image.toString('base64').slice(0, 40))
    for (const secret of secrets) expect(trace).not.toContain(secret)
  })

  test('ends after a number of lines', async () => {
    const lines: string[] = []
    const empty = transportTo({ post: async () => Buffer.from(''), close() {} })
    const transport = new TracedTransport(empty, line => lines.push(line))
    for (let n = 0; n < MAX_TRACE_LINES; n++) {
      const connection = transport.connect(new URL('http://127.0.0.1/bosh?key=secret'))
      await connection.post('', { signal: new AbortController().signal })
    }

    expect(lines).toHaveLength(MAX_TRACE_LINES + 2)
    expect(lines.at(-1)).toContain(`ends after ${MAX_TRACE_LINES} lines`)
    expect(lines[1]).toBe(
      'PASSPORT_XMPP_BOSH_TRACE 1 > http://127.0.0.1/bosh 0 bytes that are not XML as XMPP allows it',
    )
  })

  test('lets the process live when the reader of standard error is gone', async () => {
    const script = `
      const { tracedIfAsked } = require('./dist/bosh/traced-transport.js')
      const refuses = { connect: () => ({ post: async () => Buffer.from('<body/>'), release() {} }), close() {} }
      const connection = tracedIfAsked(refuses).connect(new URL('http://127.0.0.1/bosh'))
      process.stdin.once('data', async () => {
        for (let n = 0; n < 10; n++) await connection.post('<body/>', {})
        setTimeout(() => console.log('lives'), 100)
        process.stdin.destroy()
      })`
    const child = spawn(process.execPath, ['-e', script], {
      cwd: join(__dirname, '../..'),
      env: { ...process.env, PASSPORT_XMPP_BOSH_TRACE: '1' },
      stdio: 'pipe',
    })
    let said = ''
    child.stdout.on('data', part => {
      said += part
    })
    await once(child.stderr, 'data')
    child.stderr.destroy()
    child.stdin.end('go')
    const [code] = await once(child, 'close')

    expect([code, said]).toEqual([0, 'lives\n'])
  })

  test.each(['', '0', 'true'])('prints nothing when the switch is %j', async value => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
    const server = await startBoshServer({ domain: 'localhost', accounts: { alice: 's3cret' } })
    const before = process.env['PASSPORT_XMPP_BOSH_TRACE']
    try {
      process.env['PASSPORT_XMPP_BOSH_TRACE'] = value
      const off = new Authenticator({ service: server.url, domain: 'localhost' })
      await off.authenticate({ username: 'alice', password: 's3cret' })
      await off.close()
      expect(write).not.toHaveBeenCalled()

      process.env['PASSPORT_XMPP_BOSH_TRACE'] = '1'
      const on = new Authenticator({ service: server.url, domain: 'localhost' })
      await on.authenticate({ username: 'alice', password: 's3cret' })
      await on.close()
      expect(write.mock.calls.length).toBeGreaterThan(10)
    } finally {
      if (before === undefined) delete process.env['PASSPORT_XMPP_BOSH_TRACE']
      else process.env['PASSPORT_XMPP_BOSH_TRACE'] = before
      write.mockRestore()
      await server.close()
    }
  })
})
