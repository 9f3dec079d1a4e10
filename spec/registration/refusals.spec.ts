import { Registration, type RegistrationState, type XmppBoshError } from '../../lib/index'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'

/*
 * Refusals of six servers, as recorded to the letter: the element <error/> of the reply. Rows without
 * "recorded" were read in the source of the server.
 */

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas'
const PASSWORD = 'correct-horse-battery-staple'

/** Returns an error without a text. */
const error = (type: string, condition: string) => `<error type='${type}'><${condition} xmlns='${STANZAS}'/></error>`
/** Returns an error with a text. */
const saying = (type: string, condition: string, text: string) =>
  `<error type='${type}'><${condition} xmlns='${STANZAS}'/><text xmlns='${STANZAS}' xml:lang='en'>${text}</text></error>`

const METRONOME_WEAK = `<error type='modify'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Passwords must contain at least one digit or one special character, one uppercase letter and must be at least 8 chars in length and not exceed 30 chars</text></error>`
const TIGASE_CAPTCHA = `<error code="405" type="cancel"><not-allowed xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xml:lang="en" xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">Invalid captcha</text></error>`
const TIGASE_CLOSED = `<error code="405" type="cancel"><not-allowed xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xml:lang="en" xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">Registration is not allowed for this domain.</text></error>`
const TIGASE_BUSY = `<error code="405" type="cancel"><not-allowed xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas" xml:lang="en">Server is busy. Too many registrations. Try later.</text></error>`
const TIGASE_FULL = `<error code="401" type="auth"><not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xml:lang="en" xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">You are not authorized to change registration settings.
Maximum users number for the domain exceeded.</text></error>`
const MONGOOSE_WEAK = `<error code='406' type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>The password is too weak</text></error>`
const MONGOOSE_NOT_ALLOWED = `<error code='405' type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`
const EJABBERD_CAPTCHA = `<error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xml:lang='en' xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>The CAPTCHA verification has failed</text></error>`
const EJABBERD_QUICK = `<error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xml:lang='en' xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Users are not allowed to register accounts so quickly</text></error>`
const EJABBERD_MALFORMED = `<error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xml:lang='en' xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Incorrect CAPTCHA submit</text></error>`

let servers: BoshServer[] = []
let opened: Registration[] = []
afterEach(async () => {
  await Promise.all(opened.map(one => one.close()))
  await Promise.all(servers.map(server => server.close()))
  opened = []
  servers = []
})

async function serving(registration: 'open' | 'captcha' = 'open') {
  const server = await startBoshServer({ domain: 'localhost', accounts: { user1: PASSWORD }, registration })
  servers.push(server)
  const client = new Registration({ service: server.url, domain: 'localhost', failureDelay: 0 })
  opened.push(client)
  return { server, client }
}

/** Rewrites the next replies to `on` so that they hold `content` as the answer to the request. */
function answering(server: BoshServer, on: 'form' | 'register' | 'remove', content: string, type = 'error') {
  server.fault({
    on,
    reply: {
      rewrite: (_, { body }) => {
        const [, id] = /<iq [^>]*id='([^']+)'/.exec(body) ?? []
        return `<body xmlns='http://jabber.org/protocol/httpbind'><iq xmlns='jabber:client' type='${type}' id='${id}'>${content}</iq></body>`
      },
    },
  })
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (reason: XmppBoshError) => reason.code,
  )

// sign-up-captcha-form of Tigase, recorded
const TIGASE_FORM = `<query xmlns="jabber:iq:register"><instructions>Please provide the following information to sign up for an account</instructions><x type="form" xmlns="jabber:x:data"><title>Account Registration</title><instructions>Please provide the following information to sign up for an account</instructions><field var="FORM_TYPE" type="hidden"><value>jabber:iq:register</value></field><field var="username" type="text-single" label="Username"><required/><value></value></field><field var="password" type="text-private" label="Password"><required/><value></value></field><field var="email" type="text-single" label="Email"><value></value></field><field var="captcha-id" type="hidden"><required/><value>simple-text.X1fXbAEy48zFZ+XIQvJi+AAAAAcAAAAQAAABoiYK3dc=.nconmYA1Z+D+UgrwfHNbcqUap7Tco/DvpQQ4u11S/QY=</value></field><field var="qa" type="text-single" label="Solve: 7 + 16"><required/><value></value></field></x></query>`

