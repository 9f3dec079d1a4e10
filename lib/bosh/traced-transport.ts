import { redacted } from '../diagnostics/redaction'
import { XmppBoshError } from '../errors/error'
import { MAX_TRACE_LINES } from '../limits'
import type { Connection, PostOptions, Transport } from './transport'

/** Environment variable that turns the trace on. */
const SWITCH = 'PASSPORT_XMPP_BOSH_TRACE'
const NOTICE = `${SWITCH}=1 is set: the dialogue with the XMPP server is printed without secrets; unset it in production`

function passOver(): void {}

/** Returns `transport` itself, or one that prints the dialogue if the environment asks for it. */
export function tracedIfAsked(transport: Transport): Transport {
  if (process.env[SWITCH] !== '1') return transport
  const { stderr } = process
  // Without a listener, the process would end when the reader of its output is gone (EPIPE).
  if (!stderr.listeners('error').includes(passOver)) stderr.on('error', passOver)
  return new TracedTransport(transport, line => stderr.write(`${line}\n`))
}

/** Transport that prints each request and each reply in one redacted line, up to a number of lines. */
export class TracedTransport implements Transport {
  readonly #transport: Transport
  readonly #print: (line: string) => void
  #lines = 0
  #posts = 0

  constructor(transport: Transport, print: (line: string) => void) {
    this.#transport = transport
    this.#print = print
    print(NOTICE)
  }

  connect(url: URL): Connection {
    const connection = this.#transport.connect(url)
    return {
      post: (body, options) => this.#post(connection, url, body, options),
      release: () => connection.release(),
      get repeats() {
        return connection.repeats
      },
    }
  }

  close(): void {
    this.#transport.close()
  }

  async #post(connection: Connection, url: URL, body: string, options: PostOptions): Promise<Buffer> {
    const post = ++this.#posts
    const startedAt = performance.now()
    const trace = (what: string) => this.#trace(`${post} ${what}`)
    const took = () => `(${Math.round(performance.now() - startedAt)} ms)`
    trace(`> ${url.origin}${url.pathname} ${redacted(Buffer.from(body))}`)
    try {
      const reply = await connection.post(body, options)
      trace(`< ${took()} ${redacted(reply)}`)
      return reply
    } catch (reason) {
      // The messages of the library hold no text that a server wrote. The status stands in them.
      trace(`< ${took()} ${XmppBoshError.is(reason) ? `${reason.code}: ${reason.message}` : 'an unexpected error'}`)
      throw reason
    }
  }

  #trace(line: string): void {
    if (++this.#lines > MAX_TRACE_LINES) return
    this.#print(`${SWITCH} ${line}`)
    if (this.#lines === MAX_TRACE_LINES) this.#print(`${SWITCH} ends after ${MAX_TRACE_LINES} lines`)
  }
}
