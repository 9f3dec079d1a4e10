import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { HttpTransport, type Transport } from '../../lib/bosh/transport'
import { check } from '../../lib/doctor/check'
import { CHECKS, type CheckId, type Finding } from '../../lib/doctor/finding'
import { CHECK_MS, SESSION_MS } from '../../lib/doctor/limits'
import type { CheckOptions } from '../../lib/doctor/target'
import { ServiceAccount } from '../../lib/service-account/service-account'
import type { Internals } from '../../lib/sessions/bounded-sessions'
import { type BoshServer, type Fault, PERSONALITY_NAMES } from '../../lib/testing/server'
import { systemClock } from '../../lib/time/clock'
import { element } from '../../lib/xml/write'
import { handClock } from '../fixtures/clock'
import { selfSigned } from '../fixtures/vectors/certificate'
import { type SetUp, startSetUp } from './right-set-up'

/* Set-ups that are broken on purpose, each in one way: the doctor names that fault and complains of nothing else. */

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

async function serving(setUp: SetUp = {}, ...faults: Fault[]): Promise<BoshServer> {
  const server = await startSetUp(setUp)
  ended.push(() => server.close())
  for (const fault of faults) server.fault(fault)
  return server
}

/** Starts a server of another kind and returns its URL. */
async function listening(server: net.Server, scheme = 'http'): Promise<string> {
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => sockets.add(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  ended.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise(resolve => server.close(resolve))
  })
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/bosh`
}

const answering = (status: number, headers: http.OutgoingHttpHeaders = {}, page = '') =>
  listening(http.createServer((_, response) => void response.writeHead(status, headers).end(page)))

function diagnose(
  service: string,
  question: Partial<CheckOptions> = {},
  internals: Internals = {},
): Promise<Finding[]> {
  return check({ service, domain: 'localhost', ...question }, internals)
}

/** The checks that warn or find something wrong. */
function complaintsIn(findings: readonly Finding[]): Partial<Record<CheckId, string>> {
  return Object.fromEntries(
    findings.filter(({ status }) => status === 'warn' || status === 'wrong').map(({ id, status }) => [id, status]),
  )
}

const of = (findings: readonly Finding[], id: CheckId) => findings.find(finding => finding.id === id)
const textOf = (findings: readonly Finding[], id: CheckId) => {
  const { summary = '', advice = '' } = of(findings, id) ?? {}
  return `${summary} ${advice}`
}

describe('on a server without faults', () => {
  /** The checks of a service account and of roles, which the doctor does not know without --account and --role. */
  const ACCOUNT = ['account', 'account-hears', 'account-pace', 'account-s2s', 'account-ask']
  const UNNAMED = [...ACCOUNT, 'role-service', 'role-rooms', 'role-read', 'role-size', 'role-squat']

  test('every check says ok except those that have nothing to look at', async () => {
    const { url } = await serving()
    const findings = await diagnose(url)

    expect(findings.map(({ id }) => id)).toEqual(CHECKS)
    expect(findings.filter(({ status }) => status !== 'ok').map(({ id, status }) => [id, status])).toEqual([
      ['certificate', 'skipped'],
      ['login', 'skipped'],
      ...UNNAMED.map(id => [id, 'skipped']),
    ])
  })

  test('every check says ok over TLS when an account logs in', async () => {
    const tls = selfSigned('127.0.0.1')
    const { url } = await serving({ tls })
    const credentials = { username: 'user1', password: 'user1' }
    const findings = await diagnose(url, { ca: Buffer.from(tls.cert), credentials })

    expect(findings.filter(({ status }) => status !== 'ok').map(({ id }) => id)).toEqual(UNNAMED)
    expect(of(findings, 'login')?.summary).toBe('logged in with SCRAM-SHA-256')
  })

  test('the doctor leaves no session and makes no account', async () => {
    const server = await serving()
    await diagnose(server.url)

    expect(server.sessions).toEqual([])
    expect(server.requests.map(({ step }) => step)).not.toContain('register')
  })

  test('the doctor tries the host of the URL and says so when it gets no domain', async () => {
    const { url } = await serving({ domain: '127.0.0.1' })
    const findings = await diagnose(url, { domain: undefined })

    expect(complaintsIn(findings)).toEqual({})
    expect(of(findings, 'domain')?.summary).toBe('127.0.0.1 is served (the host of the URL: no --domain was given)')
  })

  test('the doctor complains of the unknown version alone when Prosody has registration closed', async () => {
    const { url } = await serving({ personality: 'prosody', registration: 'closed' })

    expect(complaintsIn(await diagnose(url))).toEqual({ version: 'warn' })
  })
})

describe('for its URL', () => {
  test.each([
    ['without a scheme', 'xmpp.example.com/bosh'],
    ['of another protocol', 'wss://xmpp.example.com/ws'],
    ['that is host and port alone', 'localhost:5280/bosh'],
    ['with a password in it', 'https://user1:staple@xmpp.example.com/bosh'],
  ])('the doctor reports a URL %s and contacts no server', async (_, service) => {
    const findings = await diagnose(service)

    expect(complaintsIn(findings)).toEqual({ url: 'wrong' })
    expect(JSON.stringify(findings)).not.toContain('staple')
    expect(findings.slice(1).every(({ status }) => status === 'skipped')).toBe(true)
  })

  /** Sends the requests for xmpp.example.com to the given server. */
  const at = ({ url }: BoshServer): Transport => {
    const transport = new HttpTransport({ maxResponseBytes: 65_536 })
    return { connect: () => transport.connect(new URL(url)), close: () => transport.close() }
  }
  const CLEAR = 'http://xmpp.example.com/bosh'
  const credentials = { username: 'user1', password: 'user1' }

  test('the doctor reports http: to another host, warns of PLAIN over it and sends no password', async () => {
    const server = await serving()
    const findings = await diagnose(CLEAR, { credentials }, { transport: at(server) })

    expect(complaintsIn(findings)).toEqual({ transport: 'wrong', 'plain-over-http': 'warn' })
    expect(of(findings, 'login')).toMatchObject({
      status: 'skipped',
      summary: 'no password is sent over http: to another host',
    })
    expect(server.requests.map(({ step }) => step)).not.toContain('auth')
  })

  test('the doctor warns of http: and logs in by SCRAM when --allow-insecure is given', async () => {
    const server = await serving()
    const findings = await diagnose(CLEAR, { credentials, allowInsecure: true }, { transport: at(server) })

    expect(complaintsIn(findings)).toEqual({ transport: 'warn', 'plain-over-http': 'warn' })
    expect(of(findings, 'login')?.summary).toBe('logged in with SCRAM-SHA-256')
  })

  test('the doctor reports http: alone when the server does not offer PLAIN', async () => {
    const server = await serving({ mechanisms: ['SCRAM-SHA-256'] })

    expect(complaintsIn(await diagnose(CLEAR, {}, { transport: at(server) }))).toEqual({ transport: 'wrong' })
  })

  test('the doctor reports PLAIN over http: as wrong when `mechanisms` names it', async () => {
    const server = await serving()
    const question = { mechanisms: ['PLAIN'], allowInsecure: true } as const

    expect(complaintsIn(await diagnose(CLEAR, question, { transport: at(server) }))).toEqual({
      transport: 'warn',
      'plain-over-http': 'wrong',
    })
  })
})

describe('on the way to BOSH', () => {
  test.each<[what: string, id: CheckId, url: () => Promise<string>, says: RegExp]>([
    ['a host that has no address', 'name', async () => `https://${'x'.repeat(64)}.example/bosh`, /ENOTFOUND.*DNS/],
    ['a port without a listener', 'connection', closedPort, /ECONNREFUSED.*start the server/],
    ['TLS on a port of http:', 'tls', secureAs('http'), /speaks TLS Write https:/],
    ['http: on a port of TLS', 'tls', async () => (await serving()).url.replace('http:', 'https:'), /without TLS/],
    ['a server that ends every connection', 'connection', cutting, /cut/],
    ['another protocol', 'bosh', talking, /does not answer in HTTP.*5222/],
    ['another protocol over https:', 'tls', async () => (await talking()).replace('http:', 'https:'), /TLS 1\.2/],
    ['TLS that is too old, at a server that knows plain HTTP when it sees it', 'tls', outdated, /TLS 1\.2/],
    ['a path that is not that of BOSH', 'bosh', async () => `${(await serving()).url}/x`, /404.*request_handlers/],
    ['an HTML page', 'bosh', () => answering(200, {}, '<!DOCTYPE html>\n<html></html>'), /HTML page/],
    ['a page that is something else', 'bosh', () => answering(200, {}, '{"it":"works"}'), /not valid XMPP XML/],
    ['a body that is not of BOSH', 'bosh', () => answering(200, {}, '<body/>'), /not a BOSH body/],
    [
      'a redirect',
      'redirect',
      () => answering(301, { Location: 'https://xmpp.example.com/' }),
      /301.*https:\/\/xmpp\.example\.com\b(?!\/).*not follow redirects/,
    ],
    ['a redirect to nowhere', 'redirect', () => answering(302), /302.*not follow redirects/],
    ['a login in front of BOSH', 'bosh', () => answering(401), /401.*login of its own/],
    ['a proxy whose server is down', 'bosh', () => answering(502), /502.*behind it/],
    ['a web server that takes no POST', 'bosh', () => answering(405), /405.*not with BOSH/],
  ])('the doctor recognises %s', async (_, id, url, says) => {
    const findings = await diagnose(await url())
    const at = CHECKS.indexOf(id)

    expect(complaintsIn(findings)).toEqual({ [id]: 'wrong' })
    expect(textOf(findings, id)).toMatch(says)
    expect(findings.slice(0, at).map(({ status }) => status)).not.toContain('wrong')
    expect(new Set(findings.slice(at + 1).map(({ status }) => status))).toEqual(new Set(['skipped']))
  })

  async function closedPort(): Promise<string> {
    const server = net.createServer()
    const url = await listening(server)
    await new Promise(resolve => server.close(resolve))
    return url
  }

  function secureAs(scheme: string): () => Promise<string> {
    return async () => (await serving({ tls: selfSigned('127.0.0.1') })).url.replace('https', scheme)
  }

  function cutting(): Promise<string> {
    return listening(net.createServer(socket => void socket.destroy()))
  }

  function talking(): Promise<string> {
    const server = net.createServer(socket => {
      socket.on('error', () => {})
      socket.end("<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams'>")
    })
    return listening(server)
  }

  function outdated(): Promise<string> {
    const server = net.createServer(socket => {
      socket.on('error', () => {})
      socket.once('data', ([first]) => {
        // RFC 5246 §7.2: a fatal alert, protocol_version
        const isHello = first === 0x16
        socket.end(
          isHello ? Buffer.of(0x15, 3, 1, 0, 2, 2, 70) : 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
        )
      })
    })
    return listening(server, 'https')
  }

  const HERE = selfSigned('127.0.0.1')
  const ELSEWHERE = selfSigned('xmpp.example.com')
  const EXPIRED = selfSigned('127.0.0.1', Date.now() - 365 * 86_400_000)

  test.each<[what: string, presented: typeof HERE, ca: string | undefined, says: RegExp]>([
    ['that is not trusted', HERE, undefined, /SELF_SIGNED.*--ca/],
    ['of another authority', HERE, ELSEWHERE.cert, /SELF_SIGNED.*--ca/],
    ['for another name', ELSEWHERE, ELSEWHERE.cert, /ALTNAME.*a name other than/],
    ['that has expired', EXPIRED, EXPIRED.cert, /EXPIRED.*Renew/],
  ])('the doctor reports a certificate %s', async (_, tls, ca, says) => {
    const { url } = await serving({ tls })
    const findings = await diagnose(url, ca === undefined ? {} : { ca: Buffer.from(ca) })

    expect(complaintsIn(findings)).toEqual({ certificate: 'wrong' })
    expect(textOf(findings, 'certificate')).toMatch(says)
  })

  test('the doctor reports the connection when a server hangs as long as a login would wait', async () => {
    const clock = handClock()
    const server = await serving({}, { on: 'create', reply: 'hang' })
    const findings = diagnose(server.url, {}, { clock })
    while (server.requests.length === 0) await new Promise(resolve => setImmediate(resolve))
    clock.advance(SESSION_MS)

    expect(complaintsIn(await findings)).toEqual({ connection: 'wrong' })
    expect(textOf(await findings, 'connection')).toMatch(/within 10000 ms.*firewall/)
  })

  test('the doctor keeps its earlier findings when a server hangs until the time for all checks is over', async () => {
    const clock = handClock()
    const server = await serving()
    server.reset()
    server.fault({ on: 'form', reply: 'hang', times: 100 })
    const findings = diagnose(server.url, {}, { clock })
    while (!server.requests.some(({ step }) => step === 'form')) await new Promise(resolve => setImmediate(resolve))
    clock.advance(CHECK_MS)

    expect(textOf(await findings, 'registration')).toContain('the checks did not finish within 30000 ms')
    expect(of(await findings, 'mechanisms')?.status).toBe('ok')
  })

  test('the doctor warns when a server takes longer than a second', async () => {
    let now = 0
    const { url } = await serving()
    // Any two looks at this clock are more than a second apart.
    const clock = { ...systemClock, now: () => (now += 1_100) }

    expect(complaintsIn(await diagnose(url, {}, { clock }))).toEqual({ speed: 'warn' })
  })
})

