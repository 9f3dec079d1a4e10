import http from 'node:http'
import { DOMParser } from '@xmldom/xmldom'
import { Strophe } from 'strophe.js'
import { DOMAIN } from '../servers/instance.js'

const MECHANISMS = { PLAIN: Strophe.SASLPlain, 'SCRAM-SHA-1': Strophe.SASLSHA1 }
const { CONNECTED, AUTHFAIL, CONNFAIL, DISCONNECTED, ERROR } = Strophe.Status

/** strophe.js over BOSH or WebSocket, with one connection for each login, as its users log in. */
export default function strophe({ bosh, websocket, transport, mechanism }) {
  if (transport === 'bosh') globalThis.XMLHttpRequest = Exchange
  Strophe.setLogLevel(Strophe.LogLevel.FATAL)
  return {
    login: (username, password) =>
      new Promise((resolve, reject) => {
        const service = transport === 'bosh' ? bosh : websocket
        const connection = new Strophe.Connection(service, { mechanisms: [MECHANISMS[mechanism]] })
        connection.connect(`${username}@${DOMAIN}`, password, status => {
          if (status === CONNECTED) resolve(true)
          else if (status === AUTHFAIL) resolve(false)
          else if ([CONNFAIL, DISCONNECTED, ERROR].includes(status)) reject(new Error('strophe did not connect'))
          if (status === CONNECTED || status === AUTHFAIL) connection.disconnect()
        })
      }),
    close() {},
  }
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 })

// The part of XMLHttpRequest that strophe.js uses. The packages of that name either lack responseXML, or never finish with
// this library.
class Exchange {
  readyState = 0
  status = 0
  #aborted = new AbortController()

  open(method, url) {
    this.#to = { method, url }
    this.#enter(1)
  }
  #to
  #headers = {}

  setRequestHeader(name, value) {
    this.#headers[name] = value
  }

  send(body) {
    const headers = { ...this.#headers, 'Content-Length': Buffer.byteLength(body) }
    const { method, url } = this.#to
    const request = http.request(url, { method, agent, headers, signal: this.#aborted.signal }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () => {
        this.status = response.statusCode
        this.responseText = text
        this.responseXML = text && new DOMParser().parseFromString(text, 'text/xml')
        this.#enter(4)
      })
      response.on('error', () => {})
    })
    request.on('error', () => this.#enter(4))
    request.end(body)
  }

  getAllResponseHeaders() {
    return ''
  }

  abort() {
    this.#aborted.abort()
  }

  #enter(state) {
    this.readyState = state
    this.onreadystatechange?.()
  }
}
