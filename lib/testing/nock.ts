/**
 * The same server without a port: `nock` intercepts the requests. It requires `nock` 14.
 *
 * @module passport-xmpp-bosh/testing/nock
 */
import { PassThrough } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import nock from 'nock'
import { paced } from './faults/pace'
import type { ResponderOptions } from './options'
import type { Reply } from './protocol/reply'
import { Responder } from './responder'
import type { TestServer } from './test-server'

/**
 * A test server behind a URL that `nock` intercepts.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { type BoshMock, mockBosh } from 'passport-xmpp-bosh/testing/nock'
 *
 * const xmpp: BoshMock = mockBosh('https://xmpp.example.com/bosh', { domain: 'example.com' })
 * xmpp.accounts.add('alice', 'secret')
 *
 * assert.equal(xmpp.url, 'https://xmpp.example.com/bosh')
 * xmpp.close()
 * ```
 */
export interface BoshMock extends TestServer {
  /** URL for option `service` */
  readonly url: string
  /** Ends all sessions and stops the interception: the URL is an ordinary one again. */
  close(): void
}

/**
 * Answers POST requests to `url` as an XMPP server would, without a port, TLS or a network. Several mocks can exist at
 * once, each with its own URL. Other hosts are not touched, and neither are the settings of `nock` for them.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { Authenticator } from 'passport-xmpp-bosh'
 * import { mockBosh } from 'passport-xmpp-bosh/testing/nock'
 *
 * const service = 'https://xmpp.example.com/bosh'
 * const xmpp = mockBosh(service, { domain: 'example.com', accounts: { alice: 'secret' } })
 * const authenticator = new Authenticator({ service, domain: 'example.com' })
 * const { jid } = await authenticator.authenticate({ username: 'alice', password: 'secret' })
 *
 * assert.equal(jid, 'alice@example.com')
 * await authenticator.close()
 * xmpp.close()
 * ```
 *
 * @throws {TypeError} `url` is not an `http:` or `https:` URL, or an option is invalid
 */
export function mockBosh(url: string, options: ResponderOptions): BoshMock {
  return new NockTestServer(url, options)
}

const OK = 200
/** ms after which a request of a bound session counts as held: every other reply takes no time */
const HELD_AFTER_MS = 10

/** Returns the body of a reply that comes later. Only a reply with status 200 can come; another one resets the connection. */
function heldBody(later: Promise<Reply>): PassThrough {
  const stream = new PassThrough()
  const reset = () => stream.destroy(connectionReset())
  later.then(reply => {
    if (reply === 'hang') return
    if (reply === 'reset' || reply.status !== OK) reset()
    else if (reply.pace) paced(reply.body, reply.pace).on('error', reset).pipe(stream)
    else stream.end(reply.body)
  }, reset)
  return stream
}

function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}

class NockTestServer extends Responder implements BoshMock {
  readonly url: string
  readonly #interceptor: nock.Interceptor

  constructor(url: string, options: ResponderOptions) {
    super(options)
    if (!/^https?:/i.test(url) || !URL.canParse(url)) throw new TypeError('`url` must be an http: or https: URL')
    this.url = url
    const { origin, pathname, search } = new URL(url)
    const respond = this.respond.bind(this)
    const sessions = () => this.sessions
    const { xmlType } = this.http
    this.#interceptor = nock(origin)
      .persist()
      .post(pathname + search)
      // `nock.isDone()` is true even if the test does not log in.
      .optionally()
    this.#interceptor.reply(async function (_uri, sent) {
      const text = String(sent)
      const mayBeHeld = sessions().some(({ sid, jid }) => jid !== undefined && text.includes(sid))
      const later = respond(Buffer.from(text), this.req.headers)
      const reply = await (mayBeHeld ? Promise.race([later, pause(HELD_AFTER_MS, undefined, { ref: false })]) : later)
      // A held request gets the head of its reply at once: to its client, `nock` connects it no sooner.
      if (reply === undefined) return [OK, heldBody(later), { 'Content-Type': xmlType }]
      if (reply === 'hang') return new Promise<never>(() => {})
      if (reply === 'reset') throw connectionReset()
      const { status, headers, body, pace } = reply
      return [status, pace ? paced(body, pace) : Buffer.from(body), headers]
    })
  }

  close(): void {
    this.endSessions()
    nock.removeInterceptor(this.#interceptor)
  }
}