describe('about the server', () => {
  test.each(PERSONALITY_NAMES)('the doctor reports an unserved domain (%s)', async personality => {
    const { url } = await serving({ personality, domain: 'example.com' })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toEqual({ domain: 'wrong' })
    // Openfire opens a session for its own domain all the same.
    const told =
      personality === 'openfire' ? /answers for 'example.com'.*--domain/ : /'localhost' is not served.*--domain/
    expect(textOf(findings, 'domain')).toMatch(told)
  })

  test('the doctor asks for --domain when the host of the URL is not served', async () => {
    const { url } = await serving()

    expect(textOf(await diagnose(url, { domain: undefined }), 'domain')).toContain('no --domain was given')
  })

  test('the doctor says all that a refused session may mean while it does not know the server', async () => {
    const { url } = await serving({}, { on: 'create', reply: { streamError: 'policy-violation' } })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toEqual({ ban: 'wrong' })
    expect(textOf(findings, 'ban')).toMatch(/banned.*limits sessions.*port.*ejabberd: mod_fail2ban/)
  })

  test('the doctor reports a ban of its address when the server ends every session while creating it', async () => {
    const { url } = await serving({}, { on: 'create', reply: { terminate: 'item-not-found' }, times: 100 })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toEqual({ ban: 'wrong' })
    expect(textOf(findings, 'ban')).toContain('unban_ip')
    expect(textOf(findings, 'ban')).not.toContain('load balancer')
  })

  test('the doctor reports a server that is shutting down', async () => {
    const { url } = await serving({}, { on: 'create', reply: { streamError: 'system-shutdown' } })

    expect(complaintsIn(await diagnose(url))).toEqual({ bosh: 'wrong' })
  })

  const offering = (...offer: string[]): Fault => ({ on: 'create', reply: { offer }, times: 100 })

  test.each<
    [what: string, setUp: SetUp, offer: readonly string[], expected: Partial<Record<CheckId, string>>, says: RegExp]
  >([
    [
      'no mechanism over http: (Prosody)',
      { personality: 'prosody' },
      [],
      { mechanisms: 'wrong' },
      /consider_bosh_secure/,
    ],
    ['no mechanism at all (ejabberd)', {}, [], { mechanisms: 'wrong' }, /auth_method/],
    [
      'no mechanism of the library',
      {},
      ['SCRAM-SHA3-512'],
      { 'common-mechanism': 'wrong' },
      /auth_password_format: scram/,
    ],
    ['only PLAIN', {}, ['PLAIN'], { 'only-plain': 'warn' }, /SCRAM keys/],
    ['several hashes', {}, ['SCRAM-SHA-1', 'SCRAM-SHA-256'], { 'several-hashes': 'warn' }, /made before.*--mechanisms/],
    [
      'X-OAUTH2',
      {},
      ['SCRAM-SHA-256', 'X-OAUTH2'],
      { 'unwanted-mechanisms': 'warn' },
      /turn off X-OAUTH2 \(ejabberd: `disable_sasl_mechanisms`\)/,
    ],
    ['ANONYMOUS', {}, ['SCRAM-SHA-256', 'ANONYMOUS'], { 'unwanted-mechanisms': 'warn' }, /without an account/],
    ['DIGEST-MD5', {}, ['SCRAM-SHA-256', 'DIGEST-MD5'], { 'unwanted-mechanisms': 'warn' }, /stored in clear text/],
  ])('the doctor reports an offer of %s', async (_, setUp, offer, expected, says) => {
    const { url } = await serving(setUp, offering(...offer))
    const findings = await diagnose(url)
    // This offer has no registration in it, so nothing shows more.
    const { version: _version, 'visitor-address': _address, ...complaints } = complaintsIn(findings)
    const [id] = Object.keys(expected) as [CheckId]

    expect(complaints).toEqual(expected)
    expect(textOf(findings, id)).toMatch(says)
  })

  const LIST = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism></mechanisms>"
  test.each([
    ['a second list beside it', LIST + LIST, /two lists/],
    ['a name that is pieced together', LIST.replace('256', '<x/>256'), /an element where text was expected/],
    ['too many names', LIST.replace(/<mechanism>.*<\/mechanism>/, name => name.repeat(65)), /too many/],
  ])('the doctor reports a mechanism list with %s', async (_, lists, summary) => {
    const server = await serving({ mechanisms: ['SCRAM-SHA-256'] })
    server.fault({ on: 'create', times: 100, reply: { rewrite: body => body.replace(LIST, lists) } })
    const findings = await diagnose(server.url)

    expect(of(findings, 'mechanisms')).toMatchObject({ status: 'wrong', summary: expect.stringMatching(summary) })
    expect(of(findings, 'common-mechanism')?.status).toBe('skipped')
  })

  test('the doctor accepts several hashes when `mechanisms` is given', async () => {
    const { url } = await serving({ mechanisms: ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'] })

    expect(complaintsIn(await diagnose(url))).toEqual({ 'several-hashes': 'warn' })
    expect(complaintsIn(await diagnose(url, { mechanisms: ['SCRAM-SHA-256', 'PLAIN'] }))).toEqual({})
  })

  test('the report does not repeat a name that is not a mechanism', async () => {
    const { url } = await serving({}, offering('PLAIN', 'hunter2 is the password'))

    expect(JSON.stringify(await diagnose(url))).not.toContain('hunter2')
  })
})

describe('about sign-up', () => {
  test('the doctor warns when sign-up is open without a captcha', async () => {
    const { url } = await serving({ registration: 'open' })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toMatchObject({ registration: 'warn' })
    expect(textOf(findings, 'registration')).toMatch(/programs can make accounts.*captcha_protected/)
  })

  test('the doctor cannot see the version and the bans of ejabberd when sign-up is closed', async () => {
    const { url } = await serving({ registration: 'closed' })

    expect(complaintsIn(await diagnose(url))).toEqual({ version: 'warn', 'visitor-address': 'warn' })
  })

  /** Adds the fault in front of those of the set-up. */
  async function withForm(reply: Fault['reply'], setUp: SetUp = {}): Promise<string> {
    const server = await serving(setUp)
    server.reset()
    server.fault({ on: 'form', reply, times: 100 })
    return server.url
  }

  test('the doctor reports a captcha picture that is not an image', async () => {
    const url = await withForm({
      rewrite: body => body.replace(/(<data [^>]*>)[^<]*/, `$1${Buffer.from('no picture').toString('base64')}`),
    })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toMatchObject({ captcha: 'wrong' })
    expect(of(findings, 'registration')?.status).toBe('ok')
    expect(textOf(findings, 'captcha')).toContain('gsfonts')
  })

  test('the doctor reports a server that cannot draw a captcha', async () => {
    const findings = await diagnose(await withForm({ stanzaError: 'internal-server-error' }))

    expect(complaintsIn(findings)).toMatchObject({ captcha: 'wrong' })
    expect(textOf(findings, 'captcha')).toContain('captcha_cmd')
  })

  test('the doctor warns of a captcha picture at an address and names the option', async () => {
    const url = await withForm({
      rewrite: body =>
        body.replace(/cid:[^<]*/, 'https://captcha.example.com/x.png').replace(/<data [^>]*>[^<]*<\/data>/, ''),
    })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toMatchObject({ captcha: 'warn' })
    expect(textOf(findings, 'captcha')).toContain('`captchaHosts`')
  })

  test('the doctor names the affinity of a load balancer when the next node does not know the session', async () => {
    const url = await withForm({ terminate: 'item-not-found' })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toMatchObject({ registration: 'wrong' })
    expect(textOf(findings, 'registration')).toMatch(/load balancer.*connection or by client address.*cookie/)
  })

  test('the doctor reports a rule and no ban when HTTP status 403 comes within a session', async () => {
    const findings = await diagnose(await withForm({ status: 403 }))

    expect(complaintsIn(findings)).toMatchObject({ registration: 'wrong' })
    expect(textOf(findings, 'registration')).toMatch(/rule.*firewall/)
    expect(textOf(findings, 'registration')).not.toMatch(/[Uu]nban/)
  })

  test('the doctor reports a form that cannot be read', async () => {
    const findings = await diagnose(await withForm('not-xml'))

    expect(complaintsIn(findings)).toMatchObject({ registration: 'wrong' })
  })

  test('the doctor warns when its address has used up its captchas', async () => {
    const { url } = await serving({ captchaLimit: 0 })

    expect(complaintsIn(await diagnose(url))).toMatchObject({ registration: 'warn' })
  })
})

describe('about the version', () => {
  const credentials = { username: 'user1', password: 'user1' }
  const saying = (name: string, version: string): Fault => ({
    on: 'stanza',
    reply: {
      rewrite: (_, { body }) =>
        `<body xmlns='http://jabber.org/protocol/httpbind'><iq xmlns='jabber:client' type='result' id='${/ id='([^']+)'/.exec(body)?.[1]}'><query xmlns='jabber:iq:version'><name>${name}</name><version>${version}</version></query></iq></body>`,
    },
  })

  test('the doctor recognises an ejabberd before 26.07 by its decimal captcha ids', async () => {
    const { url } = await serving({ challenge: '14499085853974876251' })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toEqual({ version: 'warn' })
    expect(textOf(findings, 'version')).toMatch(/26\.07.*as any other.*web form/)
  })

  test.each(['23.01-1', '24.12', '26.6.1'])('the doctor warns of ejabberd %s after a login', async version => {
    const { url } = await serving({}, saying('ejabberd', version))
    const findings = await diagnose(url, { credentials })

    expect(complaintsIn(findings)).toEqual({ version: 'warn' })
    expect(of(findings, 'version')?.summary).toBe(`ejabberd ${version}`)
  })

  test.each([
    ['ejabberd', '26.07'],
    ['ejabberd', '26.7.0'],
    ['ejabberd', '27.01'],
    ['Prosody', '13.0.1'],
  ])('the doctor accepts %s %s after a login', async (name, version) => {
    const { url } = await serving({ challenge: '14499085853974876251' }, saying(name, version))
    const findings = await diagnose(url, { credentials })

    expect(complaintsIn(findings)).toEqual({})
    expect(textOf(findings, 'version')).toContain(`${name} ${version}`)
  })

  test('the doctor explains how to learn the version when the server does not tell it', async () => {
    const refusal = { on: 'stanza', reply: { stanzaError: 'service-unavailable' } } as const
    const { url } = await serving({ challenge: 'none-that-is-known' }, refusal)

    expect(textOf(await diagnose(url), 'version')).toContain('--username')
    expect(textOf(await diagnose(url, { credentials }), 'version')).toContain('mod_version')
  })

  test('the doctor takes the version from the captchas when the server refuses to tell it', async () => {
    const error = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`
    const { url } = await serving(
      {},
      {
        on: 'stanza',
        reply: {
          rewrite: (_, { body }) =>
            `<body xmlns='http://jabber.org/protocol/httpbind'><iq xmlns='jabber:client' type='error' id='${/ id='([^']+)'/.exec(body)?.[1]}'>${error}</iq></body>`,
        },
      },
    )
    const findings = await diagnose(url, { credentials })

    expect(complaintsIn(findings)).toEqual({})
    expect(of(findings, 'version')?.summary).toBe('ejabberd 26.07 or later, as its captchas show')
  })

  test('the doctor complains of nothing when the server ends the connection at the question for its version', async () => {
    const { url } = await serving({}, { on: 'stanza', reply: 'reset' })

    expect(complaintsIn(await diagnose(url, { credentials }))).toEqual({})
  })

  test('the doctor concludes nothing from the captchas of an unknown server', async () => {
    const reply = { rewrite: (body: string) => body.replace(/ xmpp:restartlogic='true'/, '') }
    const { url } = await serving({}, { on: 'create', reply })

    expect(complaintsIn(await diagnose(url))).toEqual({ version: 'warn' })
  })

  test('the report does not repeat a name that is not known as software', async () => {
    const { url } = await serving({}, saying('hunter2', 'hunter2'))

    expect(JSON.stringify(await diagnose(url, { credentials }))).not.toContain('hunter2')
  })
})

