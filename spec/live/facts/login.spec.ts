import { authenticate, bind, namespaces, openSession, post, type Session, terminate } from '../servers/bare-session'
import { BLOCKED, measureFacts, type Subject } from './facts'
import { boundAs, mechanismsOf, said } from './said'

const PASSWORD = 'correct horse battery'

/** Sends the given text as the first message of a mechanism. */
function start(session: Session, mechanism: string, message: string): Promise<string> {
  const payload = Buffer.from(message).toString('base64')
  return session.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='${mechanism}'>${payload}</auth>`)
}

/** Returns the outcome of an attempt: the JID that it binds, or the refusal. */
async function attempt(server: Subject, begin: (session: Session) => Promise<string>): Promise<string> {
  const session = await openSession(server)
  const reply = await begin(session)
  const outcome = said(reply) === 'success' ? boundAs(await bind(session)) : said(reply)
  await terminate(session)
  return outcome
}

const logIn = (server: Subject, username: string, password: string) =>
  attempt(server, session => authenticate(session, username, password))

/** Returns the server's first SCRAM message, or its refusal, with the strongest mechanism on offer. */
async function firstOfScram(server: Subject, username: string): Promise<string> {
  const session = await openSession(server)
  const mechanism =
    mechanismsOf(session)
      .split(', ')
      .filter(name => name.startsWith('SCRAM-'))
      .at(-1) ?? 'none'
  const reply = await start(session, mechanism, `n,,n=${username},r=a-nonce-of-the-client`)
  await terminate(session)
  const challenge = /<challenge\b[^>]*>([^<]+)</.exec(reply)?.[1]
  return challenge === undefined ? said(reply) : Buffer.from(challenge, 'base64').toString()
}

measureFacts('login', [
  {
    fact: 'Mechanisms offered over plain HTTP',
    ejabberd: 'PLAIN, SCRAM-SHA-256',
    Prosody: 'PLAIN, SCRAM-SHA-1',
    async measure(server) {
      const session = await openSession(server)
      await terminate(session)
      return mechanismsOf(session)
    },
  },
  {
    fact: 'SCRAM: iterations of a new account',
    ejabberd: '4096',
    Prosody: '10000',
    async measure(server) {
      await server.addUser('counted', PASSWORD)
      return /,i=(\d+)/.exec(await firstOfScram(server, 'counted'))?.[1] ?? 'none'
    },
  },
  {
    fact: 'SCRAM: confirms the offered mechanisms (XEP-0474)',
    ejabberd: { bookworm: 'no', trixie: 'yes', sid: 'yes' },
    Prosody: 'no',
    async measure(server) {
      await server.addUser('offered', PASSWORD)
      return /,[hd]=/.test(await firstOfScram(server, 'offered')) ? 'yes' : 'no'
    },
  },
  {
    fact: 'PLAIN: wrong password',
    ejabberd: '`not-authorized`',
    Prosody: '`not-authorized`',
    async measure(server) {
      await server.addUser('mistaken', PASSWORD)
      return logIn(server, 'mistaken', 'wrong')
    },
  },
  {
    fact: 'PLAIN: unknown user',
    ejabberd: '`not-authorized`',
    Prosody: '`not-authorized`',
    measure: server => logIn(server, 'nobody', 'wrong'),
  },
  {
    fact: 'PLAIN: empty password',
    ejabberd: '`not-authorized`',
    Prosody: '`malformed-request`',
    measure: server => logIn(server, 'nobody', ''),
  },
  {
    fact: 'SCRAM: unknown user',
    ejabberd: '`not-authorized`, without a challenge',
    Prosody: '`not-authorized`, without a challenge',
    async measure(server) {
      const first = await firstOfScram(server, 'nobody')
      return first.startsWith('r=') ? 'a challenge' : `${first}, without a challenge`
    },
  },
  {
    fact: 'PLAIN: `user@other.example` as the user name',
    ejabberd: '`user@localhost` logs in',
    Prosody: '`malformed-request`',
    async measure(server) {
      await server.addUser('elsewhere', PASSWORD)
      const outcome = await logIn(server, 'elsewhere@other.example', PASSWORD)
      return outcome === 'elsewhere@localhost' ? '`user@localhost` logs in' : outcome
    },
  },
  {
    fact: 'PLAIN: own password with another account’s authorization identity',
    ejabberd: {
      bookworm: '**logs in as the other account**',
      trixie: '**logs in as the other account**',
      sid: '`not-authorized`',
    },
    Prosody: 'ignored',
    async measure(server) {
      await server.addUser('one', PASSWORD)
      await server.addUser('another', `${PASSWORD}, another one`)
      const outcome = await attempt(server, session =>
        start(session, 'PLAIN', ['another@localhost', 'one', PASSWORD].join('\0')),
      )
      if (outcome === 'another@localhost') return '**logs in as the other account**'
      return outcome === 'one@localhost' ? 'ignored' : outcome
    },
  },
  {
    fact: 'The identity bound when `CAPITALS` logs in',
    ejabberd: '`CAPITALS`',
    Prosody: '`capitals`',
    async measure(server) {
      await server.addUser('capitals', PASSWORD)
      return `\`${(await logIn(server, 'CAPITALS', PASSWORD)).replace('@localhost', '')}\``
    },
  },
  {
    fact: 'An account that the operator has blocked',
    ejabberd: 'success, and `not-allowed` at bind; wrong password: `not-authorized`',
    Prosody: {
      bookworm: 'the server lacks a command for it',
      trixie: '`account-disabled`; wrong password: `account-disabled`',
      sid: '`account-disabled`; wrong password: `account-disabled`',
    },
    async measure(server) {
      await server.addUser(BLOCKED, PASSWORD)
      const missing = await server.block().then(
        () => false,
        (error: Error) => /attempt to call a nil value \(method 'disable'\)/.test(`${error.message}${error.cause}`),
      )
      if (missing) return 'the server lacks a command for it'
      const session = await openSession(server)
      const reply = said(await authenticate(session, BLOCKED, PASSWORD))
      const bound = reply === 'success' ? `, and ${boundAs(await bind(session))} at bind` : ''
      await terminate(session)
      return `${reply}${bound}; wrong password: ${await logIn(server, BLOCKED, 'wrong')}`
    },
  },
  {
    fact: 'A domain that is not served',
    ejabberd: 'terminated, `internal-server-error`',
    Prosody: 'terminated, `improper-addressing`',
    async measure(server) {
      const creation = `to='other.example' wait='2' hold='1' ver='1.6' xmpp:version='1.0'`
      return said(await post(server, `<body ${namespaces} rid='1' ${creation}/>`))
    },
  },
])
