import { otherServerFinding } from '../../lib/doctor/account/other-server'
import { hearsFinding, paceFinding } from '../../lib/doctor/account/own-messages'
import { questionFinding } from '../../lib/doctor/account/question'
import { AT_ONCE } from '../../lib/doctor/limits'
import { type Script, scriptedAccount, until } from './scripted-account'

/* The checks of a service account that is online, each with a server that has one fault. */

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas'
const idOf = (xml: string) => / id='([^']+)'/.exec(xml)?.[1] ?? ''
const errorOf = (condition: string, text = '') =>
  `<error type='cancel'><${condition} xmlns='${STANZAS}'/><text xmlns='${STANZAS}'>${text}</text></error>`

/** The server gives the message back to the account that sent it, after some ms. */
const heardAfter = (ms: (n: number) => number): Script =>
  (() => {
    let n = 0
    return (_, xml) => [
      { after: ms(n++), xml: `<message from='login@localhost/x' id='${idOf(xml)}'><body>test</body></message>` },
    ]
  })()

/** The server returns every message. */
const returned =
  (condition: string, text = ''): Script =>
  (_, xml) => {
    const to = / to='([^']+)'/.exec(xml)?.[1]
    const attributes = `type='error' from='${to}' id='${idOf(xml)}'`
    return [{ after: 7, xml: `<message ${attributes}>${errorOf(condition, text)}</message>` }]
  }
const silent: Script = () => []

describe('account-hears', () => {
  const hears = (script: Script) => {
    const { account, clock } = scriptedAccount(script)
    return until(clock, hearsFinding(account, clock))
  }

  test('the check says ok when a message to the account itself arrives', async () => {
    expect(await hears(heardAfter(() => 3))).toMatchObject({ status: 'ok', summary: expect.stringContaining('3 ms') })
  })

  test('the check names another client when the message does not arrive', async () => {
    expect(await hears(silent)).toMatchObject({
      status: 'wrong',
      summary: expect.stringContaining('5000 ms'),
      advice: expect.stringContaining('higher priority'),
    })
  })

  test('the check names the condition and not the text when the message is returned', async () => {
    const finding = await hears(returned('policy-violation', 'hunter2'))

    expect(finding).toMatchObject({ status: 'wrong', summary: expect.stringContaining('policy-violation') })
    expect(JSON.stringify(finding)).not.toContain('hunter2')
  })
})

describe('account-pace', () => {
  const pace = (script: Script) => {
    const { account, clock } = scriptedAccount(script)
    return until(clock, paceFinding(account, clock, 'ejabberd'))
  }

  test('the check says ok when 40 messages arrive within a second', async () => {
    expect(await pace(heardAfter(n => 20 * n))).toMatchObject({ status: 'ok' })
  })

  test('the check names the switch of the server when a shaper delays the last messages', async () => {
    expect(await pace(heardAfter(n => (n < 36 ? 10 : 150 * n)))).toMatchObject({
      status: 'warn',
      summary: expect.stringMatching(/^40 messages at once took [56]\d{3} ms$/),
      advice: expect.stringContaining('c2s_shaper'),
    })
  })

  test('the check counts the messages that arrive when some do not arrive at all', async () => {
    let sent = 0
    const heard = heardAfter(() => 1)
    expect(await pace((...all) => (++sent <= AT_ONCE - 5 ? heard(...all) : []))).toMatchObject({
      status: 'warn',
      summary: expect.stringContaining('of 40 messages at once, 35 arrived'),
    })
  })
})

