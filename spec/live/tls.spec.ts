import { Strategy, type TlsOptions } from '../../lib'
import { form, visit } from '../fixtures/passport'
import { selfSigned } from '../fixtures/vectors/certificate'
import { type SecureServer, startEjabberd } from './servers/ejabberd'

/* TLS with a real ejabberd, on a loopback address that its certificate does not name. */

const ELSEWHERE = selfSigned('xmpp.example.com')
const EXPIRED = selfSigned('127.0.0.1', Date.now() - 365 * 86_400_000)
const servers: Record<string, SecureServer> = {}

beforeAll(async () => {
  for (const [name, certificate] of Object.entries({ elsewhere: ELSEWHERE, expired: EXPIRED })) {
    const server = await startEjabberd({ storage: 'scram', hash: 'sha256', certificate })
    servers[name] = server
    await server.register('user1', 'user1')
  }
})
afterAll(async () => {
  for (const server of Object.values(servers)) await server.stop()
})

async function logIn(name: string, tls?: TlsOptions, mechanism: 'PLAIN' | 'SCRAM-SHA-256' = 'PLAIN') {
  const strategy = new Strategy({
    service: servers[name]?.secureUrl ?? '',
    domain: 'localhost',
    mechanisms: [mechanism],
    failureDelay: 0,
    ...(tls && { tls }),
  })
  const answer = await visit(strategy, form('user1', 'user1'))
  await strategy.close()
  return answer
}

test.each<[what: string, name: string, tls: TlsOptions | undefined]>([
  ['that is not trusted', 'elsewhere', undefined],
  ['of another host', 'elsewhere', { ca: ELSEWHERE.cert }],
  ['that has expired', 'expired', { ca: EXPIRED.cert }],
])('a certificate %s ends a login before the server sees a session', async (_, name, tls) => {
  expect(await logIn(name, tls)).toMatchObject({ action: 'error', error: { code: 'ERR_XMPP_TLS', status: 502 } })
  expect(await servers[name]?.boshSessions()).toBe(0)
})

test.each(['PLAIN', 'SCRAM-SHA-256'] as const)('a login by %s works with `ca` and `servername`', async mechanism => {
  const tls = { ca: ELSEWHERE.cert, servername: 'xmpp.example.com' }

  expect(await logIn('elsewhere', tls, mechanism)).toMatchObject({
    action: 'success',
    user: { jid: 'user1@localhost' },
    info: { mechanism },
  })
})
