import nock from 'nock'
import type { ResponderOptions } from './options'
import { paced } from './pace'
import { Responder, type TestServer } from './responder'

/** A BOSH URL that answers without a network. */
export interface BoshMock extends TestServer {
  /** The URL is an ordinary one again. */
  close(): void
}

/** Answers POSTs to `url` as an XMPP server would, by nock: no port, no TLS, no network. */
export function mockBosh(url: string, options: ResponderOptions): BoshMock {
  return new NockMount(url, options)
}

class NockMount extends Responder implements BoshMock {
  readonly #interceptor: nock.Interceptor

  constructor(url: string, options: ResponderOptions) {
    super(options)
    const { origin, pathname, search } = new URL(url)
    const respond = this.respond.bind(this)
    this.#interceptor = nock(origin)
      .persist()
      .post(pathname + search)
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
