import type { Responder } from '../../../lib/testing/responder'
import { CLIENT, HTTPBIND } from '../../../lib/xml/namespaces'
import { type Element, read } from '../../../lib/xml/read'

const PING = "<iq type='get' id='end'><ping xmlns='urn:xmpp:ping'/></iq>"
const TURNS = 5
const BOSH = `xmlns='${HTTPBIND}' xmlns:xmpp='urn:xmpp:xbosh'`

/** Reply to a request: the body, or what became of the connection. */
export type Said = Element | 'hang' | 'reset'

/** A bound BOSH session, in the words of a client that writes its own requests. */
export class ChatSession {
  readonly #responder: Responder
  #sid = ''
  #rid = 1_000
  #inbox: string[] = []

  private constructor(responder: Responder) {
    this.#responder = responder
  }

  /** Logs in `jid`, whose password is its name. */
  static async open(responder: Responder, jid: string, wait = 60): Promise<ChatSession> {
    const session = new ChatSession(responder)
    const [bare = '', resource = ''] = jid.split('/')
    const [name = '', domain = ''] = bare.split('@')
    const created = await session.#post(`to='${domain}' wait='${wait}' hold='1' ver='1.6' xmpp:version='1.0'`, '')
    session.#sid = typeof created === 'string' ? '' : (created.attributes.get('sid') ?? '')
    const message = Buffer.from(`\0${name}\0${name}`).toString('base64')
    await session.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${message}</auth>`)
    await session.say('', { attributes: `to='${domain}' xmpp:restart='true'` })
    const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind>`
    await session.say(`<iq type='set' id='b1'>${bind}</iq>`)
    return session
  }

  /** rid of the last request */
  get rid(): number {
    return this.#rid
  }

  /** Sends a request with the next rid, or with another one. */
  say(payload = '', { attributes = '', rid = ++this.#rid } = {}): Promise<Said> {
    return this.#post(`sid='${this.#sid}' ${attributes}`, payload, rid)
  }

  /** Takes a rid for a request that is sent later. */
  skip(): number {
    return ++this.#rid
  }

  /** Sends a stanza and lets the server deliver it. What comes back waits for `take()` or `text()`. */
  async tell(payload: string): Promise<void> {
    void this.#raw(`sid='${this.#sid}'`, payload, ++this.#rid).then(text => this.#inbox.push(text))
    await turns()
  }

  /** Sends an empty request that the server holds. */
  async hold(): Promise<{ readonly reply: Promise<Said> }> {
    const reply = this.say()
    await turns()
    return { reply }
  }

  /** Returns what waits for the client, as {@link wordsOf} does, without a wait for more. */
  async take(): Promise<string> {
    return wordsOf(read(Buffer.from(`<body xmlns='${HTTPBIND}'>${await this.text()}</body>`)))
  }

  /** Returns what waits for the client as the XML that the server wrote. */
  async text(): Promise<string> {
    const last = await this.#raw(`sid='${this.#sid}'`, PING, ++this.#rid)
    await turns()
    const texts = [...this.#inbox, last]
    this.#inbox = []
    return texts.map(text => text.replace(/^<body[^>]*>|<\/body>$/g, '').replace(/<iq [^>]* id='end'\/>/, '')).join('')
  }

  terminate(): Promise<Said> {
    return this.say('', { attributes: "type='terminate'" })
  }

  async #post(attributes: string, payload: string, rid = this.#rid): Promise<Said> {
    const text = await this.#raw(attributes, payload, rid)
    return text === 'hang' || text === 'reset' ? text : read(Buffer.from(text))
  }

  async #raw(attributes: string, payload: string, rid: number): Promise<string> {
    const stanzas = payload.replaceAll(/<(iq|message|presence)(?=[ />])(?![^>]* xmlns=)/g, `<$1 xmlns='${CLIENT}'`)
    const body = `<body ${BOSH} rid='${rid}' ${attributes}>${stanzas}</body>`
    const reply = await this.#responder.respond(Buffer.from(body))
    return typeof reply === 'string' ? reply : String(reply.body)
  }
}

/** Returns a reply as a short text, such as `terminate item-not-found` or `message chat from alice@localhost/phone: Hello`. */
export function wordsOf(said: Said): string {
  if (typeof said === 'string') return said
  const { attributes, children } = said
  const end = ['type', 'condition'].flatMap(name => attributes.get(name) ?? [])
  return [...end, ...children.map(wordsOfStanza)].join(' ')
}

/** Waits until everything that the server does by itself is done. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise(resolve => setImmediate(resolve))
}

function wordsOfStanza({ name, attributes, children }: Element): string {
  if (name === 'error') return children.map(child => child.name).join(' ')
  const type = attributes.get('type')
  const body = children.find(child => child.name === 'body')?.text
  const errors = children.filter(child => child.name === 'error').flatMap(error => error.children)
  const said = [...errors.map(error => error.name), ...(body === undefined ? [] : [body])]
  const from = attributes.get('from')
  const words = [name, ...(type ? [type] : []), ...(from ? [`from ${from}`] : [])].join(' ')
  return said.length > 0 ? `${words}: ${said.join(' ')}` : words
}
