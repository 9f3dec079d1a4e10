import { inspect } from 'node:util'
import { type AuthenticatorOptions, Registration, type RegistrationForm, XmppBoshError } from '../../lib/index'
import { CAPTCHA_LIFETIME_MS } from '../../lib/limits'
import { Authenticator } from '../../lib/login/authenticator'
import type { Internals } from '../../lib/sessions/bounded-sessions'
import {
  type BoshServer,
  type BoshServerOptions,
  type FaultReply,
  PERSONALITY_NAMES,
  type Step,
  startBoshServer,
} from '../../lib/testing/server'
import { handClock } from '../fixtures/clock'

const PASSWORD = 'correct-horse-battery-staple'
const NEW = { username: 'user9', password: PASSWORD }

let servers: BoshServer[] = []
let opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.map(one => one.close()))
  await Promise.all(servers.map(server => server.close()))
  opened = []
  servers = []
})

async function serve(options: Partial<BoshServerOptions> = {}): Promise<BoshServer> {
  const server = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: PASSWORD, user2: 'user2' },
    registration: 'captcha',
    ...options,
  })
  servers.push(server)
  return server
}

function registrationAt(
  server: BoshServer,
  options: Partial<AuthenticatorOptions> = {},
  internals: Internals = {},
): Registration {
  const registration = new Registration(
    { service: server.url, domain: 'localhost', failureDelay: 0, ...options },
    internals,
  )
  opened.push(registration)
  return registration
}

async function logIn(server: BoshServer, username: string, password: string): Promise<string> {
  const authenticator = new Authenticator({ service: server.url, domain: 'localhost', failureDelay: 0 })
  opened.push(authenticator)
  const account = await authenticator.authenticate({ username, password }).catch((reason: XmppBoshError) => reason.code)
  return typeof account === 'string' ? account : account.jid
}

/** Returns the text that a person reads off the picture. */
function textOf(server: BoshServer, { state }: RegistrationForm): string {
  const [id] = state.hidden.find(([name]) => name === 'challenge')?.[1] ?? []
  return server.captchas.find(({ challenge }) => challenge === id)?.text ?? 'no such challenge'
}

const rejection = (work: Promise<unknown>) =>
  work.then(
    () => ({ code: 'resolved' }),
    (reason: unknown) => reason,
  )
const steps = (server: BoshServer): Step[] => server.requests.map(({ step }) => step)

describe('before sign-up', () => {
  test('form() returns the fields, a picture and a state for the session of the app', async () => {
    const server = await serve()
    const form = await registrationAt(server).form()

    expect(form.fields.map(({ name, type, required }) => [name, type, required])).toEqual([
      ['username', 'text-single', true],
      ['password', 'text-private', true],
      ['ocr', 'text-single', true],
    ])
    expect(form.instructions).toBe('Choose a user name and a password to register with this server')
    expect(form.captcha?.type).toBe('image/png')
    expect(form.captcha?.image?.subarray(1, 4).toString()).toBe('PNG')
    expect(form.state).toMatchObject({ domain: 'localhost', kind: 'form', answer: 'ocr' })
    expect(form.state.hidden.map(([name]) => name)).toEqual(['FORM_TYPE', 'from', 'challenge', 'sid'])
    expect(JSON.parse(JSON.stringify(form.state))).toEqual(form.state)
    for (const { sid } of server.requests) if (sid) expect(JSON.stringify(form.state)).not.toContain(sid)
  })

  test('form() returns no captcha when the server asks for none', async () => {
    const server = await serve({ registration: 'open' })
    const form = await registrationAt(server).form()

    expect(form.captcha).toBeUndefined()
    expect(form.fields.map(({ name, type }) => [name, type])).toEqual([
      ['username', 'text-single'],
      ['password', 'text-private'],
    ])
    expect(form.state).toMatchObject({ kind: 'fields', answer: null, expiresAt: null })
  })

  test('form() rejects before it asks for the form when registration is not offered', async () => {
    const server = await serve({ registration: 'closed' })
    const registration = registrationAt(server)
    expect(await rejection(registration.form())).toMatchObject({ code: 'registration-closed', status: 403 })
    await registration.close()
    expect(steps(server)).toEqual(['create', 'terminate'])
  })

  test.each([
    ['resource-constraint', 'rate-limited'],
    ['forbidden', 'registration-closed'],
    ['not-allowed', 'registration-closed'],
    ['service-unavailable', 'registration-closed'],
    ['feature-not-implemented', 'registration-closed'],
    ['internal-server-error', 'ERR_XMPP_UNAVAILABLE'],
    ['x', 'ERR_XMPP_PROTOCOL'],
  ])('form() turns the condition %s into %s', async (condition, code) => {
    const server = await serve()
    server.fault({ on: 'form', reply: { stanzaError: condition } })
    expect(await rejection(registrationAt(server).form())).toMatchObject({ code })
  })
})