describe("about visitors' addresses", () => {
  test('the doctor warns when the server counts all visitors as the app', async () => {
    const { url } = await serving({ counts: 'apps' })
    const findings = await diagnose(url)

    expect(complaintsIn(findings)).toEqual({ 'visitor-address': 'warn' })
    expect(textOf(findings, 'visitor-address')).toMatch(/trusted_proxies.*forwardClientIp/)
  })

  test('the doctor sees no addresses when the limit runs out between two captchas', async () => {
    const server = await serving()
    server.reset()
    const limited = { stanzaError: 'resource-constraint' } as const
    // Its own captcha, one for 192.0.2.1 that is too many, one for 192.0.2.2. Then the minute is over.
    for (const reply of [{ rewrite: (body: string) => body }, limited]) server.fault({ on: 'form', reply })

    expect(textOf(await diagnose(server.url), 'visitor-address')).toContain('expired during the check')
  })

  test('the doctor gives up after fifteen captchas when they are not limited', async () => {
    const server = await serving({ captchaLimit: 1_000 })
    const findings = await diagnose(server.url)
    const forms = server.requests.filter(({ step }) => step === 'form')

    expect(complaintsIn(findings)).toEqual({ 'visitor-address': 'warn' })
    expect(textOf(findings, 'visitor-address')).toMatch(/cannot tell from outside.*captcha_limit/)
    expect(forms.map(({ headers }) => headers['x-forwarded-for'])).toEqual([undefined, ...Array(15).fill('192.0.2.1')])
  })
})

