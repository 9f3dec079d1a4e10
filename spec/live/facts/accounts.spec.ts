import { Authenticator, Registration, type XmppBoshError } from '../../../lib'
import { authenticate, bind, openSession, terminate } from '../servers/bare-session'
import { is26, startShipped } from '../servers/shipped'
import { measureFacts, type Subject } from './facts'
import { boundAs } from './said'

// In-band registration over BOSH, by the classes of lib/.

const PASSWORD = 'correct horse battery'
const NEW_PASSWORD = `${PASSWORD}, and a staple`

let visitors = 0
/** Returns another visitor each time, since a server limits the accounts of one visitor. */
const visitor = () => ({ clientIp: `198.51.100.${++visitors}` })

const options = ({ url }: Pick<Subject, 'url'>) => ({ service: url, domain: 'localhost', failureDelay: 0 })

async function register<T>(server: Subject, work: (registration: Registration) => Promise<T>): Promise<T | string> {
  const registration = new Registration(options(server))
  try {
    return await work(registration)
  } catch (reason) {
    return `\`${(reason as XmppBoshError).code}\``
  } finally {
    await registration.close()
  }
}

async function signsIn(server: Pick<Subject, 'url'>, username: string, password: string): Promise<boolean> {
  const authenticator = new Authenticator(options(server))
  try {
    return await authenticator.authenticate({ username, password }, visitor()).then(
      () => true,
      ({ code }: XmppBoshError) => {
        if (code !== 'invalid-credentials') throw new Error(code)
        return false
      },
    )
  } finally {
    await authenticator.close()
  }
}

async function statusOf(page: URL, request: RequestInit = {}): Promise<number> {
  const response = await fetch(page, { ...request, signal: AbortSignal.timeout(5_000) })
  await response.text()
  return response.status
}

/** Signs up with the given answer to the captcha. */
const signUp = (server: Subject, username: string, answer: (text: string) => string) =>
  register(server, async registration => {
    const { state, captcha } = await registration.form(visitor())
    if (captcha === undefined) return 'no captcha'
    const ocr = answer((await server.captchaText?.()) ?? '')
    const jid = await registration.submit(state, { username, password: PASSWORD, ocr }, visitor())
    return jid === `${username}@localhost` && (await signsIn(server, username, PASSWORD)) ? 'an account' : 'no account'
  })

measureFacts('accounts', [
  {
    fact: 'Sign-up form',
    ejabberd: 'a captcha, as image/png',
    Prosody: '`registration-closed`',
    measure: server =>
      register(server, async registration => {
        const { captcha } = await registration.form(visitor())
        return captcha === undefined ? 'no captcha' : `a captcha, as ${captcha.type}`
      }),
  },
  {
    fact: 'Sign-up with the right answer',
    ejabberd: 'an account',
    Prosody: '`registration-closed`',
    measure: server => signUp(server, 'right', text => text),
  },
  {
    fact: 'Sign-up with a wrong answer',
    ejabberd: '`captcha-wrong`',
    Prosody: '`registration-closed`',
    measure: server => signUp(server, 'wrong', text => `${text}0`),
  },
  {
    fact: 'Sign-up with an answer that was used before',
    ejabberd: '`captcha-wrong`',
    Prosody: '`registration-closed`',
    measure: server =>
      register(server, async registration => {
        const { state } = await registration.form(visitor())
        const ocr = await server.captchaText?.()
        await registration.submit(state, { username: 'first', password: PASSWORD, ocr }, visitor())
        await registration.submit(state, { username: 'second', password: PASSWORD, ocr }, visitor())
        return 'an account'
      }),
  },
  {
    fact: 'Sign-up without the captcha',
    ejabberd: '`not-allowed`',
    Prosody: '`service-unavailable`',
    async measure(server) {
      const session = await openSession(server)
      const reply = await session.send(
        `<iq xmlns='jabber:client' type='set' id='1' to='localhost'><query xmlns='jabber:iq:register'><username>past</username><password>${PASSWORD}</password></query></iq>`,
      )
      await terminate(session)
      expect(await signsIn(server, 'past', PASSWORD)).toBe(false)
      return boundAs(reply)
    },
  },
  {
    fact: 'The server’s own sign-up page, and whether it creates an account without the captcha',
    ejabberd: { bookworm: 'no page', trixie: 'no page', sid: 'a page; no account' },
    Prosody: 'no page',
    async measure(server) {
      // The configuration with the page, on the first version that may have it.
      const other = server.name === 'ejabberd' && is26 ? await startShipped({ config: 'ejabberd-26.yml' }) : undefined
      try {
        const { url } = other ?? server
        const page = new URL('/new/', other === undefined ? url : `http://127.0.0.1:${other.ports['REGISTER_PORT']}`)
        const fields = { host: 'localhost', password: PASSWORD, password2: PASSWORD, register: 'Register' }
        const statuses = [
          await statusOf(page),
          await statusOf(page, { method: 'POST', body: new URLSearchParams({ ...fields, username: 'paged' }) }),
        ]
        const made = (await signsIn({ url }, 'paged', PASSWORD)) ? 'an account' : 'no account'
        return statuses.join() === '404,404' && made === 'no account' ? 'no page' : `a page; ${made}`
      } finally {
        await other?.stop()
      }
    },
  },
  {
    fact: 'Change of the password',
    ejabberd: 'the new one works, the old one does not',
    Prosody: 'the new one works, the old one does not',
    async measure(server) {
      await server.addUser('changing', PASSWORD)
      const credentials = { username: 'changing', password: PASSWORD }
      const refusal = await register(server, r => r.changePassword(credentials, NEW_PASSWORD, visitor()))
      if (refusal !== undefined) return refusal
      const [is, was] = [await signsIn(server, 'changing', NEW_PASSWORD), await signsIn(server, 'changing', PASSWORD)]
      return `the new one ${is ? 'works' : 'does not work'}, the old one ${was ? 'works too' : 'does not'}`
    },
  },
  {
    fact: 'Removal of the account',
    ejabberd: 'the account cannot sign in any more',
    Prosody: 'the account cannot sign in any more',
    async measure(server) {
      await server.addUser('leaving', PASSWORD)
      const refusal = await register(server, r => r.remove({ username: 'leaving', password: PASSWORD }, visitor()))
      if (refusal !== undefined) return refusal
      return (await signsIn(server, 'leaving', PASSWORD))
        ? 'the account is still there'
        : 'the account cannot sign in any more'
    },
  },
  {
    fact: 'When the server tells its version (XEP-0092)',
    ejabberd: 'after a login',
    Prosody: 'after a login',
    async measure(server) {
      await server.addUser('curious', PASSWORD)
      const session = await openSession(server)
      const ask = (id: string) =>
        session.send(
          `<iq xmlns='jabber:client' type='get' id='${id}' to='localhost'><query xmlns='jabber:iq:version'/></iq>`,
        )
      await authenticate(session, 'curious', PASSWORD)
      await bind(session)
      const answer = await ask('2')
      await terminate(session)
      return answer.includes(`<version>${server.version}`) ? 'after a login' : 'no'
    },
  },
])
