import { Authenticator, type Mechanism, Registration } from '../../lib/index'
import { preparePassword } from '../../lib/sasl'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { read } from '../../lib/xml/read'
import { FORMS, type FormName } from '../fixtures/registration/recorded'

/*
 * A password that SASLprep changes is stored by sign-up and change, and sent by logins. Some servers prepare both sides
 * (ejabberd with SCRAM, Prosody, MongooseIM, Metronome). Some prepare nothing, and compare what PLAIN sends to the letter
 * with what was stored (Openfire, Tigase, ejabberd with passwords in clear text).
 */

const MECHANISMS: readonly Mechanism[] = ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
const PASSWORDS: readonly (readonly [what: string, typed: string, stored: string])[] = [
  ['a ligature', '\ufb01ne words 22', 'fine words 22'],
  ['a no-break space', 'four\u00a0words', 'four words'],
  ['a soft hyphen', 'sof\u00adt words', 'soft words'],
  ['composed and decomposed letters', 'cafe\u0301 \u2168', 'caf\u00e9 IX'],
  ['full-width letters', '\uff50\uff57\uff11\uff12\uff13', 'pw123'],
  ['letters that it keeps', 'pa\u00df<&>\u20ac  w ', 'pa\u00df<&>\u20ac  w '],
]

let closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  closing = []
})

async function serving(mechanism: Mechanism, domain = 'localhost') {
  const server = await startBoshServer({ domain, registration: 'open', mechanisms: [mechanism] })
  const options = { service: server.url, domain, failureDelay: 0 }
  const [registration, authenticator] = [new Registration(options), new Authenticator(options)]
  closing = [() => server.close(), () => registration.close(), () => authenticator.close()]
  return { server, registration, authenticator }
}

/** Returns the password of the last request that stored one. */
function storedAt({ requests }: BoshServer): string | undefined {
  const { body } = requests.filter(({ step }) => step === 'register').at(-1) ?? { body: '<body/>' }
  const query = read(Buffer.from(body)).children[0]?.children[0]
  return query?.children.find(({ name }) => name === 'password')?.text
}

/** Returns the passwords that PLAIN has sent since the request with number `from`. */
const sentTo = ({ requests }: BoshServer, from: number) =>
  requests
    .slice(from)
    .filter(({ step }) => step === 'auth')
    .map(
      ({ body }) =>
        Buffer.from(/>([^<]+)<\/auth>/.exec(body)?.[1] ?? '', 'base64')
          .toString()
          .split('\0')[2],
    )

describe.each(MECHANISMS)('a password that was stored logs in by %s', mechanism => {
  test.each(PASSWORDS)('on a server that prepares both sides (%s)', async (_, typed, stored) => {
    const { server, registration, authenticator } = await serving(mechanism)
    const { state } = await registration.form()
    await registration.submit(state, { username: 'user9', password: typed })
    expect(storedAt(server)).toBe(stored)
    await authenticator.authenticate({ username: 'user9', password: typed })

    await registration.changePassword({ username: 'user9', password: typed }, `${typed}\u00aa`)
    expect(storedAt(server)).toBe(`${stored}a`)
    await authenticator.authenticate({ username: 'user9', password: `${typed}\u00aa` })
    await registration.remove({ username: 'user9', password: `${typed}\u00aa` })
    expect(server.accounts.has('user9')).toBe(false)
  })

  test.each(PASSWORDS)('on a server that prepares nothing (%s)', async (_, typed, stored) => {
    const { server, registration, authenticator } = await serving(mechanism)
    /** Logs in as `work` does. The server refuses what PLAIN sends unless it equals what is stored, to the letter. */
    const loggingIn = async (password: string, work: () => Promise<unknown>) => {
      const [from, held] = [server.requests.length, storedAt(server)]
      if (mechanism === 'PLAIN' && password.normalize('NFC') !== held) {
        server.fault({ on: 'auth', reply: 'not-authorized' })
      }
      await work()
      if (mechanism === 'PLAIN') expect(sentTo(server, from).at(-1)).toBe(held)
      // RFC 5802 §2.2: the keys are those of the prepared password, and a server that prepares nothing has those too.
      else expect(held).toBe(preparePassword(password))
    }
    const { state } = await registration.form()
    await registration.submit(state, { username: 'user9', password: typed })
    expect(storedAt(server)).toBe(stored)
    const old = { username: 'user9', password: typed }
    await loggingIn(typed, () => authenticator.authenticate(old))

    await loggingIn(typed, () => registration.changePassword(old, `${typed}\u00aa`))
    expect(storedAt(server)).toBe(`${stored}a`)
    const changed = { username: 'user9', password: `${typed}\u00aa` }
    await loggingIn(changed.password, () => authenticator.authenticate(changed))
    await loggingIn(changed.password, () => registration.remove(changed))
    expect(server.accounts.has('user9')).toBe(false)
  })
})

describe('a password with blanks that a data form may lose', () => {
  // Openfire reads the values of a data form without blanks at their ends, and with one blank for several.
  const BLANKS = ['two  blanks', ' in front', 'behind ', 'wide\u3000\u00a0blanks']

  /** Submits a sign-up with `form` as recorded, and returns the request. */
  async function submitted(form: FormName, password: string): Promise<string> {
    const recorded = FORMS[form]
    const domain = /(?:openfire|tigase)\.test/.exec(recorded)?.[0] ?? 'localhost'
    const { server, registration } = await serving('PLAIN', domain)
    const id = ({ body }: { readonly body: string }) => /<iq [^>]*id='([^']+)'/.exec(body)?.[1] ?? ''
    server.fault({ on: 'form', reply: { rewrite: (_, asked) => recorded.replace('ID', id(asked)) } })
    const { state } = await registration.form()
    const values = { username: 'user9', password, email: 'user9@example.com', qa: '1' }
    await registration.submit(JSON.parse(JSON.stringify(state)), values)
    return server.requests.find(({ step }) => step === 'register')?.body ?? ''
  }

  test.each<[form: FormName, password: string]>(
    (['openfire', 'metronome'] as const).flatMap(form =>
      BLANKS.map((password): [FormName, string] => [form, password]),
    ),
  )('arrives in plain fields when the server offers both (%s, %j)', async (form, password) => {
    const sent = await submitted(form, password)
    expect(sent).toContain(`<username>user9</username>`)
    expect(sent).toContain(`<password>${preparePassword(password)}</password>`)
    expect(sent).not.toContain('jabber:x:data')
  })

  test.each<[form: FormName, password: string]>([
    ['openfire', 'one blank'],
    ['metronome', 'blank\u00a0blank'],
    ['tigase', 'two  blanks'],
    ['tigase-email', ' in front'],
  ])('comes in the data form when nothing is lost or nothing else is offered (%s, %j)', async (form, password) => {
    expect(await submitted(form, password)).toContain(
      `<field var='password'><value>${preparePassword(password)}</value></field>`,
    )
  })
})