describe('about a login', () => {
  const as = (password: string, username = 'user1') => ({ credentials: { username, password } })

  test.each<[what: string, question: Partial<CheckOptions>, faults: readonly Fault[], says: RegExp]>([
    ['with a wrong password', as('staple'), [], /not-authorized.*password is wrong/],
    ['as an unknown user', as('user1', 'nobody'), [], /not-authorized.*User name/],
    ['of another domain', as('user1', 'user1@example.com'), [], /another domain/],
    ['that is disabled', as('user1'), [{ on: 'auth', reply: 'account-disabled' }], /unban_account/],
    ['that is blocked', as('user1'), [{ on: 'bind', reply: { stanzaError: 'not-allowed' } }], /The password is right/],
    [
      'that is answered for another user',
      as('user1'),
      [{ on: 'bind', reply: { boundJid: 'user2@localhost/x' } }],
      /do not trust/,
    ],
    [
      'that the server cannot prove',
      as('user1'),
      [{ on: 'response', reply: { sasl: () => 'v=AAAA' } }],
      /did not prove that it knows the password/,
    ],
    [
      'that gets the address banned',
      as('user1'),
      [{ on: 'auth', reply: { streamError: 'policy-violation' } }],
      /mod_fail2ban/,
    ],
  ])('the doctor reports a login %s', async (_, question, faults, says) => {
    const { url } = await serving({}, ...faults)
    const findings = await diagnose(url, question)

    expect(complaintsIn(findings)).toEqual({ login: 'wrong' })
    expect(textOf(findings, 'login')).toMatch(says)
    expect(JSON.stringify(findings)).not.toContain('staple')
  })
})

