import { Strategy, type TlsOptions } from '../../lib/index'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { form, visit } from '../fixtures/passport'
import { selfSigned } from '../fixtures/vectors/certificate'

/* The results of a visitor's login over TLS. bosh/transport.spec.ts has the certificates that a connection accepts. */

const HERE = selfSigned('127.0.0.1')
const ELSEWHERE = selfSigned('xmpp.example.com')
const EXPIRED = selfSigned('127.0.0.1', Date.now() - 365 * 86_400_000)

let server: BoshServer
const serving = async (tls: { key: string; cert: string }) => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, tls })
}
afterEach(() => server.close())

async function logIn(tls?: TlsOptions, mechanism: 'PLAIN' | 'SCRAM-SHA-256' = 'PLAIN') {
  const strategy = new Strategy({
    service: server.url,
    domain: 'localhost',
    mechanisms: [mechanism],
    failureDelay: 0,
    ...(tls && { tls }),
  })
  const answer = await visit(strategy, form('user1', 'user1'))
  await strategy.close()
  return answer
}

test.each<[what: string, presented: { key: string; cert: string }, tls: TlsOptions | undefined]>([
  ['self-signed', HERE, undefined],
  ['of another authority', HERE, { ca: ELSEWHERE.cert }],
  ['of another host', ELSEWHERE, { ca: ELSEWHERE.cert }],
  ['of another host than `servername` says', HERE, { ca: HERE.cert, servername: 'xmpp.example.com' }],
  ['expired', EXPIRED, { ca: EXPIRED.cert }],
])('a certificate that is %s ends the login before any request and names `tls`', async (_, presented, tls) => {
  await serving(presented)

  expect(await logIn(tls)).toMatchObject({
    action: 'error',
    error: { code: 'ERR_XMPP_TLS', status: 502, message: expect.stringContaining('see option `tls`') },
  })
  expect(server.requests).toEqual([])
})

test.each(['PLAIN', 'SCRAM-SHA-256'] as const)('a login by %s succeeds with `ca` and `servername`', async mechanism => {
  await serving(ELSEWHERE)

  expect(await logIn({ ca: ELSEWHERE.cert, servername: 'xmpp.example.com' }, mechanism)).toMatchObject({
    action: 'success',
    user: { jid: 'user1@localhost' },
    info: { mechanism },
  })
})
