/**
 * The same server without a port: `nock` intercepts the requests. It requires `nock` 14.
 *
 * @module passport-xmpp-bosh/testing/nock
 */
import nock from 'nock'
import { paced } from './faults/pace'
import type { ResponderOptions } from './options'
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

class NockTestServer extends Responder implements BoshMock {
  readonly url: string
  readonly #interceptor: nock.Interceptor

  constructor(url: string, options: ResponderOptions) {
    super(options)
    if (!/^https?:/i.test(url) || !URL.canParse(url)) throw new TypeError('`url` must be an http: or https: URL')
    this.url = url
    const { origin, pathname, search } = new URL(url)
    const respond = this.respond.bind(this)
    this.#interceptor = nock(origin)
      .persist()
      .post(pathname + search)
      // `nock.isDone()` is true even if the test does not log in.
      .optionally()
    this.#interceptor.reply(async function (_uri, sent) {
      const reply = await respond(Buffer.from(String(sent)), this.req.headers)
      if (reply === 'hang') return new Promise<never>(() => {})
      if (reply === 'reset') throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
      const { status, headers, body, pace } = reply
      return [status, pace ? paced(body, pace) : Buffer.from(body), headers]
    })
  }

  close(): void {
    this.endSessions()
    nock.removeInterceptor(this.#interceptor)
  }
}
