import crypto from 'node:crypto'
import { Authenticator } from '../../lib/login/authenticator'
import { transportTo } from '../fixtures/transport'

/*
 * The exchange of XEP-0206 §5 with the messages that the XEP prints: juliet logs in by SCRAM-SHA-1 and binds. Her
 * nonce is fixed. Everything else comes from the library itself.
 */

const NONCE = 'oMsTAAwAAAAMAAAANP0TAAAAAABPU0AA'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const SERVER_FIRST =
  'r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AAe124695b-69a9-4de6-9c30-b51b3808c59e,s=NjhkYTM0MDgtNGY0Zi00NjdmLTkxMmUtNDlmNTNmNDNkMDMz,i=4096'
const CLIENT_FINAL =
  'c=biws,r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AAe124695b-69a9-4de6-9c30-b51b3808c59e,p=UA57tM/SvpATBkH2FXs0WDXvJYw='
const HTTPBIND = "xmlns='http://jabber.org/protocol/httpbind'"
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

const SERVER_SAYS = [
  `<body ${HTTPBIND} xmlns:xmpp='urn:xmpp:xbosh' xmlns:stream='http://etherx.jabber.org/streams' authid='ServerStreamID' sid='SomeSID' wait='60' requests='2' hold='1' ver='1.6' from='example.com' inactivity='30' polling='5' maxpause='120' xmpp:version='1.0' xmpp:restartlogic='true'><stream:features><mechanisms ${SASL}><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms></stream:features></body>`,
  `<body ${HTTPBIND}><challenge ${SASL}>${base64(SERVER_FIRST)}</challenge></body>`,
  `<body ${HTTPBIND}><success ${SASL}>${base64('v=pNNDFVEQxuXxCoSEiW8GEZ+1RSo=')}</success></body>`,
  `<body xmpp:version='1.0' xmlns:stream='http://etherx.jabber.org/streams' xmlns:xmpp='urn:xmpp:xbosh' ${HTTPBIND}><stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features></body>`,
  (iq: string) =>
    `<body ${HTTPBIND}><iq xmlns='jabber:client' id='${iq}' type='result'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@example.com/balcony</jid></bind></iq></body>`,
  `<body type='terminate' ${HTTPBIND}/>`,
]

test('a login of juliet sends the messages of XEP-0206 §5 byte for byte', async () => {
  jest.spyOn(crypto, 'randomFillSync').mockImplementation(bytes => {
    ;(bytes as Buffer).write(NONCE, 'base64')
    return bytes
  })
  const said: string[] = []
  const transport = transportTo({
    async post(_url: URL, body: string) {
      const reply = SERVER_SAYS[said.length]
      said.push(body)
      return Buffer.from(typeof reply === 'function' ? reply(/ id='([^']+)'/.exec(body)?.[1] ?? '') : (reply ?? ''))
    },
    close() {},
  })
  const authenticator = new Authenticator({ service: 'https://example.com/bosh', domain: 'example.com' }, { transport })
  const account = await authenticator.authenticate({ username: 'juliet', password: 'r0m30myr0m30' })
  await authenticator.close()

  expect(account).toEqual({
    jid: 'juliet@example.com',
    username: 'juliet',
    domain: 'example.com',
    mechanism: 'SCRAM-SHA-1',
  })
  const rid = Number(/ rid='([0-9]+)'/.exec(said[0] ?? '')?.[1])
  const head = (n: number) => `<body ${HTTPBIND} rid='${rid + n}' sid='SomeSID'`
  const id = / id='([^']+)'/.exec(said[4] ?? '')?.[1]
  expect(said).toEqual([
    `<body ${HTTPBIND} xmlns:xmpp='urn:xmpp:xbosh' content='text/xml; charset=utf-8' hold='1' rid='${rid}' to='example.com' ver='1.6' wait='10' xml:lang='en' xmpp:version='1.0'/>`,
    `${head(1)}><auth ${SASL} mechanism='SCRAM-SHA-1'>biwsbj1qdWxpZXQscj1vTXNUQUF3QUFBQU1BQUFBTlAwVEFBQUFBQUJQVTBBQQ==</auth></body>`,
    `${head(2)}><response ${SASL}>${base64(CLIENT_FINAL)}</response></body>`,
    `${head(3)} xmlns:xmpp='urn:xmpp:xbosh' to='example.com' xml:lang='en' xmpp:restart='true'/>`,
    `${head(4)}><iq xmlns='jabber:client' type='set' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq></body>`,
    `${head(5)} type='terminate'/>`,
  ])
})
