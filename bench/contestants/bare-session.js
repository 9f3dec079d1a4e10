import { randomInt } from 'node:crypto'
import http from 'node:http'
import { DOMAIN } from '../servers/instance.js'

const BODY = "<body xmlns='http://jabber.org/protocol/httpbind'"
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const XBOSH = "xmlns:xmpp='urn:xmpp:xbosh'"
/** s. As long as the library lets a request wait. */
const WAIT_S = 45

/**
 * Opens a session that stays, with prepared strings over node:http on two sockets. It searches replies for strings, keeps
 * one request at the server, and has neither limits on time and bytes nor a way to come back when it is lost.
 *
 * @param {object} options
 * @param {string} options.bosh
 * @param {string} options.username
 * @param {string} options.password
 * @param {(reply: string) => string} options.came takes a reply, and returns what the next request carries
 */
export async function openBareSession({ bosh, username, password, came }) {
  const { hostname: host, port, pathname: path } = new URL(bosh)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2, maxFreeSockets: 2 })
  let rid = randomInt(2 ** 31, 2 ** 47)
  let sid = ''
  let inFlight = 0
  let isClosed = false

  function post(attributes, payload = '') {
    const body = `${BODY} rid='${++rid}'${sid && ` sid='${sid}'`} ${attributes}>${payload}</body>`
    return new Promise((resolve, reject) => {
      const headers = {
        'Content-Type': 'text/xml; charset=utf-8',
        'Content-Length': Buffer.byteLength(body),
        'Accept-Encoding': 'identity',
      }
      const request = http.request({ method: 'POST', host, port, path, agent, headers })
      request.on('response', response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', chunk => {
          text += chunk
        })
        response.on('end', () => resolve(text))
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  async function send(payload) {
    inFlight++
    // After the end, the held request fails with its socket.
    const reply = await post('', payload).catch(error => {
      if (!isClosed) throw error
    })
    inFlight--
    if (isClosed) return
    if (reply.includes("type='terminate'")) throw new Error(`the session of ${username} ended: ${reply}`)
    const next = came(reply)
    if (inFlight === 0 || next) void send(next)
  }

  const offer = `${XBOSH} content='text/xml; charset=utf-8' hold='1' to='${DOMAIN}' ver='1.6' wait='${WAIT_S}' xml:lang='en' xmpp:version='1.0'`
  sid = / sid='([^']+)'/.exec(await post(offer))[1]
  const credentials = Buffer.from(`\0${username}\0${password}`).toString('base64')
  const verdict = await post('', `<auth ${SASL} mechanism='PLAIN'>${credentials}</auth>`)
  if (!verdict.includes('<success')) throw new Error(`${username} was refused`)
  await post(`${XBOSH} to='${DOMAIN}' xml:lang='en' xmpp:restart='true'`)
  await post('', "<iq xmlns='jabber:client' type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
  void send("<presence xmlns='jabber:client'/>")
  return {
    /** Sends a payload beside the request that the server holds. */
    send,
    async close() {
      isClosed = true
      await post("type='terminate'")
      agent.destroy()
    },
  }
}
