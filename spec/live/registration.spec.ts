import { Registration, type RegistrationForm, type XmppBoshError } from '../../lib'
import { BoshSession } from '../../lib/bosh/session'
import { HttpTransport, type Transport } from '../../lib/bosh/transport'
import { Authenticator } from '../../lib/login/authenticator'
import { askIq, senders, stanzaErrorOf } from '../../lib/stanzas/iq'
import { systemClock } from '../../lib/time/clock'
import { DATA_FORM, REGISTER } from '../../lib/xml/namespaces'
import { element, type Node } from '../../lib/xml/write'
import { debian } from './servers/debian'
import { type ShippedServer, startShipped } from './servers/shipped'

/*
 * Accounts are made, changed and removed on a real ejabberd with the shipped configuration. Every visitor has another
 * address: one address makes one account in ten seconds.
 */

let server: ShippedServer
let opened: Registration[] = []
beforeAll(async () => {
  // Two attempts of a spec are further apart than the second that is shipped.
  server = await startShipped({ values: { REGISTRATION_TIMEOUT: '10' } })
})
afterAll(() => server?.stop())
afterEach(async () => {
  await Promise.all(opened.map(registration => registration.close()))
  opened = []
})

function registration(): Registration {
  const made = new Registration({ service: server.url, domain: 'localhost', failureDelay: 0 })
  opened.push(made)
  return made
}

let visitors = 0
const visitor = () => ({ clientIp: `198.51.100.${++visitors}` })

/** Fetches a form and the text of its picture. */
async function formOf(context = visitor()): Promise<{ form: RegistrationForm; text: string }> {
  const form = await registration().form(context)
  return { form, text: await server.captchaText() }
}

async function logIn(username: string, password: string): Promise<string> {
  const authenticator = new Authenticator({ service: server.url, domain: 'localhost', failureDelay: 0 })
  try {
    return (await authenticator.authenticate({ username, password }, visitor())).jid
  } catch (reason) {
    return (reason as XmppBoshError).code
  } finally {
    await authenticator.close()
  }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (reason: XmppBoshError) => reason.code,
  )

