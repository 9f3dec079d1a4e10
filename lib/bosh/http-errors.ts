import type { IncomingMessage } from 'node:http'
import { protocolError, XmppBoshError } from '../errors/error'

/** What is wrong with the head of a reply, if anything. */
export function headFault(url: URL, response: IncomingMessage, maxResponseBytes: number): XmppBoshError | undefined {
  const { statusCode = 0 } = response
  if (statusCode !== 200) {
    const hint = statusCode === 404 ? '; is option `service` the URL of BOSH?' : ''
    return new XmppBoshError('ERR_XMPP_HTTP', `${url.origin} answered with HTTP status ${statusCode}${hint}`)
  }
  // As they came: node makes an object of all headers only for those who ask for it.
  const { rawHeaders } = response
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const fault = headerFault(url, (rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '', maxResponseBytes)
    if (fault) return fault
  }
  return undefined
}

function headerFault(url: URL, name: string, value: string, maxResponseBytes: number): XmppBoshError | undefined {
  // XEP-0124 §6 lets us ignore the Content-Type, but bytes in another encoding would be read wrongly.
  if (name === 'content-type') {
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(value)?.[1]
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
      return protocolError(`${url.origin} answered in an encoding other than UTF-8`)
    }
  }
  if (name === 'content-encoding' && value.toLowerCase() !== 'identity') {
    return protocolError(`${url.origin} answered compressed, which was not asked for`)
  }
  if (name === 'content-length' && Number(value) > maxResponseBytes) return tooLarge(url, maxResponseBytes)
  return undefined
}

export function tooLarge(url: URL, bytes: number): XmppBoshError {
  return new XmppBoshError(
    'ERR_XMPP_TOO_LARGE',
    `${url.origin} answered with more than ${bytes} bytes; see \`maxResponseBytes\``,
  )
}

const TLS_ERROR =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|PATH_LENGTH_|HOSTNAME_MISMATCH|INVALID_PURPOSE|EPROTO$)/

/** What node says of a connection, for the operator. */
export function connectionError(url: URL, cause: NodeJS.ErrnoException): XmppBoshError {
  const { code = '', message } = cause
  // Copied: some of node's errors carry the bytes they choked on.
  const shown = Object.assign(new Error(message), code && { code })
  if (TLS_ERROR.test(code)) {
    return new XmppBoshError(
      'ERR_XMPP_TLS',
      `no trusted TLS connection to ${url.origin} (${code}); see option \`tls\``,
      {
        cause: shown,
      },
    )
  }
  if (code.startsWith('HPE_')) {
    return new XmppBoshError('ERR_XMPP_HTTP', `${url.origin} does not answer in HTTP (${code})`, { cause: shown })
  }
  return new XmppBoshError('ERR_XMPP_CONNECT', `no connection to ${url.origin} (${code || 'closed'})`, { cause: shown })
}