describe('at sign-up', () => {
  test.each(['captcha', 'open'] as const)('an account that submit() creates can log in (%s)', async mode => {
    const server = await serve({ registration: mode })
    const registration = registrationAt(server)
    const form = await registration.form()
    const jid = await registration.submit(form.state, { ...NEW, ocr: textOf(server, form) })

    expect(jid).toBe('user9@localhost')
    expect(await logIn(server, 'user9', PASSWORD)).toBe('user9@localhost')
  })

  test('submit() works from a state that another process kept as JSON', async () => {
    const server = await serve()
    const form = await registrationAt(server).form()
    const kept = JSON.parse(JSON.stringify(form.state))
    expect(await registrationAt(server).submit(kept, { ...NEW, ocr: textOf(server, form) })).toBe('user9@localhost')
  })

  test.each([
    ['USER9', 'user9@localhost'],
    [' ｕｓｅｒ９@LOCALHOST. ', 'user9@localhost'],
    ['ZOE\u0308', 'zoë@localhost'],
  ])('submit() prepares a name as at login: %j becomes %s', async (username, jid) => {
    const server = await serve({ registration: 'open' })
    const registration = registrationAt(server)
    const { state } = await registration.form()
    expect(await registration.submit(state, { username, password: PASSWORD })).toBe(jid)
    expect(await logIn(server, username, PASSWORD)).toBe(jid)
  })

  test('a captcha takes one answer, even when the second one is right', async () => {
    const server = await serve()
    const registration = registrationAt(server)
    const form = await registration.form()
    const text = textOf(server, form)

    expect(await rejection(registration.submit(form.state, { ...NEW, ocr: '000' }))).toMatchObject({
      code: 'captcha-wrong',
      status: 400,
    })
    expect(await rejection(registration.submit(form.state, { ...NEW, ocr: text }))).toMatchObject({
      code: 'captcha-wrong',
    })
    expect(server.accounts.has('user9')).toBe(false)
  })

  test('a captcha creates one account only', async () => {
    const server = await serve()
    const registration = registrationAt(server)
    const form = await registration.form()
    const ocr = textOf(server, form)
    await registration.submit(form.state, { ...NEW, ocr })

    expect(await rejection(registration.submit(form.state, { ...NEW, username: 'user10', ocr }))).toMatchObject({
      code: 'captcha-wrong',
    })
    expect(server.accounts.has('user10')).toBe(false)
  })

  test.each<unknown>([undefined, '', ' ', ['123456'], 123456])(
    'the answer %j is not sent and leaves the captcha valid',
    async ocr => {
      const server = await serve()
      const registration = registrationAt(server)
      const form = await registration.form()
      expect(await rejection(registration.submit(form.state, { ...NEW, ocr }))).toMatchObject({ code: 'captcha-wrong' })
      expect(await registration.submit(form.state, { ...NEW, ocr: textOf(server, form) })).toBe('user9@localhost')
    },
  )

  test('submit() goes to the service that made the captcha', async () => {
    const [first, second] = [await serve(), await serve()]
    const clock = handClock()
    const registration = registrationAt(first, { service: [first.url, second.url] }, { clock })
    first.fault({ on: 'create', reply: { status: 503 } })
    const form = await registration.form()
    const ocr = textOf(second, form)
    // The first service is back, and would be asked first.
    clock.advance(30_000)
    expect(await registration.submit(form.state, { ...NEW, ocr })).toBe('user9@localhost')
    expect(steps(first)).toEqual(['create'])
    expect(second.accounts.has('user9')).toBe(true)
  })

  test('submit() asks no other service when that of the captcha is gone', async () => {
    const [first, second] = [await serve(), await serve()]
    const registration = registrationAt(first, { service: [first.url, second.url] })
    const form = await registration.form()
    first.fault({ on: 'create', reply: { status: 503 } })
    const handedIn = registration.submit(form.state, { ...NEW, ocr: textOf(first, form) })
    expect(await rejection(handedIn)).toMatchObject({ code: 'ERR_XMPP_HTTP' })
    expect(steps(second)).toEqual([])
  })

  test('submit() asks any service when the form has no captcha', async () => {
    const [first, second] = [await serve({ registration: 'open' }), await serve({ registration: 'open' })]
    const registration = registrationAt(first, { service: [first.url, second.url] })
    const { state } = await registration.form()
    first.fault({ on: 'create', reply: { status: 503 } })
    expect(await registration.submit(state, NEW)).toBe('user9@localhost')
    expect(second.accounts.has('user9')).toBe(true)
  })

  test('submit() accepts an answer after 100 seconds', async () => {
    const server = await serve()
    const clock = handClock()
    const registration = registrationAt(server, {}, { clock })
    const form = await registration.form()
    clock.advance(100_000)
    expect(await registration.submit(form.state, { ...NEW, ocr: textOf(server, form) })).toBe('user9@localhost')
  })

  test('submit() rejects without a request when the captcha has expired', async () => {
    const server = await serve()
    const clock = handClock()
    const registration = registrationAt(server, {}, { clock })
    const form = await registration.form()
    await registration.submit(form.state, { ...NEW, ocr: 'wrong' }).catch(() => {})
    const before = steps(server).length
    clock.advance(CAPTCHA_LIFETIME_MS)

    expect(await rejection(registration.submit(form.state, { ...NEW, ocr: '1' }))).toMatchObject({
      code: 'captcha-expired',
      status: 400,
    })
    expect(steps(server).slice(before)).not.toContain('create')
  })

  test('submit() rejects when the captcha expires while it waits for a session', async () => {
    const server = await serve()
    const clock = handClock()
    const registration = registrationAt(server, {}, { clock })
    const form = await registration.form()
    const slow = (body: string) => {
      clock.advance(1)
      return body
    }
    clock.advance(CAPTCHA_LIFETIME_MS - 1)
    server.fault({ on: 'create', reply: { rewrite: slow } })
    const values = { ...NEW, ocr: textOf(server, form) }

    expect(await rejection(registration.submit(form.state, values))).toMatchObject({ code: 'captcha-expired' })
    expect(steps(server)).not.toContain('register')
  })

  test.each([undefined, null])('submit() rejects with captcha-expired when the state is %p', async state => {
    const server = await serve()
    expect(await rejection(registrationAt(server).submit(state as undefined, NEW))).toMatchObject({
      code: 'captcha-expired',
    })
    expect(steps(server)).toEqual([])
  })

  test.each([
    ['no user name', { password: PASSWORD }, 'missing-credentials'],
    ['no password', { username: 'user9' }, 'missing-credentials'],
    ['blanks for a password', { ...NEW, password: '   ' }, 'missing-credentials'],
    ['wide blanks for a password', { ...NEW, password: '\u3000\u00a0' }, 'missing-credentials'],
    ['a name of another domain', { ...NEW, username: 'user9@example.com' }, 'malformed-credentials'],
    ['an invalid name', { ...NEW, username: 'user\u00a09' }, 'malformed-credentials'],
    ['a control character', { ...NEW, password: 'pass\0word' }, 'malformed-credentials'],
    ['a list of names', { ...NEW, username: ['user9'] }, 'missing-credentials'],
    ['an inherited name', Object.create(NEW), 'missing-credentials'],
    ['a megabyte', { ...NEW, password: 'x'.repeat(1_000_000) }, 'malformed-credentials'],
    ['a password that SASLprep refuses', { ...NEW, password: '\u0627\u0031' }, 'malformed-credentials'],
    ['a long answer', { ...NEW, ocr: '1'.repeat(2_000) }, 'malformed-credentials'],
    ['an answer with a control character', { ...NEW, ocr: '12\x1b34' }, 'malformed-credentials'],
    ['an answer with half of a character', { ...NEW, ocr: '12\ud800' }, 'malformed-credentials'],
  ])('submit() rejects without a request when the values hold %s', async (_, values, code) => {
    const server = await serve()
    const registration = registrationAt(server)
    const { state } = await registration.form()
    const before = steps(server).length
    expect(await rejection(registration.submit(state, values))).toMatchObject({ code, status: 400 })
    expect(steps(server).slice(before)).not.toContain('create')
  })

  test('submit() ignores values for fields that are not visible', async () => {
    const server = await serve()
    const registration = registrationAt(server)
    const [first, second] = [await registration.form(), await registration.form()]
    const chosen = second.state.hidden.find(([name]) => name === 'challenge')?.[1][0]
    const values = {
      ...NEW,
      ocr: textOf(server, first),
      challenge: chosen,
      from: 'evil.example',
      FORM_TYPE: 'x',
      email: 'x',
    }
    await registration.submit(first.state, values)

    const sent = server.requests.find(({ step }) => step === 'register')?.body
    expect(sent).not.toContain(chosen)
    expect(sent).not.toContain('evil.example')
    expect(sent).not.toContain('email')
    expect(server.captchas).toEqual([expect.objectContaining({ challenge: chosen })])
  })

  test('submit() rejects a name that is taken', async () => {
    const server = await serve()
    const registration = registrationAt(server)
    const form = await registration.form()
    const taken = registration.submit(form.state, { ...NEW, username: 'USER1', ocr: textOf(server, form) })
    expect(await rejection(taken)).toMatchObject({ code: 'username-taken', status: 409 })
    expect(await logIn(server, 'user1', PASSWORD)).toBe('user1@localhost')
  })

  test.each([
    ['resource-constraint', 'rate-limited'],
    ['forbidden', 'registration-closed'],
    ['conflict', 'username-taken'],
    ['jid-malformed', 'malformed-credentials'],
    ['not-acceptable', 'malformed-credentials'],
    ['internal-server-error', 'ERR_XMPP_UNAVAILABLE'],
  ])('submit() turns the condition %s into %s', async (condition, code) => {
    const server = await serve()
    const registration = registrationAt(server)
    const form = await registration.form()
    server.fault({ on: 'register', reply: { stanzaError: condition } })
    const values = { ...NEW, ocr: textOf(server, form) }
    expect(await rejection(registration.submit(form.state, values))).toMatchObject({ code, condition })
  })

  test.each([
    ['captcha', 'captcha-wrong'],
    ['open', 'registration-closed'],
  ] as const)('submit() turns not-allowed with registration %s into %s', async (registrationMode, code) => {
    const server = await serve({ registration: registrationMode })
    const registration = registrationAt(server)
    const { state } = await registration.form()
    server.fault({ on: 'register', reply: { stanzaError: 'not-allowed' } })
    expect(await rejection(registration.submit(state, { ...NEW, ocr: '1' }))).toMatchObject({ code })
  })
})

