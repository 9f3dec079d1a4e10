import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Authenticator, type XmppBoshError } from '../../lib'
import { debian } from './servers/debian'
import { type ShippedServer, startShipped } from './servers/shipped'

/*
 * ejabberd ends the session of a banned address while it creates it. By chance, its answer is the reason, the reason
 * with repeated attributes, or that there is no such session. Visitors come from addresses of their own.
 */

const PASSWORD = 'correct horse battery'
const BANNED = '198.51.100.66'
const OTHER = '203.0.113.66'
const GUESSES = 20
const CREATIONS = 300

describe(`on the shipped ejabberd of ${debian}`, () => {
  let ejabberd: ShippedServer
  let second: Server
  let service: readonly string[]
  let askedSecond = 0
  const opened: Authenticator[] = []

  const authenticator = () => {
    const made = new Authenticator({ service, domain: 'localhost', failureDelay: 0 })
    opened.push(made)
    return made
  }
  const codeOf = (login: Promise<unknown>) =>
    login.then(
      () => 'signs in',
      ({ code }: XmppBoshError) => code,
    )

  beforeAll(async () => {
    ejabberd = await startShipped({ values: { MAX_FAILURES: String(GUESSES) } })
    second = createServer((_, response) => {
      askedSecond++
      response.writeHead(503).end()
    }).listen(0, '127.0.0.1')
    await once(second, 'listening')
    service = [ejabberd.url, `http://127.0.0.1:${(second.address() as AddressInfo).port}/bosh`]
    await ejabberd.addUser('alice', PASSWORD)
    const guessing = authenticator()
    for (let n = 0; n < GUESSES; n++) {
      await codeOf(guessing.authenticate({ username: 'alice', password: `wrong ${n}` }, { clientIp: BANNED }))
    }
  })
  afterAll(async () => {
    await Promise.all(opened.map(each => each.close()))
    second?.close()
    await ejabberd?.stop()
  })

  test(`each of ${CREATIONS} creations from a banned address is a ban and never asks the second service`, async () => {
    const codes: Record<string, number> = {}
    for (let n = 0; n < CREATIONS; n++) {
      const fresh = authenticator()
      const code = await codeOf(fresh.authenticate({ username: 'alice', password: PASSWORD }, { clientIp: BANNED }))
      codes[code] = (codes[code] ?? 0) + 1
      await fresh.close()
    }

    expect(codes).toEqual({ ERR_XMPP_POLICY: CREATIONS })
    expect(askedSecond).toBe(0)
  })

  test('another visitor of the same app signs in on the first service after a ban', async () => {
    const shared = authenticator()
    const login = (clientIp: string) => shared.authenticate({ username: 'alice', password: PASSWORD }, { clientIp })

    expect(await codeOf(login(BANNED))).toBe('ERR_XMPP_POLICY')
    expect(await codeOf(login(OTHER))).toBe('signs in')
    expect(askedSecond).toBe(0)
  })
})