/** Submits a sign-up that the server refuses with `refusal`, and returns the code. */
async function signUp(
  form: 'plain' | 'picture' | 'text',
  refusal: string,
  values: Record<string, string> = {},
): Promise<string> {
  const { server, client } = await serving(form === 'picture' ? 'captcha' : 'open')
  if (form === 'text') answering(server, 'form', TIGASE_FORM, 'result')
  const { state } = await client.form()
  answering(server, 'register', refusal)
  const given = { username: 'user9', password: PASSWORD, ocr: '1', qa: '23', ...values }
  return codeOf(client.submit(state, given))
}

describe('a refused sign-up', () => {
  test.each<[who: string, form: 'plain' | 'picture' | 'text', refusal: string, code: string]>([
    [
      'Prosody, too quick',
      'plain',
      saying('wait', 'policy-violation', 'Too many registrations from this IP address recently'),
      'rate-limited',
    ],
    ['Prosody, too quick, without a text', 'plain', error('wait', 'policy-violation'), 'rate-limited'],
    [
      'a module of Prosody, too quick',
      'plain',
      saying('modify', 'not-acceptable', 'Too many registrations from this IP address recently'),
      'rate-limited',
    ],
    ['Prosody, too quick, with a captcha', 'picture', error('wait', 'policy-violation'), 'rate-limited'],
    [
      'Prosody, blocked address',
      'plain',
      saying('auth', 'forbidden', 'Your IP address is blocklisted'),
      'registration-closed',
    ],
    [
      'Prosody, invitations only',
      'plain',
      saying('modify', 'not-acceptable', 'Registration on this server is through invitation only'),
      'registration-closed',
    ],
    [
      'Prosody, a name',
      'plain',
      saying('modify', 'not-acceptable', 'The requested username is invalid.'),
      'malformed-credentials',
    ],
    [
      'Prosody, a password',
      'plain',
      saying('cancel', 'feature-not-implemented', 'password fails SASLprep'),
      'malformed-credentials',
    ],
    [
      'Prosody, the disk',
      'plain',
      saying('wait', 'internal-server-error', 'Failed to write data to disk.'),
      'ERR_XMPP_UNAVAILABLE',
    ],
    [
      "Prosody's captcha, wrong",
      'picture',
      saying('modify', 'not-acceptable', 'Invalid captcha text'),
      'captcha-wrong',
    ],
    [
      "Prosody's captcha, too late",
      'picture',
      saying('modify', 'not-acceptable', 'Captcha id is invalid or it has expired'),
      'captcha-wrong',
    ],
    [
      "Prosody's captcha, a name",
      'picture',
      saying('modify', 'not-acceptable', 'The requested username is forbidden.'),
      'malformed-credentials',
    ],
    [
      "Prosody's captcha, blocked address",
      'picture',
      saying('cancel', 'not-acceptable', 'You are not allowed to register an account.'),
      'registration-closed',
    ],
    ["Prosody's captcha, too quick", 'picture', error('wait', 'not-acceptable'), 'rate-limited'],
    ['Metronome, recorded: weak', 'plain', METRONOME_WEAK, 'weak-password'],
    [
      'Metronome, recorded: too quick',
      'plain',
      `<error type='wait'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`,
      'rate-limited',
    ],
    [
      'Metronome, recorded: a name',
      'plain',
      `<error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>The requested username is invalid</text></error>`,
      'malformed-credentials',
    ],
    [
      'Metronome, recorded: taken',
      'plain',
      `<error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>The requested username already exists</text></error>`,
      'username-taken',
    ],
    ['Tigase, recorded: wrong sum', 'text', TIGASE_CAPTCHA, 'captcha-wrong'],
    ['Tigase, without its text', 'text', error('cancel', 'not-allowed'), 'captcha-wrong'],
    ['Tigase, recorded: busy', 'text', TIGASE_BUSY, 'rate-limited'],
    ['Tigase, recorded: busy, no question', 'plain', TIGASE_BUSY, 'rate-limited'],
    ['Tigase, recorded: closed', 'text', TIGASE_CLOSED, 'registration-closed'],
    ['Tigase, recorded: full', 'text', TIGASE_FULL, 'registration-closed'],
    [
      'Tigase, recorded: taken',
      'text',
      `<error type="cancel" code="409"><conflict xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
      'username-taken',
    ],
    ['MongooseIM, recorded: weak', 'plain', MONGOOSE_WEAK, 'weak-password'],
    [
      'MongooseIM, recorded: too quick',
      'plain',
      `<error code='500' type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Users are not allowed to register accounts so quickly</text></error>`,
      'rate-limited',
    ],
    [
      'MongooseIM, recorded: a name',
      'plain',
      `<error code='400' type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`,
      'malformed-credentials',
    ],
    ['MongooseIM, not allowed for ordinary input', 'plain', MONGOOSE_NOT_ALLOWED, 'registration-closed'],
    [
      'Openfire, recorded: a name',
      'plain',
      `<error code="400" type="modify"><jid-malformed xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
      'malformed-credentials',
    ],
    [
      'Openfire, recorded: taken',
      'plain',
      `<error code="409" type="cancel"><conflict xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
      'username-taken',
    ],
    [
      'Openfire, the database',
      'plain',
      `<error code="500" type="wait"><internal-server-error xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
      'ERR_XMPP_UNAVAILABLE',
    ],
    ['ejabberd, recorded: wrong captcha', 'picture', EJABBERD_CAPTCHA, 'captcha-wrong'],
    ['ejabberd, recorded: half a captcha', 'picture', EJABBERD_MALFORMED, 'captcha-wrong'],
    ['ejabberd, recorded: too quick', 'picture', EJABBERD_QUICK, 'rate-limited'],
    [
      'ejabberd, weak in a form with a captcha',
      'picture',
      saying('modify', 'not-acceptable', 'The password is too weak'),
      'weak-password',
    ],
    [
      'ejabberd, characters in a form with a captcha',
      'picture',
      saying('modify', 'not-acceptable', 'The password contains unacceptable characters'),
      'malformed-credentials',
    ],
    [
      'ejabberd, recorded: closed',
      'plain',
      `<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xml:lang='en' xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Access denied by service policy</text></error>`,
      'registration-closed',
    ],
    ['ejabberd, a name', 'picture', saying('modify', 'jid-malformed', 'Malformed username'), 'malformed-credentials'],
    [
      'a server that is not English, weak',
      'plain',
      saying('modify', 'not-acceptable', 'Das Kennwort ist zu schwach'),
      'weak-password',
    ],
    [
      'Prosody, a module without a reason (mod_tombstones)',
      'plain',
      error('modify', 'not-acceptable'),
      'malformed-credentials',
    ],
    [
      'Prosody, a module without a reason, and a question',
      'picture',
      error('modify', 'not-acceptable'),
      'malformed-credentials',
    ],
    [
      'a server that is not English, and a question',
      'picture',
      saying('modify', 'not-acceptable', 'Das Bild zeigt etwas anderes'),
      'captcha-wrong',
    ],
    [
      "Prosody's mod_password_policy, too short",
      'picture',
      saying('cancel', 'not-acceptable', 'Password is too short (minimum 8 characters)'),
      'weak-password',
    ],
    [
      "Prosody's mod_password_policy, the name in the password",
      'plain',
      saying('cancel', 'not-acceptable', 'Password must not include your username'),
      'weak-password',
    ],
    [
      'a server, the name in the password',
      'plain',
      saying('modify', 'not-acceptable', 'The password cannot contain your username'),
      'weak-password',
    ],
    [
      'a server, a password in the name',
      'plain',
      saying('modify', 'not-acceptable', 'The username must not contain your password'),
      'malformed-credentials',
    ],
    [
      'a server, no accounts with a user name',
      'plain',
      saying('cancel', 'service-unavailable', 'A user name is of no use here'),
      'registration-closed',
    ],
    [
      'a server, a directory that does not answer',
      'plain',
      error('wait', 'service-unavailable'),
      'ERR_XMPP_UNAVAILABLE',
    ],
    [
      'a server, another server that is too slow',
      'plain',
      error('wait', 'remote-server-timeout'),
      'ERR_XMPP_UNAVAILABLE',
    ],
    ['a server, a client that is not logged in', 'plain', error('wait', 'unexpected-request'), 'ERR_XMPP_PROTOCOL'],
    ['a later Openfire, closed', 'plain', error('cancel', 'service-unavailable'), 'registration-closed'],
    ['a server with a condition of its own', 'plain', error('cancel', 'x'), 'ERR_XMPP_PROTOCOL'],
  ])('reads as told by %s (%s form)', async (_, form, refusal, code) => {
    expect(await signUp(form, refusal)).toBe(code)
  })

  test.each<[what: string, refusal: string, values: Record<string, string>]>([
    [
      'a name of 65 characters (Openfire, recorded)',
      `<error code="500" type="wait"><internal-server-error xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
      { username: 'h'.repeat(65) },
    ],
    ['a password with an emoji (MongooseIM, recorded)', MONGOOSE_NOT_ALLOWED, { password: 'pw😀 lang' }],
    ['a password of 1,024 bytes (MongooseIM, recorded)', MONGOOSE_NOT_ALLOWED, { password: 'p'.repeat(1_024) }],
  ])('names the input when the server refuses %s without a reason', async (_, refusal, values) => {
    expect(await signUp('plain', refusal, values)).toBe('malformed-credentials')
  })

  test('is a wrong answer when the question in text is not answered', async () => {
    const { server, client } = await serving()
    answering(server, 'form', TIGASE_FORM, 'result')
    const { state, fields, captcha } = await client.form()

    expect(captcha).toBeUndefined()
    expect(fields.find(({ name }) => name === 'qa')?.label).toBe('Solve: 7 + 16')
    expect(await codeOf(client.submit(state, { username: 'user9', password: PASSWORD }))).toBe('captcha-wrong')
  })

  test('is a wrong answer when the state was stored by a version that knew no questions', async () => {
    const { server, client } = await serving()
    answering(server, 'register', TIGASE_CAPTCHA)
    const stored: RegistrationState = {
      domain: 'localhost',
      service: 0,
      kind: 'form',
      visible: [
        ['username', true],
        ['password', true],
        ['qa', true],
      ],
      hidden: [['FORM_TYPE', ['jabber:iq:register']]],
      answer: null,
      expiresAt: null,
    }

    expect(await codeOf(client.submit(stored, { username: 'user9', password: PASSWORD, qa: '1' }))).toBe(
      'captcha-wrong',
    )
  })

  test('is known without a request when the features of the new session lack registration', async () => {
    const { server, client } = await serving()
    const { state } = await client.form()
    server.fault({
      on: 'create',
      reply: { rewrite: body => body.replace(/<register [^>]*\/>/, '') },
    })

    expect(await codeOf(client.submit(state, { username: 'user9', password: PASSWORD }))).toBe('registration-closed')
    expect(server.requests.map(({ step }) => step)).not.toContain('register')
  })
})

describe('a refused form', () => {
  test.each([
    ['Tigase, recorded: closed', TIGASE_CLOSED, 'registration-closed'],
    ['Tigase, recorded: busy', TIGASE_BUSY, 'rate-limited'],
    [
      'Openfire, recorded: closed',
      `<error code="403" type="auth"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
      'registration-closed',
    ],
    ['Prosody, insecure', saying('modify', 'policy-violation', 'Encryption is required'), 'registration-closed'],
    [
      'ejabberd, recorded: too many captchas',
      saying('wait', 'resource-constraint', 'Too many CAPTCHA requests'),
      'rate-limited',
    ],
    [
      'ejabberd, no captcha',
      saying('cancel', 'internal-server-error', 'Unable to generate a CAPTCHA'),
      'ERR_XMPP_UNAVAILABLE',
    ],
  ])('reads as told by %s', async (_, refusal, code) => {
    const { server, client } = await serving()
    answering(server, 'form', refusal)

    expect(await codeOf(client.form())).toBe(code)
  })

  test('is closed registration when the form demands a signature', async () => {
    const { server, client } = await serving()
    const signed = TIGASE_FORM.replace(
      '<value>jabber:iq:register</value>',
      '<value>urn:xmpp:xdata:signature:oauth1</value>',
    )
    answering(server, 'form', signed, 'result')

    expect(await codeOf(client.form())).toBe('registration-closed')
  })
})

