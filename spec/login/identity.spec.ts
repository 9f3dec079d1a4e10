import { Authenticator, Registration, type XmppBoshError } from '../../lib/index'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'

/*
 * Tigase compares names without regard to case and prepares nothing. It binds the name in the spelling of the client that
 * came first, so that two clients of an account share one JID. The replies are recorded.
 */

const PASSWORD = 'correct-horse'

let servers: BoshServer[] = []
let opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.map(one => one.close()))
  await Promise.all(servers.map(server => server.close()))
  opened = []
  servers = []
})

const tigase = (iq: string) =>
  `<body xmlns="http://jabber.org/protocol/httpbind" secure="true" xmlns:xmpp="urn:xmpp:xbosh" ack="1649120857" from="tigase.test" xmpp:version="1.0" xmlns:stream="http://etherx.jabber.org/streams" host="localhost">${iq}</body>`
const bound = (name: string) =>
  tigase(
    `<iq xmlns="jabber:client" to="${name}@tigase.test/r" type="result" id="ID"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>${name}@tigase.test/r</jid></bind></iq>`,
  )

async function serving() {
  const accounts = { user1: PASSWORD, j\u00fcrgenx: PASSWORD }
  const server = await startBoshServer({ domain: 'tigase.test', accounts })
  servers.push(server)
  const options = { service: server.url, domain: 'tigase.test', failureDelay: 0 }
  const [authenticator, registration] = [new Authenticator(options), new Registration(options)]
  opened.push(authenticator, registration)
  return { server, authenticator, registration }
}

function replying(server: BoshServer, on: 'bind' | 'register' | 'remove', reply: string) {
  const rewrite = (_: string, { body }: { readonly body: string }) =>
    reply.replace('ID', /<iq [^>]*id='([^']+)'/.exec(body)?.[1] ?? '')
  server.fault({ on, reply: { rewrite } })
}

describe('the account that is online elsewhere in another spelling', () => {
  test.each([
    ['user1', 'USER1', 'user1@tigase.test'],
    ['USER1', 'user1', 'user1@tigase.test'],
    ['j\u00fcrgenx', 'J\u00fcrgenX', 'j\u00fcrgenx@tigase.test'],
    ['J\u00fcrgenX', 'j\u00fcrgenx', 'j\u00fcrgenx@tigase.test'],
    ['ju\u0308rgenx', 'J\u00dcRGENX', 'j\u00fcrgenx@tigase.test'],
  ])('logs in as one identity when %s is typed and %s is bound', async (username, name, jid) => {
    const { server, authenticator } = await serving()
    replying(server, 'bind', bound(name))

    expect(await authenticator.authenticate({ username, password: PASSWORD })).toMatchObject({ jid })
  })

  test('changes its password and is removed by replies in the other spelling', async () => {
    const { server, registration } = await serving()
    const from = 'USER1@tigase.test'
    for (const on of ['register', 'remove'] as const) {
      replying(server, 'bind', bound('USER1'))
      replying(server, on, tigase(`<iq xmlns="jabber:client" from="${from}" to="${from}/r" type="result" id="ID"/>`))
    }

    await registration.changePassword({ username: 'user1', password: PASSWORD }, 'another one')
    await registration.remove({ username: 'user1', password: 'another one' })
    expect(server.requests.filter(({ step }) => step === 'create')).toHaveLength(2)
  })
})

test.each(['USER2', 'user1\u0301', 'j\u00fcrgen', 'user1\\40x', ''])(
  'a login is refused when the account %s is bound for user1',
  async name => {
    const { server, authenticator } = await serving()
    replying(server, 'bind', bound(name))
    const login = authenticator.authenticate({ username: 'user1', password: PASSWORD })

    expect(await login.catch((reason: XmppBoshError) => reason.code)).toBe('ERR_XMPP_IDENTITY')
  },
)
