import { Authenticator, type Mechanism, prepareUsername, Registration } from '../../lib'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/*
 * Visitors with unusual names sign up and sign in. The account is the same person to both sides: the server lists it under
 * the name that the library reports.
 */

const SERVERS: readonly { name: string; start: () => Promise<LiveServer>; scram: Mechanism }[] = [
  {
    name: 'ejabberd',
    start: () => startEjabberd({ storage: 'scram', hash: 'sha256', registration: true }),
    scram: 'SCRAM-SHA-256',
  },
  { name: 'Prosody', start: () => startProsody({ registration: true }), scram: 'SCRAM-SHA-1' },
]

interface Name {
  /** as typed at sign-up, and then at login */
  readonly typed: string
  readonly username: string
  /** more of what a person types for it */
  readonly also?: readonly string[]
}

const NAMES: readonly Name[] = [
  // Escaped (XEP-0106)
  { typed: "o'neil", username: 'o\\27neil', also: ["O'NEIL", 'o\\27neil', "o'neil@localhost"] },
  {
    typed: 'jean pierre',
    username: 'jean\\20pierre',
    also: ['Jean Pierre', ' jean pierre ', 'jean\\20pierre@localhost'],
  },
  { typed: 'jean@gmail.com@localhost', username: 'jean\\40gmail.com', also: ['jean\\40gmail.com'] },
  { typed: 'at&t', username: 'at\\26t' },
  { typed: 'a/b', username: 'a\\2fb', also: ['A/B@localhost'] },
  { typed: 'say "hi"', username: 'say\\20\\22hi\\22' },
  { typed: '<foo>', username: '\\3cfoo\\3e' },
  { typed: 'c:\\5commas', username: 'c\\3a\\5c5commas' },
  { typed: 'c\\5commas', username: 'c\\5commas' },
  // Folded
  { typed: 'ışık', username: 'ışık', also: ['ıŞık'] },
  { typed: 'işik', username: 'işik', also: ['IŞIK'] },
  { typed: 'ılgaz', username: 'ılgaz' },
  { typed: 'ilgaz', username: 'ilgaz', also: ['ILGAZ'] },
  { typed: 'İzmir', username: 'i\u0307zmir' },
  { typed: 'mıssıssıppı', username: 'mıssıssıppı' },
  { typed: '\u13e3\u13b3\u13a9', username: '\u13e3\u13b3\u13a9', also: ['\uabb3\uab83\uab79'] },
  { typed: '\uab70\uab71', username: '\u13a0\u13a1' },
  { typed: '\u04cfали', username: '\u04c0али', also: ['\u04c0АЛИ'] },
  { typed: '\u10a0\u10a1', username: '\u10a0\u10a1', also: ['\u2d00\u2d01'] },
  { typed: '\u10d7\u10d1\u10d8', username: '\u10d7\u10d1\u10d8', also: ['\u1c97\u1c91\u1c98'] },
  { typed: 'Strauß', username: 'strauss', also: ['STRAU\u1e9e', 'strauss'] },
  { typed: 'βόλος', username: 'βόλοσ', also: ['ΒΌΛΟΣ'] },
  { typed: '\u03b1\u0345\u0301', username: '\u03b1\u03af' },
  { typed: 'Жульет', username: 'жульет' },
  { typed: 'ｆｕｌｌ', username: 'full', also: ['FULL'] },
  { typed: '\u{2f874}子', username: '\u5f33子' },
  { typed: '\u{10414}\u{10407}', username: '\u{1043c}\u{1042f}' },
  // With characters beyond letters, marks and digits
  { typed: 'zoë♥', username: 'zoë♥', also: ['ZOË♥'] },
  { typed: 'o’neil', username: 'o’neil', also: ['O’Neil'] },
  { typed: 'jean–luc', username: 'jean–luc' },
  { typed: '100€', username: '100€' },
  { typed: '½', username: '1\u20442' },
  { typed: 'l·l', username: 'l·l' },
  { typed: '「東京」', username: '「東京」' },
  { typed: 'カ・ナ', username: 'カ・ナ' },
  { typed: 'ab™', username: 'abtm' },
  { typed: '№1', username: 'no1' },
  { typed: '→x', username: '→x' },
  { typed: '×', username: '×' },
  { typed: 'a\u2800b', username: 'a\u2800b' },
  // With what servers leave out
  { typed: 'soft\u00adhyphen', username: 'softhyphen', also: ['soft\u200bhyphen', '\ufeffsofthyphen'] },
  { typed: 'نامه\u200cای', username: 'نامهای' },
  { typed: '\u2764\ufe0fa', username: '\u2764a' },
  // Right to left
  { typed: 'דוד', username: 'דוד' },
  { typed: 'محمد', username: 'محمد' },
]

describe.each(SERVERS)('on $name', ({ start, scram }) => {
  let server: LiveServer
  let authenticators: readonly Authenticator[] = []
  let registration: Registration
  beforeAll(async () => {
    server = await start()
    const options = { service: server.url, domain: server.domain, failureDelay: 0 }
    registration = new Registration(options)
    authenticators = (['PLAIN', scram] as const).map(name => new Authenticator({ ...options, mechanisms: [name] }))
  })
  afterAll(async () => {
    await Promise.all([registration, ...authenticators].map(client => client?.close()))
    await server?.stop()
  })

  test.each(NAMES)('$typed signs up and signs in as $username', async ({ typed, username, also = [] }) => {
    const password = `secret ${Buffer.from(username).toString('hex')}`
    const { state } = await registration.form()
    const jid = await registration.submit(state, { username: typed, password })

    expect(jid).toBe(`${username}@localhost`)
    expect(await server.accounts()).toContain(username)
    for (const spelling of [typed, username, ...also]) {
      const accounts = await Promise.all(
        authenticators.map(authenticator =>
          authenticator
            .authenticate({ username: spelling, password })
            .catch(({ code }) => ({ username: code, jid: '' })),
        ),
      )
      const key = prepareUsername(spelling, { domain: 'localhost' })
      expect([spelling, key, ...accounts.map(account => account.jid)]).toEqual([spelling, username, jid, jid])
    }
  })

  test('the server has an account for each name and no other one', async () => {
    expect([...(await server.accounts())].sort()).toEqual(NAMES.map(({ username }) => username).sort())
  })
})