describe.each(PERSONALITY_NAMES)('with an account on %s', personality => {
  test('changePassword() replaces the password and the old one is refused', async () => {
    const server = await serve({ personality, answerPause: 0 })
    const registration = registrationAt(server)
    await registration.changePassword({ username: 'user1', password: PASSWORD }, 'Another-1')

    expect(await logIn(server, 'user1', PASSWORD)).toBe('invalid-credentials')
    expect(await logIn(server, 'user1', 'Another-1')).toBe('user1@localhost')
    expect(await logIn(server, 'user2', 'user2')).toBe('user2@localhost')
  })

  test('remove() deletes the account and its password is refused', async () => {
    const server = await serve({ personality, answerPause: 0 })
    await registrationAt(server).remove({ username: 'user1', password: PASSWORD })

    expect(server.accounts.has('user1')).toBe(false)
    expect(await logIn(server, 'user1', PASSWORD)).toBe('invalid-credentials')
    expect(server.accounts.has('user2')).toBe(true)
  })

  test('a wrong password neither changes nor removes the account', async () => {
    const server = await serve({ personality, answerPause: 0 })
    const registration = registrationAt(server)
    const wrong = { username: 'user1', password: 'wrong' }
    expect(await rejection(registration.changePassword(wrong, 'x'))).toMatchObject({ code: 'invalid-credentials' })
    expect(await rejection(registration.remove(wrong))).toMatchObject({ code: 'invalid-credentials' })
    expect(steps(server)).not.toContain('register')
    expect(steps(server)).not.toContain('remove')
    expect(await logIn(server, 'user1', PASSWORD)).toBe('user1@localhost')
  })
})

