/**
 * The same server without a port: `nock` takes the requests. Needs `nock` 14.
 *
 * @module passport-xmpp-bosh/testing/nock
 */
import nock from 'nock'
import { paced } from './faults/pace'
import type { ResponderOptions } from './options'
import { Responder, type TestServer } from './responder'

/** A BOSH URL that answers without a network. */
export interface BoshMock extends TestServer {
  /** for option `service` */
  readonly url: string
  /** The URL is an ordinary one again. */
  close(): void
}

/**
 * Answers POSTs to `url` as an XMPP server would, by nock: no port, no TLS, no network. Several can be there at once,
 * each with a URL of its own; other hosts, and what `nock` was told about them, are left alone.
 *
 * @throws {TypeError} `url` is no http: or https: URL, or an option is wrong
 */
export function mockBosh(url: string, options: ResponderOptions): BoshMock {
  return new NockMount(url, options)
}

class NockMount extends Responder implements BoshMock {
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
      // So that a test that asks `nock.isDone()` need not log in.
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