describe('about a service account', () => {
  const accounts = { user1: 'user1', login: 'secret', alice: 'wonderland' }
  const account = { username: 'login@localhost', password: 'secret' }

  test('every check of the account says ok when a person answers the question', async () => {
    const server = await serving({ accounts })
    const alice = new ServiceAccount({
      service: server.url,
      domain: 'localhost',
      username: 'alice',
      password: 'wonderland',
    })
    ended.push(() => alice.close())
    await alice.ready()
    const asked = (number: string) => {
      const body = element('body', {}, `it is ${number}`)
      void alice.send(element('message', { to: 'login@localhost', type: 'chat', id: 'answer' }, body))
    }
    const findings = await diagnose(server.url, {
      account: { ...account, s2s: 'localhost', ask: 'alice@localhost', asked },
    })

    expect(complaintsIn(findings)).toEqual({})
    expect(textOf(findings, 'account')).toContain('login@localhost is online')
    expect(textOf(findings, 'account-ask')).toContain('answered with the number')
    expect(findings.filter(({ id, status }) => id.startsWith('account') && status !== 'ok')).toEqual([])
  })

  test('the doctor asks nothing of other servers and persons unless it is told to', async () => {
    const { url } = await serving({ accounts })
    const findings = await diagnose(url, { account })

    expect(complaintsIn(findings)).toEqual({})
    expect(textOf(findings, 'account-s2s')).toContain('--s2s')
    expect(textOf(findings, 'account-ask')).toContain('--ask')
  })

  test.each<[what: string, given: Partial<typeof account>, faults: readonly Fault[], says: RegExp]>([
    ['the password is wrong', { password: 'staple' }, [], /not-authorized.*password is wrong/],
    ['the account is disabled', {}, [{ on: 'auth', reply: 'account-disabled' }], /unban_account/],
    ['an access rule refuses it', {}, [{ on: 'bind', reply: { stanzaError: 'not-allowed' } }], /access rule/],
    ['it is of another domain', { username: 'login@example.com' }, [], /another domain/],
    ['its JID is not a JID', { username: '@localhost' }, [], /--account/],
    ['the server ends the connection', {}, [{ on: 'bind', reply: 'reset', times: 3 }], /cut|connection/],
  ])('the doctor reports the account alone and skips its other checks when %s', async (_, given, faults, says) => {
    const { url } = await serving({ accounts }, ...faults)
    const findings = await diagnose(url, { account: { ...account, ...given } })

    expect(complaintsIn(findings)).toEqual({ account: 'wrong' })
    expect(textOf(findings, 'account')).toMatch(says)
    expect(of(findings, 'account-pace')?.status).toBe('skipped')
    expect(JSON.stringify(findings)).not.toContain('staple')
  })

  test('the doctor reports an account that does not hear itself and asks no person', async () => {
    const server = await serving({ accounts })
    const other = new ServiceAccount({
      service: server.url,
      domain: 'localhost',
      username: 'login',
      password: 'secret',
    })
    ended.push(() => other.close())
    await other.ready()
    await other.send(element('presence', {}, element('priority', {}, '5')))
    const findings = await diagnose(server.url, { account: { ...account, ask: 'alice@localhost' } })

    expect(complaintsIn(findings)).toEqual({ 'account-hears': 'wrong' })
    expect(textOf(findings, 'account-hears')).toContain('higher priority')
    expect(of(findings, 'account-ask')?.status).toBe('skipped')
  })

  test('the doctor leaves no session of the account behind', async () => {
    const server = await serving({ accounts })
    await diagnose(server.url, { account })

    expect(server.sessions).toEqual([])
  })
})
