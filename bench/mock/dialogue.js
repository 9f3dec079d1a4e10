import { randomBytes } from 'node:crypto'
import { scramServer } from './scram.js'

const BODY = "<body xmlns='http://jabber.org/protocol/httpbind'"
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const STREAM =
  "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh' xmlns:stream='http://etherx.jabber.org/streams'"
const DIGESTS = { 'SCRAM-SHA-512': 'sha512', 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-1': 'sha1' }
const ITERATIONS = 4096

// Replies of ejabberd 23.01, byte for byte except for the list of mechanisms.
const FEATURES = `<stream:features><mechanisms ${SASL}>${['PLAIN', ...Object.keys(DIGESTS)].map(name => `<mechanism>${name}</mechanism>`).join('')}</mechanisms><register xmlns='http://jabber.org/features/iq-register'/></stream:features></body>`
const BOUND_FEATURES =
  "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session><c ver='nTz3SwZ8Nsezdkz4VnsmQiVybhg=' node='http://www.process-one.net/en/ejabberd/' hash='sha-1' xmlns='http://jabber.org/protocol/caps'/><sm xmlns='urn:xmpp:sm:2'/><sm xmlns='urn:xmpp:sm:3'/><ver xmlns='urn:xmpp:features:rosterver'/></stream:features></body>"
const TERMINATED = `${BODY} type='terminate'/>`
const NO_SESSION = `${BODY} type='terminate' condition='item-not-found'/>`
const REFUSED = `${BODY}><failure ${SASL}><not-authorized/><text xml:lang='en'>Invalid username or password</text></failure></body>`

/**
 * Plays ejabberd's side of a login over BOSH, for one account: with prepared replies and keys derived once, without an
 * XML parser. It checks passwords and nothing else.
 */
export function dialogue({ username, password, domain }) {
  const sessions = new Map()
  const counts = { requests: 0, created: 0, successes: 0, failures: 0, terminated: 0 }
  const plain = Buffer.from(`\0${username}\0${password}`).toString('base64')
  const scram = Object.fromEntries(
    Object.entries(DIGESTS).map(([name, digest]) => [name, scramServer(digest, password, ITERATIONS)]),
  )

  function create() {
    const sid = randomBytes(20).toString('hex')
    sessions.set(sid, {})
    counts.created++
    return `<body xmpp:version='1.0' authid='14496158805084596253' sid='${sid}' wait='10' ver='1.11' polling='2' inactivity='30' hold='1' xmpp:restartlogic='true' requests='2' secure='true' maxpause='120' ${STREAM} from='${domain}'>${FEATURES}`
  }

  function auth(session, body) {
    const mechanism = attribute(body, 'mechanism')
    const payload = body.slice(body.indexOf('>', body.indexOf('<auth')) + 1, body.indexOf('</auth>'))
    if (mechanism === 'PLAIN') return payload === plain ? success('') : refuse()
    session.server = scram[mechanism]
    session.exchange = session.server.first(Buffer.from(payload, 'base64').toString())
    return `${BODY}><challenge ${SASL}>${Buffer.from(session.exchange.challenge).toString('base64')}</challenge></body>`
  }

  function response({ server, exchange }, body) {
    const payload = body.slice(body.indexOf('>', body.indexOf('<response')) + 1, body.indexOf('</response>'))
    const last = server.last(exchange, Buffer.from(payload, 'base64').toString())
    return last === undefined ? refuse() : success(Buffer.from(last).toString('base64'))
  }

  function success(payload) {
    counts.successes++
    return `${BODY}><success ${SASL}${payload ? `>${payload}</success>` : '/>'}</body>`
  }

  function refuse() {
    counts.failures++
    return REFUSED
  }

  function bind(body) {
    const id = attribute(body.slice(body.indexOf('<iq')), 'id')
    return `${BODY}><iq type='result' id='${id}' xmlns='jabber:client'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${username}@${domain}/${randomBytes(10).toString('hex')}</jid></bind></iq></body>`
  }

  function answer(body) {
    counts.requests++
    const sid = attribute(body, 'sid')
    if (sid === undefined) return create()
    const session = sessions.get(sid)
    if (session === undefined) return NO_SESSION
    if (body.includes('<auth')) return auth(session, body)
    if (body.includes('<response')) return response(session, body)
    if (body.includes('<iq')) return bind(body)
    if (attribute(body, 'xmpp:restart') === 'true') {
      return `<body xmpp:version='1.0' authid='12082071003810066820' ${STREAM}>${BOUND_FEATURES}`
    }
    if (attribute(body, 'type') !== 'terminate') return `${BODY}/>`
    sessions.delete(sid)
    counts.terminated++
    return TERMINATED
  }

  return { answer, counts: () => ({ ...counts, open: sessions.size }) }
}

/** Returns the value of the first attribute of that name. Accepts both kinds of quotes, because peers use either. */
export function attribute(text, name) {
  const at = text.indexOf(` ${name}=`)
  if (at < 0) return undefined
  const start = at + name.length + 3
  return text.slice(start, text.indexOf(text[start - 1], start))
}
