import { namespaces, openSession, post, terminate } from '../servers/bare-session'
import { measureFacts, type Subject } from './facts'
import { said, terminated } from './said'

const CREATION = `to='localhost' wait='1' hold='1' ver='1.6'`

const attribute = (name: string, reply: string) => new RegExp(`^[^>]* ${name}=['"]([^'"]+)`).exec(reply)?.[1] ?? 'none'

async function statusOf(server: Subject, path: string): Promise<string> {
  const response = await fetch(new URL(path, server.url), { signal: AbortSignal.timeout(5_000) })
  await response.text()
  return String(response.status)
}

measureFacts('bosh', [
  {
    fact: 'Seconds until an idle session ends',
    ejabberd: '30',
    Prosody: '60',
    async measure(server) {
      const session = await openSession(server)
      await terminate(session)
      return attribute('inactivity', session.features)
    },
  },
  {
    fact: 'A first request without `xmpp:version`',
    ejabberd: 'no features',
    Prosody: 'features',
    async measure(server) {
      const reply = await post(server, `<body ${namespaces} rid='1' ${CREATION}/>`)
      return reply.includes('<mechanism>') ? 'features' : (terminated(reply) ?? 'no features')
    },
  },
  {
    fact: 'The same request, sent again',
    ejabberd: 'the same reply',
    Prosody: 'the same reply',
    async measure(server) {
      const creation = await post(server, `<body ${namespaces} rid='1' ${CREATION} xmpp:version='1.0'/>`)
      const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='none'/>`
      const request = `<body ${namespaces} sid='${attribute('sid', creation)}' rid='2'>${auth}</body>`
      const [first, second] = [said(await post(server, request)), said(await post(server, request))]
      return first === second && first === '`invalid-mechanism`' ? 'the same reply' : `${first}, and then ${second}`
    },
  },
  {
    fact: 'A request to a session that was terminated',
    ejabberd: 'terminated, `item-not-found`',
    Prosody: 'terminated, `item-not-found`',
    async measure(server) {
      const session = await openSession(server)
      await terminate(session)
      return said(await session.send(''))
    },
  },
  {
    fact: 'A body that is not XML',
    ejabberd: 'HTTP 400',
    Prosody: 'HTTP 200, terminated, `item-not-found`',
    async measure(server) {
      const response = await fetch(server.url, { method: 'POST', body: '<body', signal: AbortSignal.timeout(5_000) })
      const reply = terminated(await response.text())
      return [`HTTP ${response.status}`, ...(reply === undefined ? [] : [reply])].join(', ')
    },
  },
  {
    fact: 'Web pages that may use BOSH (CORS)',
    ejabberd: 'all',
    Prosody: 'none',
    async measure(server) {
      const body = `<body ${namespaces} rid='1' ${CREATION} xmpp:version='1.0'/>`
      const headers = { origin: 'https://elsewhere.example' }
      const response = await fetch(server.url, { method: 'POST', headers, body, signal: AbortSignal.timeout(5_000) })
      await response.text()
      const allowed = response.headers.get('access-control-allow-origin')
      return allowed === null ? 'none' : allowed === '*' ? 'all' : allowed
    },
  },
  {
    fact: '`/.well-known/host-meta` (XEP-0156)',
    ejabberd: '404',
    Prosody: { bookworm: '404', trixie: '200', sid: '200' },
    measure: server => statusOf(server, '/.well-known/host-meta'),
  },
  {
    fact: '`/.well-known/host-meta.json`',
    ejabberd: '404',
    Prosody: { bookworm: '404', trixie: '200', sid: '200' },
    measure: server => statusOf(server, '/.well-known/host-meta.json'),
  },
])