describe('for an existing account', () => {
  const USER1 = { username: 'user1', password: PASSWORD }

  test('changePassword() binds even when option `bind` is false', async () => {
    const server = await serve()
    await registrationAt(server, { bind: false }).changePassword(USER1, 'another one')
    expect(steps(server)).toContain('bind')
  })

  test.each([
    ['', 'missing-credentials'],
    ['   ', 'missing-credentials'],
    ['\u00a0\u3000', 'missing-credentials'],
    ['\n', 'malformed-credentials'],
    ['x'.repeat(1_025), 'malformed-credentials'],
    [undefined as unknown as string, 'missing-credentials'],
  ])('changePassword() rejects the new password %j without a request: %s', async (password, code) => {
    const server = await serve()
    expect(await rejection(registrationAt(server).changePassword(USER1, password))).toMatchObject({ code })
    expect(steps(server)).toEqual([])
  })

  test.each([
    ['resource-constraint', 'rate-limited'],
    ['forbidden', 'registration-closed'],
    ['not-allowed', 'registration-closed'],
    ['internal-server-error', 'ERR_XMPP_UNAVAILABLE'],
    ['item-not-found', 'ERR_XMPP_PROTOCOL'],
  ])('changePassword() and remove() turn the condition %s into %s', async (condition, code) => {
    const server = await serve()
    const registration = registrationAt(server)
    server.fault({ on: 'register', reply: { stanzaError: condition } })
    server.fault({ on: 'remove', reply: { stanzaError: condition } })
    expect(await rejection(registration.changePassword(USER1, 'another one'))).toMatchObject({ code })
    expect(await rejection(registration.remove(USER1))).toMatchObject({ code })
    expect(steps(server)).toEqual(expect.arrayContaining(['register', 'remove']))
    expect(await logIn(server, 'user1', PASSWORD)).toBe('user1@localhost')
  })

  const endOfStream = (condition: string) =>
    `<body xmlns='http://jabber.org/protocol/httpbind' xmlns:stream='http://etherx.jabber.org/streams' type='terminate'>` +
    `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></body>`

  test.each([
    ['not-authorized', 'ERR_XMPP_TERMINATED'],
    ['conflict', 'ERR_XMPP_TERMINATED'],
    ['system-shutdown', 'ERR_XMPP_UNAVAILABLE'],
  ])(
    'the end of the stream (%s) does not prove a removal while the password is still valid',
    async (condition, code) => {
      const server = await serve()
      const undo = () => {
        server.accounts.add('user1', PASSWORD)
        return endOfStream(condition)
      }
      server.fault({ on: 'remove', reply: { rewrite: undo } })
      expect(await rejection(registrationAt(server).remove(USER1))).toMatchObject({ code, condition })
    },
  )

  test.each<[what: string, reply: FaultReply, code: string]>([
    ['the end of the stream by Prosody', { streamError: 'not-authorized' }, 'resolved'],
    ['the end of the stream by ejabberd', { streamError: 'conflict' }, 'resolved'],
    ['the end of the stream for another reason', { streamError: 'connection-timeout' }, 'resolved'],
    ['the end of the session without a condition', { terminate: '' }, 'resolved'],
    ['the end of the connection', 'reset', 'resolved'],
    ['a refusal with the condition of such an end', { stanzaError: 'conflict' }, 'ERR_XMPP_PROTOCOL'],
    ['a proxy whose server does not answer', { status: 502 }, 'ERR_XMPP_HTTP'],
    ['a page in place of the reply', 'not-xml', 'ERR_XMPP_PROTOCOL'],
    ['a rule that refuses the request', { status: 403 }, 'ERR_XMPP_POLICY'],
  ])('remove() judges %s when the password is refused from then on', async (_, reply, code) => {
    const server = await serve()
    const gone = (body: string) => {
      server.accounts.remove('user1')
      return body
    }
    server.fault({ on: 'bind', reply: { rewrite: gone } })
    server.fault({ on: 'remove', reply })
    expect(await rejection(registrationAt(server).remove(USER1))).toMatchObject({ code })
  })

  test.each(['create', 'auth', 'response'] as const)(
    'the end of the stream at %s does not prove a removal that was not requested yet',
    async step => {
      const server = await serve({ mechanisms: ['SCRAM-SHA-256'] })
      const registration = registrationAt(server)
      for (const condition of ['not-authorized', 'conflict']) {
        server.fault({ on: step, reply: { streamError: condition } })
        const wrong = { username: 'user1', password: 'wrong' }
        expect(await rejection(registration.remove(wrong))).toMatchObject({ code: 'ERR_XMPP_TERMINATED' })
      }
      expect(steps(server)).not.toContain('remove')
    },
  )

  test('remove() lasts no longer than the timeout when the server ends the stream and then is silent', async () => {
    const server = await serve()
    const last = () => {
      server.fault({ on: 'create', reply: 'hang', times: 2 })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
      return endOfStream('not-authorized')
    }
    server.fault({ on: 'remove', reply: { rewrite: last } })
    const registration = registrationAt(server, { timeout: 1_000 })
    const startedAt = performance.now()
    expect(await rejection(registration.remove(USER1))).toMatchObject({ code: 'ERR_XMPP_TERMINATED' })
    expect(performance.now() - startedAt).toBeLessThan(1_450)
  })

  test('the end of the stream does not prove a removal when the server stops answering', async () => {
    const server = await serve()
    const last = () => {
      server.fault({ on: 'create', reply: 'reset', times: 2 })
      return endOfStream('not-authorized')
    }
    server.fault({ on: 'remove', reply: { rewrite: last } })
    expect(await rejection(registrationAt(server).remove(USER1))).toMatchObject({ code: 'ERR_XMPP_CONNECT' })
  })
})

