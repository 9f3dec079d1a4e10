import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { type Connection, HttpTransport, type Transport } from '../../lib/bosh/transport'
import { type AuthenticatorOptions, type Mechanism, Strategy } from '../../lib/index'
import { Authenticator } from '../../lib/login/authenticator'
import { type BoshServer, type FaultReply, type Step, startBoshServer } from '../../lib/testing/server'
import type { LoggedLogin } from '../fixtures/logging-app'
import { form, visit } from '../fixtures/passport'
import { selfSigned } from '../fixtures/vectors/certificate'

/*
 * Every reader of an error or a log could use a password, a SASL payload or a sid in it. These specs search for them in
 * all output of the library, for every way a login can end.
 */

const PASSWORD = 'correct-horse-battery-staple'
const FIXTURES = join(__dirname, '../fixtures')
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

let server: BoshServer
const written: string[] = []
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: PASSWORD } })
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation(chunk => {
      written.push(String(chunk))
      return true
    })
  }
})
afterAll(async () => {
  jest.restoreAllMocks()
  await server.close()
})
afterEach(() => server.reset())

/** Returns all secrets that went over the wire, as the server saw them. */
function secretsOf(): string[] {
  const secrets = [PASSWORD, Buffer.from(PASSWORD).toString('base64')]
  for (const { sid, body } of server.requests) {
    if (sid) secrets.push(sid)
    for (const [, payload = ''] of body.matchAll(/>([A-Za-z0-9+/=]{8,})</g)) {
      secrets.push(payload, Buffer.from(payload, 'base64').toString())
    }
  }
  return secrets
}

const FAULTS: readonly (FaultReply | undefined)[] = [
  undefined,
  'not-authorized',
  'temporary-auth-failure',
  'reset',
  'not-xml',
  'empty',
  'terminate',
  { status: 500, body: PASSWORD },
  { terminate: PASSWORD },
  { streamError: PASSWORD },
  { body: `HTTP garbage ${PASSWORD}` },
  { payload: `<failure ${SASL}><${PASSWORD}/><text>${PASSWORD}</text></failure>` },
  { payload: `<${PASSWORD} ${SASL}/>` },
  { payload: `<challenge ${SASL}>${Buffer.from(`e=${PASSWORD}`).toString('base64')}</challenge>` },
  { payload: `<challenge ${SASL}>${Buffer.from(`r=${PASSWORD},s=${PASSWORD},i=1`).toString('base64')}</challenge>` },
  { payload: `<success ${SASL}>${Buffer.from(`v=${PASSWORD}`).toString('base64')}</success>` },
]
const STEPS: readonly Step[] = ['create', 'auth', 'response', 'restart', 'bind']
const DIALOGUES = (['PLAIN', 'SCRAM-SHA-256'] as const).flatMap((mechanism: Mechanism) =>
  STEPS.flatMap(on => FAULTS.map(reply => ({ mechanism, on, reply }))),
)

test(`errors, answers, logs and sessions hold no secret in ${DIALOGUES.length} dialogues`, async () => {
  for (const { mechanism, on, reply } of DIALOGUES) {
    if (reply !== undefined) server.fault({ on, reply })
    const authenticator = new Authenticator({
      service: server.url,
      domain: 'localhost',
      mechanisms: [mechanism],
      failureDelay: 0,
    })
    const strategy = new Strategy({ authenticator })
    const answer = await visit(strategy, form('user1', PASSWORD))
    await authenticator.close()
    const shown = [
      inspect(answer, { depth: 9, showHidden: true }),
      JSON.stringify(answer),
      inspect(strategy, { depth: 9, showHidden: true }),
      inspect(authenticator, { depth: 9, showHidden: true }),
      answer.error?.stack ?? '',
      ...written,
    ].join('\n')

    for (const secret of secretsOf()) expect(shown).not.toContain(secret)
    server.reset()
  }
})

test('the strategy and the Authenticator hold no secret while a login is under way', async () => {
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256'] as const) {
    server.reset()
    const http = new HttpTransport({ maxResponseBytes: 65_536 })
    const shown: string[] = []
    const look = () => {
      for (const thing of [strategy, authenticator]) {
        shown.push(inspect(thing, { depth: 9, showHidden: true }), JSON.stringify(thing))
      }
    }
    const transport: Transport = {
      connect(url) {
        const connection = http.connect(url)
        const post: Connection['post'] = async (...request) => {
          look()
          const reply = await connection.post(...request)
          look()
          return reply
        }
        return { repeats: 0, post, release: () => connection.release() }
      },
      close: () => http.close(),
    }
    const authenticator = new Authenticator(
      { service: server.url, domain: 'localhost', mechanisms: [mechanism] },
      { transport },
    )
    const strategy: Strategy = new Strategy({ authenticator })
    expect((await visit(strategy, form('user1', PASSWORD))).action).toBe('success')
    await authenticator.close()

    expect(shown.length).toBe(server.requests.length * 8)
    for (const secret of secretsOf()) expect(shown.join('\n')).not.toContain(secret)
  }
})

