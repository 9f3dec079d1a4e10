import { prepareUsername } from '../../lib'
import { Authenticator, type Mechanism, XmppBoshError } from '../../lib/index'
import { prepareConfiguredDomain } from '../../lib/jid'
import { preparePassword } from '../../lib/sasl/index'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { bySaxes, type Tree } from '../fixtures/saxes'

/*
 * Typed text never becomes part of the language that the client speaks. Every login here sends the same elements with
 * the same attributes, as another parser reads them. The typed text stays inside base64, in the one field it belongs
 * to.
 */

const PAYLOADS: readonly string[] = [
  // out of an element, an attribute, a text
  `'/><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFkbWluAGFkbWlu</auth>`,
  `"/><auth mechanism="PLAIN">AGFkbWluAGFkbWlu</auth><a b="`,
  '</auth><success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>',
  '</auth></body><body type="terminate"/>',
  "</body>\u0020<body xmlns='http://jabber.org/protocol/httpbind' rid='1'>",
  "' type='terminate' x='",
  `" sid="other" rid="1`,
  "' to='evil.example",
  "' xmpp:restart='true",
  "' xmlns='urn:other",
  '<a/>',
  '<',
  '>',
  '/>',
  "'",
  '"',
  '\'"><&',
  // references, and forms that XMPP forbids
  '&',
  '&lt;auth/&gt;',
  '&amp;lt;',
  '&#60;auth/&#62;',
  '&#x3c;auth/&#x3e;',
  '&#0;',
  '&bogus;',
  '%lt;',
  ']]>',
  '<![CDATA[<auth/>]]>',
  '<!-- -->',
  'user1<!-- -->.evil.example',
  '<?php echo 1 ?>',
  "<?xml version='1.0'?>",
  '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
  '<script>alert(1)</script>',
  // characters that end a field in some format
  'user1\0admin',
  '\0admin\0admin',
  'a\r\nX-Forwarded-For: 203.0.113.7',
  'a\r\n\r\nPOST /bosh HTTP/1.1',
  'a\tb',
  'a\u0001b',
  'a\u2028b\u2029c',
  '\ufeffuser1',
  '\ud800',
  '\uff1cauth/\uff1e',
  '\u2039auth\u203a',
  // the language of SCRAM
  'user1,r=evil',
  'n,,n=admin,r=evil',
  'a=admin,n=user1',
  'user1=2Cadmin',
  'user1=3D',
  '=',
  ',',
  'm=x,p=y',
  // of JIDs, addresses and templates
  'user1@localhost/<a/>',
  'user1@evil.example',
  'user1\\40evil.example',
  'user1%00',
  '__proto__',
  'constructor',
  `\${7*7}`,
  '{{7*7}}',
  '#{7*7}',
]
const NO_DOMAIN = /^option `domain` must be the XMPP domain of the users, as in user@domain: it /
const PASSWORD = 'correct-horse-battery-staple'
const BOTH: readonly Mechanism[] = ['PLAIN', 'SCRAM-SHA-256']

test('the corpus has at least 50 different payloads', () => {
  expect(new Set(PAYLOADS).size).toBe(PAYLOADS.length)
  expect(PAYLOADS.length).toBeGreaterThanOrEqual(50)
})

let server: BoshServer
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: PASSWORD } })
})
afterAll(() => server.close())
afterEach(() => server.reset())