describe('a refused change', () => {
  const USER1 = { username: 'user1', password: PASSWORD }

  test.each([
    ['Metronome, recorded: weak', METRONOME_WEAK, 'weak-password'],
    ['MongooseIM: weak', MONGOOSE_WEAK, 'weak-password'],
    [
      'ejabberd: not allowed',
      saying('cancel', 'not-allowed', 'Changing password is not allowed'),
      'registration-closed',
    ],
    [
      'ejabberd: characters',
      saying('cancel', 'not-allowed', 'The password contains unacceptable characters'),
      'malformed-credentials',
    ],
    [
      'Openfire, recorded: not allowed',
      `<error code="403" type="auth"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
      'registration-closed',
    ],
    [
      'a server: no change here',
      saying('cancel', 'service-unavailable', 'Password change is disabled'),
      'registration-closed',
    ],
    ['a server: forbidden', saying('auth', 'forbidden', 'Passwords are kept in a directory'), 'registration-closed'],
    ['a server: without a reason', error('modify', 'not-acceptable'), 'weak-password'],
    ['Prosody: cannot write', error('wait', 'internal-server-error'), 'ERR_XMPP_UNAVAILABLE'],
    ['a server that is busy', error('wait', 'policy-violation'), 'rate-limited'],
  ])('of a password reads as told by %s', async (_, refusal, code) => {
    const { server, client } = await serving()
    answering(server, 'register', refusal)

    expect(await codeOf(client.changePassword(USER1, 'another one'))).toBe(code)
  })

  test.each([
    [
      'Openfire, recorded: closed',
      `<error code="403" type="auth"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
      'registration-closed',
    ],
    ['a later Openfire: closed', error('cancel', 'not-allowed'), 'registration-closed'],
    ['Prosody: cannot delete', error('cancel', 'service-unavailable'), 'registration-closed'],
    ['a server that is busy', error('wait', 'policy-violation'), 'rate-limited'],
    ['a server without a reason', error('modify', 'bad-request'), 'ERR_XMPP_PROTOCOL'],
  ])('of an account into none reads as told by %s', async (_, refusal, code) => {
    const { server, client } = await serving()
    answering(server, 'remove', refusal)

    expect(await codeOf(client.remove(USER1))).toBe(code)
  })
})

test('a sign-up that the server does not answer ends at the deadline and says so', async () => {
  const { server } = await serving()
  const client = new Registration({ service: server.url, domain: 'localhost', timeout: 400 })
  opened.push(client)
  const { state } = await client.form()
  server.fault({ on: 'register', reply: 'hang' })

  await expect(client.submit(state, { username: 'user9', password: PASSWORD })).rejects.toMatchObject({
    code: 'ERR_XMPP_TIMEOUT',
    message: expect.stringContaining('did not answer the sign-up'),
  })
})