describe(`on ejabberd of ${debian}`, () => {
  test('a visitor signs up, signs in, changes the password and removes the account', async () => {
    const { form, text } = await formOf()
    expect(form.captcha?.type).toBe('image/png')
    expect(form.fields.map(({ name }) => name)).toEqual(['username', 'password', 'ocr'])

    const jid = await registration().submit(
      form.state,
      { username: 'ANDRÉ', password: 'pa\u0308$$wo\u0308rd €', ocr: text },
      visitor(),
    )
    expect(jid).toBe('andré@localhost')
    expect(await logIn('andré', 'pä$$wörd €')).toBe('andré@localhost')

    await registration().changePassword({ username: 'andré', password: 'pä$$wörd €' }, 'another good one 1', visitor())
    expect(await logIn('andré', 'pä$$wörd €')).toBe('invalid-credentials')
    expect(await logIn('andré', 'another good one 1')).toBe('andré@localhost')

    await registration().remove({ username: 'andré', password: 'another good one 1' }, visitor())
    expect(await logIn('andré', 'another good one 1')).toBe('invalid-credentials')
  })

  test('a form can be submitted by another process after its session has ended', async () => {
    const { form, text } = await formOf()
    await Promise.all(opened.map(one => one.close()))
    const kept = JSON.parse(JSON.stringify(form.state))
    const values = { username: 'later', password: 'good enough 1', ocr: text }
    expect(await registration().submit(kept, values, visitor())).toBe('later@localhost')
  })

  test('the server refuses the right answer to a captcha after a wrong one', async () => {
    const { form, text } = await formOf()
    const answer = (ocr: string) =>
      codeOf(registration().submit(form.state, { username: 'wrong', password: 'good enough 1', ocr }, visitor()))
    expect(await answer('000')).toBe('captcha-wrong')
    expect(await answer(text)).toBe('captcha-wrong')
    expect(await logIn('wrong', 'good enough 1')).toBe('invalid-credentials')
  })

  test('the server refuses a second account by one captcha', async () => {
    const { form, text } = await formOf()
    const answer = (username: string) =>
      registration().submit(form.state, { username, password: 'good enough 1', ocr: text }, visitor())
    expect(await answer('first')).toBe('first@localhost')
    expect(await codeOf(answer('second'))).toBe('captcha-wrong')
    expect(await logIn('second', 'good enough 1')).toBe('invalid-credentials')
  })

  test('the server makes one account when three use one captcha at once', async () => {
    const { form, text } = await formOf()
    const answer = (username: string) =>
      codeOf(registration().submit(form.state, { username, password: 'good enough 1', ocr: text }, visitor()))
    const codes = await Promise.all(['race1', 'race2', 'race3'].map(answer))
    expect(codes.sort()).toEqual(['captcha-wrong', 'captcha-wrong', 'no refusal'])
  })

  test('the server refuses a forged challenge', async () => {
    const { form, text } = await formOf()
    const hidden = form.state.hidden.map(
      ([name, values]) => [name, name === 'challenge' ? ['1234567890'] : values] as const,
    )
    const values = { username: 'forged', password: 'good enough 1', ocr: text }
    expect(await codeOf(registration().submit({ ...form.state, hidden }, values, visitor()))).toBe('captcha-wrong')
  })

  test('the server reports a taken name in any spelling only after a right captcha', async () => {
    await server.addUser('taken', 'good enough 1')
    const attempt = async (right: boolean) => {
      const { form, text } = await formOf()
      const values = { username: 'TAKEN', password: 'good enough 2', ocr: right ? text : '000' }
      return codeOf(registration().submit(form.state, values, visitor()))
    }
    expect(await attempt(false)).toBe('captcha-wrong')
    expect(await attempt(true)).toBe('username-taken')
    expect(await logIn('taken', 'good enough 1')).toBe('taken@localhost')
  })

  test('the server refuses a weak password at sign-up and at a change', async () => {
    const { form, text } = await formOf()
    const weak = registration().submit(form.state, { username: 'weak', password: 'a', ocr: text }, visitor())
    expect(await codeOf(weak)).toBe('weak-password')
    expect(await logIn('weak', 'a')).toBe('invalid-credentials')

    await server.addUser('strong', 'good enough 1')
    const credentials = { username: 'strong', password: 'good enough 1' }
    expect(await codeOf(registration().changePassword(credentials, 'a', visitor()))).toBe('weak-password')
    expect(await logIn('strong', 'good enough 1')).toBe('strong@localhost')
  })

  test('the server limits the accounts and captchas of one visitor and leaves other visitors alone', async () => {
    const eager = visitor()
    const attempt = async (username: string) => {
      const { form, text } = await formOf(eager)
      return codeOf(registration().submit(form.state, { username, password: 'good enough 1', ocr: text }, eager))
    }
    expect(await attempt('eager1')).toBe('no refusal')
    expect(await attempt('eager2')).toBe('rate-limited')
    const codes = new Set<string>()
    for (let n = 0; n < 15; n++) codes.add(await codeOf(registration().form(eager)))
    expect([...codes]).toEqual(['no refusal', 'rate-limited'])
    expect(await codeOf(registration().form(visitor()))).toBe('no refusal')
  })

  test('the server neither changes nor removes an account when the password is wrong', async () => {
    await server.addUser('safe', 'good enough 1')
    const wrong = { username: 'safe', password: 'good enough 2' }
    expect(await codeOf(registration().changePassword(wrong, 'good enough 3', visitor()))).toBe('invalid-credentials')
    expect(await codeOf(registration().remove(wrong, visitor()))).toBe('invalid-credentials')
    expect(await logIn('safe', 'good enough 1')).toBe('safe@localhost')
  })

  test('twenty accounts can be removed at once', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `guest${n}`)
    for (const username of names) {
      const { form, text } = await formOf()
      const values = { username, password: 'good enough 1', ocr: text }
      expect(await registration().submit(form.state, values, visitor())).toBe(`${username}@localhost`)
    }
    const leaving = names.map(username => registration().remove({ username, password: 'good enough 1' }, visitor()))
    expect((await Promise.allSettled(leaving)).map(({ status }) => status)).toEqual(names.map(() => 'fulfilled'))
    for (const name of names) expect(await logIn(name, 'good enough 1')).toBe('invalid-credentials')
  })

  describe('past the captcha with a client of its own', () => {
    let transport: Transport
    beforeEach(() => {
      transport = new HttpTransport({ maxResponseBytes: 65_536 })
    })
    afterEach(() => transport.close())

    /** Sends a request that no form of the library would. */
    async function send(...children: readonly Node[]): Promise<string | undefined> {
      const domain = { ascii: 'localhost', wire: 'localhost' }
      const wire = { transport, clock: systemClock, url: new URL(server.url), domain, ...visitor() }
      const { signal } = new AbortController()
      const { session, body } = await BoshSession.create(wire, signal)
      session.accept(body)
      const payload = element('query', { xmlns: REGISTER }, ...children)
      const answer = await askIq(session, { type: 'set', to: 'localhost', payload, from: senders(domain) }, signal)
      await session.terminate(signal)
      return stanzaErrorOf(answer)?.condition
    }
    const USERNAME = 'intruder'
    const values = { FORM_TYPE: REGISTER, username: USERNAME, password: 'good enough 1' }
    const formWith = (more: Readonly<Record<string, string>>) =>
      element(
        'x',
        { xmlns: DATA_FORM, type: 'submit' },
        ...Object.entries({ ...values, ...more }).map(([name, value]) =>
          element('field', { var: name }, element('value', {}, value)),
        ),
      )

    test.each([
      ['fields without a form', () => [element('username', {}, USERNAME), element('password', {}, 'good enough 1')]],
      ['a form without a challenge', () => [formWith({})]],
      ['a form with only an answer', () => [formWith({ ocr: '123456' })]],
      ['a form with empty fields', () => [formWith({ challenge: '', sid: '', ocr: '' })]],
      [
        'fields beside a form without a challenge',
        () => [element('username', {}, USERNAME), element('password', {}, 'good enough 1'), formWith({})],
      ],
    ])('the server refuses %s', async (_, children) => {
      expect(['not-allowed', 'bad-request', 'not-acceptable']).toContain(await send(...children()))
      expect(await logIn(USERNAME, 'good enough 1')).toBe('invalid-credentials')
    })
  })
})
