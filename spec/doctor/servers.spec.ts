import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBody } from '../../lib/bosh/body'
import { check } from '../../lib/doctor/check'
import type { CheckId, Finding } from '../../lib/doctor/finding'
import { headerVersion } from '../../lib/doctor/reported-version'
import { type Known, type Software, softwareOf } from '../../lib/doctor/software'
import { type Fault, startBoshServer } from '../../lib/testing/server'
import { playing } from './playing'
import { RECORDED, type RecordedName } from './recorded-servers'

/* The doctor on the recorded first replies of six servers: it names a server by strong signs, and tells no guess. */

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const NAMES: readonly (readonly [RecordedName, Software])[] = [
  ['ejabberd 23.01', 'ejabberd'],
  ['ejabberd 26.07', 'ejabberd'],
  ['Prosody 0.12', 'Prosody or Metronome'],
  ['Prosody 13', 'Prosody or Metronome'],
  ['Metronome, closed', 'Prosody or Metronome'],
  ['MongooseIM, closed', 'MongooseIM'],
  ['Openfire, closed', 'Openfire'],
  ['Tigase', 'Tigase'],
]

const named = (xml: string) => softwareOf(readBody(Buffer.from(xml)))

test.each(NAMES)('the first reply of %s is taken for that of %s', (name, software) => {
  expect(named(RECORDED[name].first)).toBe(software)
})

test('MongooseIM is named with acknowledgements switched on as well', () => {
  const { first } = RECORDED['MongooseIM, closed']

  expect(named(first.replace('<body ', "<body ack='1263686845' "))).toBe('MongooseIM')
})

