import { createHash, createHmac, pbkdf2, randomInt, randomUUID } from 'node:crypto'
import http from 'node:http'
import { IDLE_SOCKET_MS, MAX_CONCURRENT, MAX_DERIVATIONS } from '../dist/limits.js'
import { DOMAIN } from '../servers/instance.js'

const BODY = "<body xmlns='http://jabber.org/protocol/httpbind'"
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const XBOSH = "xmlns:xmpp='urn:xmpp:xbosh'"
const DIGESTS = { 'SCRAM-SHA-512': 'sha512', 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-1': 'sha1' }
const BYTES = { sha512: 64, sha256: 32, sha1: 20 }

/**
 * The floor: the exchanges of a login over node:http with a keep-alive agent and nothing else. It searches replies for
 * strings instead of parsing XML, checks neither the server nor its replies, and limits neither bytes, time nor logins.
 * Its pool and its number of parallel key derivations are those of the Authenticator.
 */
export default function floor({ bosh, mechanism, bind }) {
  const { hostname: host, port, pathname: path } = new URL(bosh)
  const pool = { maxSockets: MAX_CONCURRENT, maxFreeSockets: MAX_CONCURRENT, timeout: IDLE_SOCKET_MS }
  const agent = new http.Agent({ keepAlive: true, ...pool })
  const terminates = new Set()
  const derive = derivingAtMost(MAX_DERIVATIONS)

  function post(body) {
    return new Promise((resolve, reject) => {
      const headers = {
        'Content-Type': 'text/xml; charset=utf-8',
        'Content-Length': body.length,
        'Accept-Encoding': 'identity',
      }
      const request = http.request({ method: 'POST', host, port, path, agent, headers })
      request.on('response', response => {
        let text = ''
        response.setEncoding('latin1')
        response.on('data', chunk => {
          text += chunk
        })
        response.on('end', () => resolve(text))
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  function plain(ask, username, password) {
    const message = Buffer.from(`\0${username}\0${password}`).toString('base64')
    return ask(`<auth ${SASL} mechanism='PLAIN'>${message}</auth>`)
  }

  async function scram(ask, username, password) {
    const digest = DIGESTS[mechanism]
    const first = `n=${username},r=${randomUUID()}`
    const reply = await ask(
      `<auth ${SASL} mechanism='${mechanism}'>${Buffer.from(`n,,${first}`).toString('base64')}</auth>`,
    )
    if (reply.indexOf('<challenge') < 0) return reply
    const challenge = Buffer.from(between(reply.slice(reply.indexOf('<challenge')), '>', '<'), 'base64').toString()
    const nonce = between(challenge, 'r=', ',')
    const salt = Buffer.from(between(challenge, 's=', ','), 'base64')
    const salted = await derive(password, salt, Number(challenge.slice(challenge.indexOf('i=') + 2)), digest)
    const clientKey = createHmac(digest, salted).update('Client Key').digest()
    const storedKey = createHash(digest).update(clientKey).digest()
    const withoutProof = `c=biws,r=${nonce}`
    const signature = createHmac(digest, storedKey).update(`${first},${challenge},${withoutProof}`).digest()
    for (let at = 0; at < signature.length; at++) clientKey[at] ^= signature[at]
    const final = Buffer.from(`${withoutProof},p=${clientKey.toString('base64')}`).toString('base64')
    return ask(`<response ${SASL}>${final}</response>`)
  }

  return {
    /** Resolves to true if the password is right. */
    async login(username, password) {
      let rid = randomInt(2 ** 31, 2 ** 47)
      const created = await post(
        `${BODY} ${XBOSH} content='text/xml; charset=utf-8' hold='1' rid='${rid}' to='${DOMAIN}' ver='1.6' wait='10' xml:lang='en' xmpp:version='1.0'/>`,
      )
      const sid = between(created, " sid='", "'")
      const ask = payload => post(`${BODY} rid='${++rid}' sid='${sid}'>${payload}</body>`)
      const verdict =
        mechanism === 'PLAIN' ? await plain(ask, username, password) : await scram(ask, username, password)
      const isRight = verdict.indexOf('<success') > 0
      if (isRight && bind) {
        await post(`${BODY} rid='${++rid}' sid='${sid}' ${XBOSH} to='${DOMAIN}' xml:lang='en' xmpp:restart='true'/>`)
        const id = randomUUID()
        const bound = await ask(
          `<iq xmlns='jabber:client' type='set' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`,
        )
        if (bound.indexOf(`${username}@${DOMAIN}/`) < 0) throw new Error('not bound')
      }
      const terminate = post(`${BODY} rid='${++rid}' sid='${sid}' type='terminate'/>`)
      terminates.add(terminate)
      const done = () => terminates.delete(terminate)
      terminate.then(done, done)
      return isRight
    },
    async close() {
      await Promise.allSettled(terminates)
      agent.destroy()
    },
  }
}

function between(text, before, after) {
  const start = text.indexOf(before) + before.length
  return text.slice(start, text.indexOf(after, start))
}

// Node's pool has four threads. Deriving keys on all of them is not faster on two cores.
function derivingAtMost(size) {
  const waiting = []
  let running = 0
  const next = () => {
    if (running === size || waiting.length === 0) return
    running++
    const { password, salt, iterations, digest, resolve, reject } = waiting.shift()
    pbkdf2(password, salt, iterations, BYTES[digest], digest, (error, key) => {
      running--
      next()
      if (error) reject(error)
      else resolve(key)
    })
  }
  return (password, salt, iterations, digest) =>
    new Promise((resolve, reject) => {
      waiting.push({ password, salt, iterations, digest, resolve, reject })
      next()
    })
}