/** Logs in once. Returns the reason of a refusal, if any, and the requests of the client. */
async function logIn(mechanism: Mechanism, username: string, password: string) {
  const authenticator = new Authenticator({
    service: server.url,
    domain: 'localhost',
    mechanisms: [mechanism],
    failureDelay: 0,
  })
  const refused = await authenticator.authenticate({ username, password }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  await authenticator.close()
  const said = server.requests.map(({ body }) => body)
  return { refused, said }
}

const VARIES: Readonly<Record<string, RegExp>> = {
  rid: /^[0-9]{10,16}$/,
  sid: /^[0-9a-f-]{36}$/,
  id: /^[0-9a-f-]{36}$/,
}
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/

/** Returns an element without the values that differ from login to login, after a check of their form. */
function shapeOf({ name, namespace, attributes, children, text }: Tree): object {
  const fixed = Object.entries(attributes).map(([attribute, value]) => {
    const kind = VARIES[attribute]
    if (!kind) return [attribute, value]
    expect(value).toMatch(kind)
    return [attribute, kind]
  })
  if (text !== '') expect(text).toMatch(BASE64)
  return { name, namespace, attributes: fixed, children: children.map(shapeOf), hasText: text !== '' }
}
const shapes = (said: readonly string[]) => said.map(body => shapeOf(bySaxes(body)))

/** Returns the decoded SASL messages of the client, in order. */
const payloads = (said: readonly string[]) =>
  said
    .flatMap(body => bySaxes(body).children)
    .filter(({ namespace }) => namespace === 'urn:ietf:params:xml:ns:xmpp-sasl')
    .map(({ text }) => Buffer.from(text, 'base64'))

// RFC 4616 §2
function assertPlain([message]: readonly Buffer[], username: string, password: string): void {
  const bytes = [...(message ?? [])]
  const nuls = bytes.flatMap((byte, at) => (byte === 0 ? [at] : []))
  expect(nuls).toEqual([0, 1 + Buffer.byteLength(username)])
  expect(message?.toString()).toBe(`\0${username}\0${password.normalize('NFC')}`)
}

// RFC 5802 §7: client-first-message, client-final-message
function assertScram([first, final]: readonly Buffer[], username: string): void {
  const [, saslname = '', nonce] = /^n,,n=([^,]+),r=([^,]+)$/.exec(first?.toString() ?? '') ?? []
  expect(saslname.replaceAll('=2C', ',').replaceAll('=3D', '=')).toBe(username)
  expect(saslname.replaceAll(/=2C|=3D/g, '')).not.toContain('=')
  expect(nonce).toMatch(/^[A-Za-z0-9+/]{32}$/)
  expect(final?.toString()).toMatch(/^c=biws,r=[^,]+,p=[A-Za-z0-9+/]{43}=$/)
}

describe.each(BOTH)('by %s', mechanism => {
  let harmless: object[]
  beforeAll(async () => {
    harmless = shapes((await logIn(mechanism, 'user1', PASSWORD)).said)
    server.reset()
  })

  test('a harmless login has the expected number of requests', () => {
    expect(harmless).toHaveLength(mechanism === 'PLAIN' ? 5 : 6)
  })

  test.each(PAYLOADS)('the password %j adds nothing to the dialogue', async payload => {
    const isSendable = isPassword(payload)
    if (isSendable) server.accounts.add('user1', payload)

    const { refused, said } = await logIn(mechanism, 'user1', payload)

    if (!isSendable) return expectRefusal(refused, said)
    expect(refused).toBeUndefined()
    expect(shapes(said)).toEqual(harmless)
    if (mechanism === 'PLAIN') assertPlain(payloads(said), 'user1', payload)
    else assertScram(payloads(said), 'user1')
  })

  test.each(PAYLOADS)('the user name %j adds nothing to the dialogue', async payload => {
    const local = prepareUsername(payload, { domain: 'localhost' })
    const isSendable = isAccount(payload)

    const { refused, said } = await logIn(mechanism, payload, PASSWORD)

    if (!isSendable || local === undefined) return expectRefusal(refused, said)
    expect(refused).toBeUndefined()
    expect(shapes(said)).toEqual(harmless)
    expect(local).not.toMatch(/["&'<>]/)
    if (mechanism === 'PLAIN') assertPlain(payloads(said), local, PASSWORD)
    else assertScram(payloads(said), local)
  })
})

test.each(PAYLOADS)('the typed domain %j is refused without a request', async payload => {
  const { refused, said } = await logIn('PLAIN', `user1@${payload}`, PASSWORD)

  expectRefusal(refused, said)
})

test.each(PAYLOADS)('a configured domain with %j is refused or fills one attribute only', async payload => {
  const name = `localhost${payload}`
  const domain = prepareConfiguredDomain(name)
  const make = () => new Authenticator({ service: server.url, domain: name })

  if (!domain) return expect(make).toThrow(NO_DOMAIN)
  const authenticator = make()
  await authenticator.authenticate({ username: 'user1', password: PASSWORD }).catch(() => {})
  await authenticator.close()
  expect(server.requests.map(({ body }) => bySaxes(body))).toMatchObject([
    { name: 'body', attributes: { to: domain.wire }, children: [], text: '' },
  ])
})

test('the corpus holds payloads that pass as names and others that pass as passwords', () => {
  expect(PAYLOADS.filter(isAccount).length).toBeGreaterThan(10)
  expect(PAYLOADS.filter(isPassword).length).toBeGreaterThan(40)
})

function expectRefusal(refused: unknown, said: readonly string[]): void {
  expect([400, 401]).toContain(XmppBoshError.is(refused) && refused.status)
  expect(said).toEqual([])
}

/** Creates the account. Returns false for a name that no account can have. */
function isAccount(typed: string): boolean {
  const username = prepareUsername(typed, { domain: 'localhost' })
  if (username === undefined) return false
  server.accounts.add(username, PASSWORD)
  return true
}

// Control characters are never sent (credentials.spec.ts).
function isPassword(text: string): boolean {
  return !/\p{Cc}/u.test(text) && text.isWellFormed() && preparePassword(text) !== undefined
}