describe('in replies of the server', () => {
  const USER1 = { username: 'user1', password: PASSWORD }
  const iq = (rest: string, inside = '') => `<iq xmlns='jabber:client' ${rest}>${inside}</iq>`
  const HOSTILE: readonly (readonly [string, (id: string) => string])[] = [
    ['silence', () => ''],
    ['a result with another id', () => iq("type='result' id='other'")],
    ['a result of another domain', id => iq(`type='result' id='${id}' from='evil.example'`)],
    ['a result of another account', id => iq(`type='result' id='${id}' from='user2@localhost'`)],
    ['a set with our id', id => iq(`type='set' id='${id}'`)],
    ['a result that comes twice', id => iq(`type='result' id='${id}'`).repeat(2)],
    ['a message with our id', id => `<message xmlns='jabber:client' type='result' id='${id}'/>`],
    ['a result in another namespace', id => `<iq xmlns='urn:evil' type='result' id='${id}'/>`],
    ['success of SASL', () => "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"],
  ]
  const answering = (reply: (id: string) => string): FaultReply => ({
    rewrite: (_, { body }) => {
      const [, id = ''] = /<iq [^>]*id='([^']+)'/.exec(body) ?? []
      return `<body xmlns='http://jabber.org/protocol/httpbind'>${reply(id)}</body>`
    },
  })

  test.each(HOSTILE)('%s does not prove a new account', async (_, reply) => {
    const server = await serve()
    const registration = registrationAt(server)
    const form = await registration.form()
    server.fault({ on: 'register', reply: answering(reply) })
    const values = { ...NEW, ocr: textOf(server, form) }
    expect(await rejection(registration.submit(form.state, values))).toMatchObject({ code: 'ERR_XMPP_PROTOCOL' })
  })

  test.each(HOSTILE)('%s does not prove a new password', async (_, reply) => {
    const server = await serve()
    server.fault({ on: 'register', reply: answering(reply) })
    expect(await rejection(registrationAt(server).changePassword(USER1, 'x'))).toMatchObject({
      code: 'ERR_XMPP_PROTOCOL',
    })
  })

  test.each([
    ['of the server', "from='localhost'"],
    ['of the account itself', "from='user1@localhost'"],
    ['without a sender', ''],
  ])('a result %s proves a new password', async (_, from) => {
    const server = await serve()
    server.fault({ on: 'register', reply: answering(id => iq(`type='result' id='${id}' ${from}`)) })
    await expect(registrationAt(server).changePassword(USER1, 'x')).resolves.toBeUndefined()
  })

  test('a result after the presence of others proves a new password', async () => {
    const server = await serve()
    server.fault({
      on: 'register',
      reply: { rewrite: body => body.replace('<iq', "<presence xmlns='jabber:client'/><iq") },
    })
    await registrationAt(server).changePassword(USER1, 'another one')
    expect(await logIn(server, 'user1', 'another one')).toBe('user1@localhost')
  })

  test('an error never holds a password that the server repeats', async () => {
    const server = await serve()
    const registration = registrationAt(server)
    const replies: FaultReply[] = [
      { stanzaError: PASSWORD },
      { terminate: PASSWORD },
      { streamError: PASSWORD },
      { payload: `<x>${PASSWORD}</x>` },
      { body: PASSWORD },
      { status: 500, body: PASSWORD },
      'reset',
    ]
    for (const reply of [undefined, ...replies]) {
      const form = await registration.form()
      if (reply !== undefined) server.fault({ on: 'register', reply })
      const reason = await rejection(registration.submit(form.state, { ...NEW, ocr: 'wrong' }))
      expect(XmppBoshError.is(reason)).toBe(true)
      const shown = [inspect(reason, { depth: 9, showHidden: true }), JSON.stringify(reason), String(reason)].join()
      expect(shown).not.toContain(PASSWORD)
    }
    expect(server.requests.find(({ step }) => step === 'register')?.body).toContain(PASSWORD)
    expect(inspect(registration, { depth: 9, showHidden: true })).not.toContain(PASSWORD)
  })
})

