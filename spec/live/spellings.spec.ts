import { Authenticator, type Mechanism } from '../../lib'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/*
 * The promise of spec/live/preparation.spec.ts, here with accounts instead of functions: every spelling of a name that
 * the server takes for an account is one identity in the application.
 */

const SERVERS: readonly { name: string; start: () => Promise<LiveServer>; scram: Mechanism }[] = [
  { name: 'ejabberd', start: () => startEjabberd({ storage: 'scram', hash: 'sha256' }), scram: 'SCRAM-SHA-256' },
  { name: 'Prosody', start: () => startProsody(), scram: 'SCRAM-SHA-1' },
]

/** The account as made, other spellings of it, and its name in the application. */
const ACCOUNTS = [
  { account: 'straße', spellings: ['STRASSE', 'strasse', 'STRA\u1e9eE'], local: 'strasse' },
  { account: 'βόλος', spellings: ['ΒΌΛΟΣ', 'βόλοσ', 'βο\u0301λος'], local: 'βόλοσ' },
  { account: 'τ\u1ff7', spellings: ['ΤΩ\u0342Ι', 'τ\u1ff6ι', 'τω\u0342\u0345'], local: 'τ\u1ff6ι' },
  { account: '\u0390', spellings: ['\u1fd3', 'Ι\u0308\u0301', 'ι\u0308\u0301'], local: '\u0390' },
  { account: '\ufb01lm', spellings: ['film', 'FILM'], local: 'film' },
  { account: 'marí\u00aa', spellings: ['maría', 'MARI\u0301A'], local: 'maría' },
  { account: '\u01c5ungla', spellings: ['\u01c4UNGLA', '\u01c6ungla', 'Džungla'], local: 'džungla' },
  { account: '\u212bngström', spellings: ['\u00c5NGSTRÖM', 'a\u030angstro\u0308m'], local: '\u00e5ngström' },
  { account: '\u2126mega', spellings: ['\u03a9mega', '\u03c9MEGA'], local: '\u03c9mega' },
  { account: '\u212aelvin', spellings: ['Kelvin', 'kelvin'], local: 'kelvin' },
  { account: '\u0130zmir', spellings: ['I\u0307ZMIR', 'i\u0307zmir'], local: 'i\u0307zmir' },
  { account: 'işik', spellings: ['IŞIK'], local: 'işik' },
  { account: 'ışık', spellings: ['ıŞık'], local: 'ışık' },
  { account: '\u04c0али', spellings: ['\u04cfали'], local: '\u04c0али' },
  { account: '\u13e3\u13b3\u13a9', spellings: ['\uabb3\uab83\uab79'], local: '\u13e3\u13b3\u13a9' },
  { account: '\u10a0\u10a1', spellings: ['\u2d00\u2d01'], local: '\u10a0\u10a1' },
  { account: 'ＴＯＫＹＯ', spellings: ['tokyo', 'ｔokyo'], local: 'tokyo' },
  { account: '\uff76\uff9e', spellings: ['\u30ac', '\u30ab\u3099'], local: '\u30ac' },
  { account: '\ufee3\ufea4\ufee4\ufeaa', spellings: ['\u0645\u062d\u0645\u062f'], local: '\u0645\u062d\u0645\u062f' },
  { account: '\u1112\u1161\u11ab\u1100\u1173\u11af', spellings: ['한글', '\ud558\u11ab글'], local: '한글' },
  { account: '가', spellings: ['\u1100\u1161'], local: '가' },
  { account: '\u10d7\u10d1\u10d8', spellings: ['\u1c97\u1c91\u1c98'], local: '\u10d7\u10d1\u10d8' },
  { account: '\u{10414}\u{10407}', spellings: ['\u{1043c}\u{1042f}'], local: '\u{1043c}\u{1042f}' },
]

/** Names that cannot log in: the server makes no such account. */
const NO_ACCOUNTS = [
  { what: 'two directions', account: '\u05d0a' },
  { what: 'an emoji', account: '\u{1f355}' },
  { what: 'Glagolitic capitals, younger than Unicode 3.2', account: '\u2c00\u2c01' },
]

describe.each(SERVERS)('on $name', ({ start, scram }) => {
  let server: LiveServer
  let authenticators: readonly Authenticator[] = []
  beforeAll(async () => {
    server = await start()
    authenticators = (['PLAIN', scram] as const).map(
      mechanism =>
        new Authenticator({
          service: server.url,
          domain: server.domain,
          mechanisms: [mechanism],
          failureDelay: 0,
        }),
    )
    for (const { account } of ACCOUNTS) await server.register(account, passwordOf(account))
  })
  afterAll(async () => {
    await Promise.all(authenticators.map(authenticator => authenticator.close()))
    await server?.stop()
  })

  const passwordOf = (account: string) => `secret ${Buffer.from(account).toString('hex')}`

  /** Logs in by PLAIN and by SCRAM and returns the JID or the code of each. */
  const logins = (username: string, password: string) =>
    Promise.all(
      authenticators.map(authenticator =>
        authenticator.authenticate({ username, password }).then(
          ({ jid }) => jid,
          ({ code }) => code,
        ),
      ),
    )

  test.each(ACCOUNTS)('the account $account in any spelling is $local', async ({ account, spellings, local }) => {
    for (const username of [account, local, ...spellings]) {
      const jid = `${local}@localhost`
      expect([username, await logins(username, passwordOf(account))]).toEqual([username, [jid, jid]])
    }
  })

  test.each(NO_ACCOUNTS)('a login with $what is refused', async ({ account }) => {
    await expect(server.register(account, passwordOf(account))).rejects.toThrow(/refused/)

    expect(await logins(account, passwordOf(account))).toEqual(['invalid-credentials', 'invalid-credentials'])
  })

  test('a jamo behind a syllable, which ejabberd ignores, makes no second name of an account', async () => {
    expect(await logins('가\u11a7', passwordOf('가'))).toEqual(['invalid-credentials', 'invalid-credentials'])
  })
})
