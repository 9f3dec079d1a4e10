import type { LiveServer } from './live-server'

// BOSH as bare HTTP: when this fails, the fault is not in lib/.

export const namespaces = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'"

export interface Session {
  readonly features: string
  send(content: string, attributes?: string): Promise<string>
}

export async function post({ url }: Pick<LiveServer, 'url'>, body: string, timeout = 5_000): Promise<string> {
  const headers = { 'content-type': 'text/xml; charset=utf-8' }
  const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeout) })
  return response.text()
}

export async function openSession(server: Pick<LiveServer, 'url'>, timeout?: number): Promise<Session> {
  let rid = 1_000_000
  const creation = `to='localhost' wait='2' hold='1' ver='1.6' xmpp:version='1.0'`
  const features = await post(server, `<body ${namespaces} rid='${rid}' ${creation}/>`, timeout)
  const sid = / sid='([^']+)'/.exec(features)?.[1]
  if (sid === undefined) throw new Error(`no session: ${features}`)
  return {
    features,
    send: (content, attributes = '') =>
      post(server, `<body ${namespaces} sid='${sid}' rid='${++rid}' ${attributes}>${content}</body>`),
  }
}

export async function authenticate(session: Session, username: string, password: string): Promise<string> {
  const message = Buffer.from(`\0${username}\0${password}`).toString('base64')
  return session.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${message}</auth>`)
}

export async function bind(session: Session): Promise<string> {
  await session.send('', "xmpp:restart='true'")
  return session.send(
    "<iq xmlns='jabber:client' type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
  )
}

export const terminate = (session: Session) => session.send('', "type='terminate'")

/** Removes the account of the session. */
export const removeAccount = (session: Session) =>
  session.send("<iq xmlns='jabber:client' type='set' id='r'><query xmlns='jabber:iq:register'><remove/></query></iq>")

/** number of requests that are sent for an answer that is due */
const MAX_POLLS = 10

/** Sends a stanza. Returns the first reply with the words, which may come with a later request. */
export async function untilSaid(session: Session, stanza: string, words: string): Promise<string> {
  let reply = await session.send(stanza)
  for (let polls = 0; !reply.includes(words); polls++) {
    if (polls === MAX_POLLS || /<body[^>]* type='terminate'/.test(reply)) {
      throw new Error(`no answer with ${words} to ${stanza}: ${reply}`)
    }
    reply = await session.send('')
  }
  return reply
}