describe('within the bounds of a login', () => {
  test('every call opens a session of its own and ends it', async () => {
    const server = await serve()
    const registration = registrationAt(server)
    const form = await registration.form()
    await registration.submit(form.state, { ...NEW, ocr: textOf(server, form) })
    await registration.changePassword(NEW, 'another one')
    await registration.remove({ ...NEW, password: 'another one' })
    await registration.close()

    expect(new Set(server.requests.flatMap(({ sid }) => (sid ? [sid] : []))).size).toBe(4)
    expect(steps(server).filter(step => step === 'terminate').length).toBe(4)
    expect(server.sessions).toEqual([])
  })

  test('form() ends at the deadline', async () => {
    const server = await serve()
    const clock = handClock()
    const registration = registrationAt(server, {}, { clock })
    server.fault({ on: 'form', reply: 'hang' })
    const asking = rejection(registration.form())
    while (!steps(server).includes('form')) await new Promise(resolve => setImmediate(resolve))
    clock.advance(15_000)
    expect(await asking).toMatchObject({ code: 'ERR_XMPP_TIMEOUT', status: 504 })
  })

  test('form() ends when the visitor leaves', async () => {
    const server = await serve()
    server.fault({ on: 'form', reply: 'hang' })
    const visitor = new AbortController()
    const asking = rejection(registrationAt(server).form({ signal: visitor.signal }))
    while (!steps(server).includes('form')) await new Promise(resolve => setImmediate(resolve))
    visitor.abort()
    expect(await asking).toMatchObject({ code: 'ERR_XMPP_ABORTED', status: 499 })
  })

  test('form() rejects with ERR_XMPP_BUSY when the slots and the queue are full', async () => {
    const server = await serve()
    server.fault({ on: 'create', reply: 'hang' })
    const registration = registrationAt(server, { maxConcurrent: 1, maxQueue: 0, timeout: 200 })
    const [first, second] = [rejection(registration.form()), rejection(registration.form())]
    expect(await second).toMatchObject({ code: 'ERR_XMPP_BUSY', status: 503 })
    expect(await first).toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
  })

  test('a ban applies to one visitor and is answered without a request', async () => {
    const server = await serve()
    const registration = registrationAt(server)
    server.fault({ on: 'create', reply: { streamError: 'policy-violation' } })
    const banned = { clientIp: '192.0.2.1' }
    expect(await rejection(registration.form(banned))).toMatchObject({ code: 'ERR_XMPP_POLICY' })
    const before = server.requests.length
    expect(await rejection(registration.form(banned))).toMatchObject({ code: 'ERR_XMPP_POLICY' })
    expect(server.requests.length).toBe(before)
    await expect(registration.form({ clientIp: '192.0.2.2' })).resolves.toBeDefined()
    expect(server.requests.at(-1)?.headers['x-forwarded-for']).toBe('192.0.2.2')
  })

  test('form() rejects a picture that is larger than maxResponseBytes', async () => {
    const server = await serve()
    const registration = registrationAt(server, { maxResponseBytes: 1_000 })
    expect(await rejection(registration.form())).toMatchObject({ code: 'ERR_XMPP_TOO_LARGE' })
  })

  test('Registration needs PLAIN in `mechanisms` over an insecure network', () => {
    const options = { service: 'http://xmpp.internal/bosh', domain: 'localhost', allowInsecure: true }
    expect(() => new Registration(options)).toThrow(/name PLAIN in `mechanisms`/)
    expect(() => new Registration({ ...options, mechanisms: ['SCRAM-SHA-256'] })).toThrow(TypeError)
    expect(() => new Registration({ ...options, mechanisms: ['PLAIN'] })).not.toThrow()
    expect(() => new Registration({ ...options, allowInsecure: false })).toThrow(/`service`/)
  })

  test.each<unknown>([
    'captcha.example.com',
    ['https://captcha.example.com'],
    ['captcha.example.com/x'],
    ['user@captcha.example.com'],
    ['*.example.com'],
    ['a.example;script-src'],
    ['a.example,b.example'],
    ["'unsafe-inline'"],
    ['"a.example"'],
    ['a%3bb.example'],
    ['%2a.example'],
    ['.'],
    [''],
    [7],
    Array.from({ length: 17 }, (_, n) => `h${n}.example`),
  ])('Registration refuses the option `captchaHosts` %j and names it', captchaHosts => {
    const options = { service: 'https://xmpp.example.com/bosh', domain: 'localhost' }
    expect(() => new Registration({ ...options, captchaHosts: captchaHosts as string[] })).toThrow(/`captchaHosts`/)
  })
})

test.each(['captchaHost', 'captchahosts'])(
  'Registration asks which option is meant when it is given the option %s',
  name => {
    const options = { service: 'https://xmpp.example.com/bosh', domain: 'localhost', [name]: ['captcha.example.com'] }
    expect(() => new Registration(options)).toThrow(
      new TypeError(`unknown option \`${name}\`; did you mean \`captchaHosts\`?`),
    )
  },
)
