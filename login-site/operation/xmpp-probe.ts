import { randomInt } from 'node:crypto'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { domainToASCII } from 'node:url'
import type { AuthenticatorOptions } from 'passport-xmpp-bosh'

const MAX_REPLY_BYTES = 64 * 1024
const MAX_RID = 2 ** 32
const NAMESPACE = 'http://jabber.org/protocol/httpbind'

/** The reason why a service cannot be used. */
export interface Fault {
  /** code of the library for the same fault, to look up in docs/troubleshooting.md */
  readonly code: string
  /** what was seen, and what to look at; contains no text that the server wrote */
  readonly text: string
}

export type ProbeOptions = Pick<AuthenticatorOptions, 'domain' | 'tls'>

/**
 * Opens and ends a BOSH session, as a login does before it sends a password. A GET would be cheaper, but servers answer it
 * differently: Openfire with 404. When `signal` aborts, the server has not answered in time. Resolves to `undefined` if the service can be used. Never rejects.
 */
export async function probe(
  service: string,
  { domain, tls }: ProbeOptions,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const send = (body: string) => post(new URL(service), body, { ...tls, signal })
  try {
    const rid = randomInt(1, MAX_RID)
    const { status, text } = await send(creation(rid, domainToASCII(domain)))
    const [head = ''] = /<body\b[^>]*>/.exec(text) ?? []
    if (!head.includes(NAMESPACE)) return notBosh(status)
    if (/\btype=(['"])terminate\1/.test(head)) return terminated(text)
    const [, sid] = /\bsid=(?:'([^'<&]*)'|"([^"<&']*)")/.exec(head) ?? []
    // The session ends anyway after a while, so it does not matter if this fails.
    if (sid !== undefined) await send(end(rid + 1, sid)).catch(() => {})
    return undefined
  } catch (reason) {
    return signal.aborted ? TIMED_OUT : unreachable(reason)
  }
}

// XEP-0124 §7.1, XEP-0206 §3
const creation = (rid: number, domain: string) =>
  `<body xmlns='${NAMESPACE}' xmlns:xmpp='urn:xmpp:xbosh' content='text/xml; charset=utf-8' hold='1' rid='${rid}' to='${domain}' ver='1.6' wait='1' xml:lang='en' xmpp:version='1.0'/>`

// XEP-0124 §13
const end = (rid: number, sid: string) => `<body xmlns='${NAMESPACE}' rid='${rid}' sid='${sid}' type='terminate'/>`

interface Reply {
  readonly status: number
  readonly text: string
}

function post(url: URL, body: string, options: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const headers = { 'Content-Type': 'text/xml; charset=utf-8', 'Content-Length': Buffer.byteLength(body) }
    const asked = send(url, { ...options, method: 'POST', agent: false, headers })
    asked.on('error', reject)
    asked.on('response', response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('error', reject)
      response.on('data', (part: string) => {
        text += part
        if (text.length > MAX_REPLY_BYTES) response.destroy(new Error('the reply is too large'))
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.end(body)
  })
}

const TIMED_OUT: Fault = {
  code: 'ERR_XMPP_TIMEOUT',
  text: 'no answer in time: look for a firewall that drops packets, or a server that hangs',
}

function notBosh(status: number): Fault {
  const code = 'ERR_XMPP_HTTP'
  if (status >= 300 && status < 400) return { code, text: `HTTP ${status}, a redirect: use the URL that it leads to` }
  if (status >= 500) return { code, text: `HTTP ${status}: look at the proxy and at the server behind it` }
  return { code, text: `HTTP ${status} without BOSH: compare the port and the path with those of the server` }
}

// The conditions with which servers refuse a domain at this step: ejabberd with the first, Prosody with the second.
function terminated(text: string): Fault {
  const [condition] = /\b(?:internal-server-error|improper-addressing|host-unknown|host-gone)\b/.exec(text) ?? []
  if (condition !== undefined) {
    return {
      code: 'ERR_XMPP_DOMAIN',
      text: `the server does not serve XMPP_DOMAIN (${condition}): it is the part after the @ of the accounts`,
    }
  }
  return {
    code: 'ERR_XMPP_UNAVAILABLE',
    text: 'the server refuses sessions: it may be overloaded, or may have banned the address of this app',
  }
}

const CONNECT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: check that the server runs, and its host and port',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up at the moment',
  ECONNRESET: 'the connection was cut: the port may speak the other of http and https',
}

function unreachable(reason: unknown): Fault {
  const { code = 'unknown' } = reason as NodeJS.ErrnoException
  if (code.startsWith('HPE_')) {
    return { code: 'ERR_XMPP_HTTP', text: 'the port does not answer in HTTP: use the one of BOSH' }
  }
  if (/^(?:EPROTO|CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)) {
    const text =
      code === 'EPROTO' || code.startsWith('ERR_SSL_')
        ? 'no TLS connection: the port may speak plain http'
        : 'the certificate is not valid for this app: check it, or name its authority in XMPP_CA'
    return { code: 'ERR_XMPP_TLS', text: `${text} (${code})` }
  }
  return { code: 'ERR_XMPP_CONNECT', text: `${CONNECT[code] ?? 'the connection failed'} (${code})` }
}