test('the search finds a password, a sid and a SASL message', async () => {
  await visit(
    new Strategy({ service: server.url, domain: 'localhost', mechanisms: ['PLAIN'] }),
    form('user1', PASSWORD),
  )
  const [, auth] = server.requests

  expect(secretsOf()).toEqual(expect.arrayContaining([PASSWORD, auth?.sid, `\0user1\0${PASSWORD}`]))
})

describe('in a process with all debugging output of Node', () => {
  const HERE = selfSigned('127.0.0.1')
  const WRONG = 'staple-battery-horse-incorrect'
  let secure: BoshServer
  beforeAll(async () => {
    secure = await startBoshServer({ domain: 'localhost', accounts: { user1: PASSWORD }, tls: HERE })
  })
  afterAll(() => secure.close())
  afterEach(() => secure.reset())

  /** Returns the output of the app on both of its streams. */
  async function outputOf(logins: readonly LoggedLogin[]): Promise<string> {
    const app = spawn(
      process.execPath,
      ['--require', join(FIXTURES, 'typescript.cjs'), join(FIXTURES, 'logging-app.ts')],
      { env: { ...process.env, NODE_DEBUG: '*', DEBUG: '*' }, stdio: 'pipe' },
    )
    const chunks: Buffer[] = []
    for (const stream of [app.stdout, app.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    app.stdin.end(JSON.stringify(logins))
    await once(app, 'close')
    return Buffer.concat(chunks).toString()
  }

  /** Returns true if eight bytes of the secret appear in a row: as text, in hexadecimal or as numbers. */
  function shows(output: string, secret: string): boolean {
    const inOneLine = output.replace(/,?\s+/g, ' ')
    const bytes = [...Buffer.from(secret)]
    return bytes.slice(7).some((_, at) => {
      const part = bytes.slice(at, at + 8)
      const hexadecimal = part.map(byte => byte.toString(16).padStart(2, '0'))
      const numbers = [hexadecimal.join(' '), hexadecimal.join(''), part.join(' ')]
      return output.includes(Buffer.from(part).toString()) || numbers.some(form => inOneLine.includes(form))
    })
  }

  /** Returns passwords, sids and the SASL messages of the client, which hold both nonces and the proof. */
  function secretsOn(...servers: readonly BoshServer[]): Set<string> {
    const secrets = new Set([PASSWORD, WRONG].flatMap(text => [text, Buffer.from(text).toString('base64')]))
    for (const { sid, body } of servers.flatMap(({ requests }) => requests)) {
      if (sid) secrets.add(sid)
      for (const [, payload = ''] of body.matchAll(/>([A-Za-z0-9+/=]{8,})</g)) {
        secrets.add(payload)
        // The name is not a secret. The text behind it is.
        secrets.add(
          Buffer.from(payload, 'base64')
            .toString()
            .replace(/^n,,n=user1,|^\0user1\0/, ''),
        )
      }
    }
    return secrets
  }

  const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256'] as const
  const common = { domain: 'localhost', failureDelay: 0 }

  test.each(MECHANISMS)('the output holds no secret for any end of a login by %s', async mechanism => {
    const plain = { ...common, service: server.url, mechanisms: [mechanism] }
    const tls = { ...common, service: secure.url, mechanisms: [mechanism] }
    const trusted = { ...tls, tls: { ca: HERE.cert } }
    const ways: readonly (readonly [options: AuthenticatorOptions, password: string, outcome: string])[] = [
      // The faults below, in their order
      [plain, PASSWORD, 'error ERR_XMPP_PROTOCOL'],
      [plain, PASSWORD, 'error ERR_XMPP_CONNECT'],
      [plain, PASSWORD, 'error ERR_XMPP_HTTP'],
      [plain, PASSWORD, 'success user1@localhost'],
      [plain, WRONG, 'fail invalid-credentials'],
      [trusted, PASSWORD, 'success user1@localhost'],
      [trusted, WRONG, 'fail invalid-credentials'],
      [tls, PASSWORD, 'error ERR_XMPP_TLS'],
      [{ ...plain, domain: 'elsewhere.example' }, PASSWORD, 'error ERR_XMPP_DOMAIN'],
    ]
    for (const reply of ['not-xml', 'reset', { status: 500, body: 'x' }] as const) server.fault({ on: 'auth', reply })

    const output = await outputOf(ways.map(([options, password]) => ({ options, password })))

    expect(output.match(/^(success|fail|error) .*$/gm)).toEqual(ways.map(([, , outcome]) => outcome))
    for (const section of ['HTTP', 'NET', 'STREAM', 'TLS'])
      expect(output).toMatch(new RegExp(`^${section} \\d+: `, 'm'))
    const secrets = secretsOn(server, secure)
    expect(secrets.size).toBeGreaterThan(10)
    expect([...secrets].filter(secret => shows(output, secret))).toEqual([])
  })

  // Node itself prints it, and a library cannot prevent that.
  test('NODE_DEBUG=stream may show the sid of a reply and shows nothing that was sent', async () => {
    const sidFirst: FaultReply = { rewrite: (body, { sid }) => body.replace('<body ', `<body sid='${sid}' `) }
    for (const on of ['auth', 'response', 'restart', 'bind'] as const) server.fault({ on, reply: sidFirst, times: 2 })

    const output = await outputOf(
      MECHANISMS.map(mechanism => ({
        options: { ...common, service: server.url, mechanisms: [mechanism] },
        password: PASSWORD,
      })),
    )

    expect(output.match(/^success user1@localhost$/gm)).toHaveLength(2)
    const elsewhere = output.replace(/^STREAM \d+: .*$/gm, '')
    expect([...secretsOn(server)].filter(secret => shows(elsewhere, secret))).toEqual([])
    const sids = server.requests.map(({ sid }) => sid)
    const sent = [...secretsOn(server)].filter(secret => !sids.includes(secret))
    expect(sent.filter(secret => shows(output, secret))).toEqual([])
  })

  test('the search finds a secret as text, in hexadecimal and as numbers', () => {
    for (const output of [PASSWORD, inspect(Buffer.from(PASSWORD)), inspect([...Buffer.from(PASSWORD)])]) {
      expect(shows(`x\n${output}\ny`, PASSWORD)).toBe(true)
    }
    expect(shows(inspect(Buffer.from(PASSWORD.slice(0, 7))), PASSWORD)).toBe(false)
  })
})

describe('in errors and answers', () => {
  const MARK = 'Evil7Mark'
  const TEXT = `&lt;script&gt;alert('${MARK}')&lt;/script&gt;&#13;&#10;Set-Cookie: ${MARK}=1`
  const STREAM = "xmlns='urn:ietf:params:xml:ns:xmpp-streams'"
  const STANZA = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const page = { status: 500, body: MARK, headers: { 'X-Mark': MARK, 'Set-Cookie': MARK, Location: `//${MARK}` } }

  test.each<[what: string, on: Step, reply: FaultReply]>([
    ['the text of a refusal', 'auth', { payload: `<failure ${SASL}><not-authorized/><text>${TEXT}</text></failure>` }],
    [
      'an element of its own in a refusal',
      'auth',
      { payload: `<failure ${SASL}><account-disabled/><${MARK} xmlns='urn:x'>${TEXT}</${MARK}></failure>` },
    ],
    ['the name of a condition', 'auth', { payload: `<failure ${SASL}><${MARK}/></failure>` }],
    ['the name of an element', 'auth', { payload: `<${MARK} ${SASL}>${TEXT}</${MARK}>` }],
    ['a namespace', 'auth', { payload: `<success xmlns='urn:${MARK}'/>` }],
    ['data beside success', 'response', { payload: `<success ${SASL}>${base64(`v=${MARK},x=${MARK}`)}</success>` }],
    ['an error of SCRAM', 'auth', { payload: `<challenge ${SASL}>${base64(`e=${MARK}`)}</challenge>` }],
    ['a nonce', 'auth', { sasl: message => message.replace('r=', `r=${MARK}`) }],
    ['a salt', 'auth', { sasl: message => message.replace('s=', `s=${MARK}*`) }],
    ['a count', 'auth', { sasl: message => message.replace('i=', `i=${MARK}`) }],
    ['an extension', 'auth', { sasl: message => `m=${MARK},${message}` }],
    ['a reason to end the session', 'auth', { terminate: MARK }],
    [
      'an address to go to instead',
      'create',
      {
        body: `<body xmlns='http://jabber.org/protocol/httpbind' type='terminate' condition='see-other-uri'><uri>https://${MARK}/</uri></body>`,
      },
    ],
    ['a stream error', 'auth', { streamError: MARK }],
    [
      'the text of a stream error',
      'auth',
      {
        payload: `<stream:error><see-other-host ${STREAM}>${MARK}</see-other-host><text ${STREAM}>${TEXT}</text></stream:error>`,
      },
    ],
    ['a refusal to bind', 'bind', { stanzaError: MARK }],
    [
      'the text of a refusal to bind',
      'bind',
      {
        rewrite: (_, { body }) =>
          `<body xmlns='http://jabber.org/protocol/httpbind'><iq xmlns='jabber:client' type='error' id='${/ id='([^']+)'/.exec(body)?.[1]}'><error><not-allowed ${STANZA}/><text ${STANZA}>${TEXT}</text></error></iq></body>`,
      },
    ],
    ['a JID', 'bind', { boundJid: `${MARK}@${MARK}/${MARK}` }],
    ['a mechanism that is not a name', 'create', { offer: [MARK, ` ${MARK} `, `PLAIN ${MARK}`] }],
    ['an invalid domain it answers for', 'create', { rewrite: body => body.replace("from='", `from='${MARK} .`) }],
    ['a number', 'create', { rewrite: body => body.replace("wait='", `wait='${MARK}`) }],
    ['a type', 'create', { rewrite: body => body.replace('<body ', `<body type='${MARK}' `) }],
    ['a page', 'auth', { ...page, status: 200 }],
    ['an error page', 'auth', page],
    ['a redirect', 'auth', { ...page, status: 307 }],
    ['the host of a redirect in a session', 'auth', { status: 307, headers: { Location: `https://${MARK}.example/` } }],
    ['the path of a redirect', 'create', { status: 307, headers: { Location: `https://h.example/${MARK}?${MARK}` } }],
    ['the user of a redirect', 'create', { status: 307, headers: { Location: `https://${MARK}:${MARK}@h.example/` } }],
    ['an invalid host of a redirect', 'create', { status: 307, headers: { Location: `https://${MARK}.-x.example/` } }],
    [
      'the condition of an error body',
      'auth',
      { status: 405, body: `<body xmlns='http://jabber.org/protocol/httpbind' type='terminate' condition='${MARK}'/>` },
    ],
    ['an encoding', 'auth', { status: 200, body: MARK, headers: { 'Content-Encoding': MARK } }],
    ['a charset', 'auth', { status: 200, body: MARK, headers: { 'Content-Type': `text/xml; charset=${MARK}` } }],
    ['a text that is not XML', 'auth', { body: `<${MARK} ${MARK}='1' ${MARK}='2'/>` }],
    ['an entity', 'auth', { body: `<a>&${MARK};</a>` }],
    ['a doctype', 'auth', { body: `<!DOCTYPE ${MARK}><a/>` }],
  ])('the strategy does not repeat %s', async (_, on, reply) => {
    server.fault({ on, reply })
    const authenticator = new Authenticator({
      service: server.url,
      domain: 'localhost',
      mechanisms: ['SCRAM-SHA-256'],
      failureDelay: 0,
    })
    const answer = await visit(new Strategy({ authenticator }), form('user1', PASSWORD))
    await authenticator.close()

    expect(answer.action).not.toBe('success')
    expect(`${inspect(answer, { depth: 9, showHidden: true })}${answer.error?.stack}`).not.toMatch(/evil7mark|script/i)
    if (answer.action === 'fail') {
      expect(answer.info).toEqual({
        message: 'Unknown user name or wrong password.',
        code: expect.stringMatching(/^(invalid-credentials|account-disabled|not-allowed)$/),
      })
    }
  })

  test('the strategy repeats the well-formed names of mechanisms, which the operator needs', async () => {
    server.fault({ on: 'create', reply: { offer: ['X-EVIL7MARK', 'DIGEST-MD5', MARK] } })
    const strategy = new Strategy({ service: server.url, domain: 'localhost' })
    const { action, error } = await visit(strategy, form('user1', PASSWORD))
    await strategy.close()

    expect({ action, message: error?.message }).toEqual({
      action: 'error',
      message: expect.stringMatching(/^no common mechanism: offered X-EVIL7MARK, DIGEST-MD5; allowed /),
    })
  })
})