describe('account-s2s', () => {
  const s2s = (script: Script) => {
    const { account, clock } = scriptedAccount(script)
    return until(clock, otherServerFinding(account, clock, 'other.example', 'Prosody'))
  }
  const refusal =
    (condition: string, text = ''): Script =>
    () => [{ after: 7, xml: `<iq type='error' id='q' from='other.example'>${errorOf(condition, text)}</iq>` }]

  test('the check says ok when the other server answers', async () => {
    const script: Script = () => [{ xml: `<iq type='result' id='q' from='other.example'/>`, after: 60 }]

    expect(await s2s(script)).toMatchObject({
      status: 'ok',
      summary: expect.stringContaining('other.example answered'),
    })
  })

  test('the check says ok when the other server refuses to tell what it is', async () => {
    expect(await s2s(refusal('service-unavailable'))).toMatchObject({ status: 'ok' })
  })

  test.each([
    ['the domain does not exist', 'remote-server-not-found', 'Server-to-server connection failed: NXDOMAIN', /SRV/],
    ['the connection is refused', 'remote-server-timeout', 'Connection failed: connection refused', /firewall/],
    ['a certificate is refused', 'remote-server-timeout', 'Peer certificate rejected: self-signed', /^One of the two/],
    ['dialback fails', 'remote-server-timeout', 'Dialback failed', /dialback instead/],
    ['connections to others are off', 'not-allowed', '', /the module `s2s`/],
    ['an access rule is in the way', 'forbidden', '', /Allow connections/],
  ])('the check reports the reason and no text of the server when %s', async (_, condition, text, advice) => {
    const finding = await s2s(refusal(condition, `${text} hunter2`))

    expect(finding).toMatchObject({
      status: 'wrong',
      summary: expect.stringMatching(new RegExp(`other\\.example \\(${condition}, after \\d+ ms\\)`)),
      advice: expect.stringMatching(advice),
    })
    expect(JSON.stringify(finding)).not.toContain('hunter2')
  })

  test('the check gives up when the other server is silent', async () => {
    expect(await s2s(silent)).toMatchObject({ status: 'wrong', summary: expect.stringContaining('within 30000 ms') })
  })
})

describe('account-ask', () => {
  /** Asks an account, whose server or client answers the question by the script. */
  async function ask(answer: Script, jid = 'alice@other.example') {
    let told = ''
    const isQuestion: (...sent: Parameters<Script>) => boolean = ({ children }) =>
      children.some(({ text }) => text.startsWith('This is a test'))
    const { account, clock } = scriptedAccount((...sent) => (isQuestion(...sent) ? answer(...sent) : []))
    const asked = (number: string) => {
      told = number
    }
    return { finding: await until(clock, questionFinding(account, clock, { jid, asked }, 'ejabberd')), told }
  }

  test.each([
    ['blocks strangers', 'policy-violation', 'warn', /option `code`/],
    ['does not know the account', 'service-unavailable', 'wrong', /mod_offline/],
    ['cannot be reached', 'remote-server-timeout', 'wrong', /firewall/],
  ])('the check reports condition and time when the server of the account %s', async (_, condition, status, advice) => {
    const { finding } = await ask(returned(condition, 'hunter2'))

    expect(finding).toMatchObject({
      status,
      summary: expect.stringMatching(new RegExp(`returned after \\d+ ms \\(${condition}\\)`)),
      advice: expect.stringMatching(advice),
    })
    expect(JSON.stringify(finding)).not.toContain('hunter2')
  })

  test('the check warns when the question is neither answered nor returned', async () => {
    const { finding, told } = await ask(() => [])

    expect(finding).toMatchObject({ status: 'warn', summary: expect.stringContaining('neither answered nor returned') })
    expect(told).toMatch(/^[1-9]\d$/)
  })

  test('the check says that the question arrived when a client shows it without an answer', async () => {
    const displayed = "<message from='alice@other.example/phone'><displayed xmlns='urn:xmpp:chat-markers:0'/></message>"
    const { finding } = await ask(() => [{ xml: displayed, after: 5 }])

    expect(finding).toMatchObject({ status: 'warn', summary: expect.stringContaining('arrived') })
  })

  test('the check says ok when the account refuses', async () => {
    const { finding } = await ask(() => [
      { xml: "<message from='alice@other.example/phone'><body>no</body></message>" },
    ])

    expect(finding).toMatchObject({ status: 'ok', summary: expect.stringContaining('refused') })
  })

  test('the check takes no error of another account for the fate of its question', async () => {
    const { finding } = await ask(() => [
      { xml: `<message type='error' from='mallory@other.example'>${errorOf('service-unavailable')}</message>` },
    ])

    expect(finding).toMatchObject({ status: 'warn', summary: expect.stringContaining('neither answered') })
  })

  test('the check names the JID when it is that of the service account itself', async () => {
    expect((await ask(() => [], 'login@localhost')).finding).toMatchObject({ status: 'wrong' })
  })
})