test.each(NAMES)('the first reply of %s with one habit less is never taken for that of another server', (name, own) => {
  const { first } = RECORDED[name]
  const habits = [...first.matchAll(/ (?!xmlns|from|sid|wait|hold|requests)([\w:]+)=(['"]).*?\2/g)]
    .map(([habit]) => habit)
    .filter(habit => first.indexOf(habit) < first.indexOf('>'))
  expect(habits.length).toBeGreaterThan(3)
  for (const habit of habits) expect([own, undefined]).toContain(named(first.replace(habit, '')))
})

test('a reply with the habits that XEP-0124 shows in its examples names no server', () => {
  const sample = `<body xmlns='http://jabber.org/protocol/httpbind' wait='60' inactivity='30' polling='5' requests='2' hold='1' ack='1573741820' accept='deflate,gzip' maxpause='120' sid='SomeSID' charsets='ISO_8859-1 ISO-2022-JP' ver='1.6' from='example.com'/>`
  expect(named(sample)).toBeUndefined()
})

async function diagnose(name: RecordedName): Promise<Finding[]> {
  const { url, close } = await playing(RECORDED[name])
  closing.push(close)
  return check({ service: url, domain: RECORDED[name].domain })
}

const complaintsIn = (findings: readonly Finding[]) =>
  Object.fromEntries(
    findings.filter(({ status }) => ['warn', 'wrong'].includes(status)).map(({ id, status }) => [id, status]),
  )
const of = (findings: readonly Finding[], id: CheckId) => findings.find(finding => finding.id === id)

/** Settings of each server that advice can name. */
const SETTINGS: Readonly<Record<Known, RegExp>> = {
  ejabberd: /mod_fail2ban|trusted_proxies|captcha_limit|auth_password_format|ejabberd/,
  Metronome: /Metronome/,
  MongooseIM: /MongooseIM/,
  Openfire: /Openfire/,
  Prosody: /internal_hashed|consider_bosh_secure|Prosody/,
  Tigase: /Tigase/,
}

test.each(NAMES)('the advice for %s names settings of no other server', async (name, own) => {
  const findings = await diagnose(name)
  const shown = findings.map(({ summary, advice = '' }) => `${summary} ${advice}`).join('\n')

  for (const [software, settings] of Object.entries(SETTINGS)) {
    if (!own?.includes(software)) expect(shown).not.toMatch(settings)
  }
  expect(shown).not.toMatch(/no hole|no known vulnerability|bans nobody/)
})

test.each<[RecordedName, Partial<Record<CheckId, string>>]>([
  [
    'ejabberd 26.07',
    { registration: 'warn', 'unwanted-mechanisms': 'warn', version: 'warn', 'visitor-address': 'warn' },
  ],
  ['Prosody 0.12', { registration: 'warn', version: 'warn' }],
  ['Metronome, closed', { 'several-hashes': 'warn', 'unwanted-mechanisms': 'warn', version: 'warn' }],
  ['MongooseIM, closed', { 'several-hashes': 'warn', version: 'warn' }],
  ['Openfire, closed', { version: 'warn' }],
  ['Tigase', { 'several-hashes': 'warn' }],
])(
  'the doctor complains of what it saw on %s, and says that an unseen version is unknown',
  async (name, complaints) => {
    expect(complaintsIn(await diagnose(name))).toEqual(complaints)
  },
)

test('closed registration is told by the missing offer, and by a refused form', async () => {
  const { 'Openfire, closed': openfire } = RECORDED
  const refused = `<iq type="error" id="ID" from="openfire.test" to="openfire.test/86f83dc1-2309-4523-8da0-903117446e44" xmlns="jabber:client"><query xmlns="jabber:iq:register"></query><error code="403" type="auth"><forbidden xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`
  const offered = openfire.first.replace('<bind', '<register xmlns="http://jabber.org/features/iq-register"/><bind')
  const { url, close } = await playing({ ...openfire, first: offered, form: refused })
  closing.push(close)

  expect(of(await diagnose('Openfire, closed'), 'registration')?.summary).toBe('not offered over BOSH')
  expect(of(await check({ service: url, domain: openfire.domain }), 'registration')).toMatchObject({
    status: 'ok',
    summary: 'closed: the server refuses the form',
  })
})

test('the version of Tigase is read from the head of its replies', async () => {
  const findings = await diagnose('Tigase')

  expect(of(findings, 'version')).toMatchObject({
    status: 'ok',
    summary: expect.stringContaining('Tigase 8.5.0-SNAPSHOT'),
  })
  expect(of(findings, 'registration')).toMatchObject({ status: 'ok', summary: 'open, with a question in text' })
  expect(of(findings, 'captcha')?.status).toBe('ok')
})

test.each([undefined, 'nginx/1.22.1', 'Tigase Bosh/<b>', 'Tigase Bosh/'])(
  'no version is read from the header Server when it is %s',
  header => {
    expect(headerVersion(header)).toBeUndefined()
  },
)

describe('by the name that a server tells after a login', () => {
  const telling = (name: string, version: string): Fault => ({
    on: 'stanza',
    reply: {
      rewrite: (_, { body }) =>
        `<body xmlns='http://jabber.org/protocol/httpbind'><iq xmlns='jabber:client' type='result' id='${/ id='([^']+)'/.exec(body)?.[1]}'><query xmlns='jabber:iq:version'><name>${name}</name><version>${version}</version></query></iq></body>`,
    },
  })

  async function diagnoseAfterLogin(name: string, version: string): Promise<Finding[]> {
    const server = await startBoshServer({
      domain: 'localhost',
      personality: 'prosody',
      accounts: { user1: 'user1' },
      mechanisms: ['PLAIN'],
      registration: 'open',
    })
    closing.push(() => server.close())
    server.fault(telling(name, version))
    return check({ service: server.url, domain: 'localhost', credentials: { username: 'user1', password: 'user1' } })
  }

  // Recorded: Metronome from source tells "unknown", Openfire "5.2.0 Alpha".
  test('Metronome is told from Prosody, and its unknown version is said to be unknown', async () => {
    const findings = await diagnoseAfterLogin('Metronome', 'unknown')
    const shown = findings.map(({ summary, advice = '' }) => `${summary} ${advice}`).join('\n')

    expect(of(findings, 'version')).toMatchObject({ status: 'warn', summary: expect.stringMatching(/^Metronome; /) })
    expect(of(findings, 'registration')?.advice).toContain('(Metronome: `allow_registration = false`)')
    expect(shown).not.toMatch(/Prosody/)
  })

  test('Openfire is named with a version that contains a blank, and its settings are advised', async () => {
    const findings = await diagnoseAfterLogin('Openfire', '5.2.0 Alpha')

    expect(of(findings, 'version')?.summary).toMatch(/^Openfire 5\.2\.0 Alpha, .*does not know its vulnerabilities/)
    expect(of(findings, 'registration')?.advice).toContain('(Openfire: the property `register.inband` = false)')
    expect(of(findings, 'only-plain')?.advice).toContain(
      '(Openfire: the property `user.scramHashedPasswordOnly` = true)',
    )
  })
})

test('a refusal of Tigase by a rule is not taken for a ban of ejabberd', async () => {
  const { headers } = RECORDED.Tigase
  const server = http.createServer((request, response) => {
    request.resume()
    // Recorded: the domain does not allow the port.
    response
      .writeHead(405, headers)
      .end(`<body type='terminate' condition='policy-violation' xmlns='http://jabber.org/protocol/httpbind'/>`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise(resolve => server.close(() => resolve())))
  const { port } = server.address() as AddressInfo
  const findings = await check({ service: `http://127.0.0.1:${port}/`, domain: 'tigase.test' })

  expect(of(findings, 'ban')?.advice).toMatch(/Tigase.*does not allow the port/)
  expect(of(findings, 'ban')?.advice).not.toMatch(/ejabberd|fail2ban/)
})
