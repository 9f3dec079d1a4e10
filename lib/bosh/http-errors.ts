import type { IncomingMessage } from 'node:http'
import { protocolError, XmppBoshError } from '../errors/error'

/** Returns the error for a reply with an unacceptable status or header, and `undefined` for any other reply. */
export function headFault(url: URL, response: IncomingMessage, maxResponseBytes: number): XmppBoshError | undefined {
  const { statusCode = 0 } = response
  if (statusCode !== 200) {
    const hint = statusCode === 404 ? '; is option `service` the BOSH URL?' : ''
    return new XmppBoshError('ERR_XMPP_HTTP', `${url.origin} answered with HTTP status ${statusCode}${hint}`)
  }
  // The raw headers: Node builds the object `headers` only when it is read.
  const { rawHeaders } = response
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const fault = headerFault(url, (rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '', maxResponseBytes)
    if (fault) return fault
  }
  return undefined
}

function headerFault(url: URL, name: string, value: string, maxResponseBytes: number): XmppBoshError | undefined {
  // XEP-0124 §6 allows clients to ignore the Content-Type, but bytes in another encoding would be misread.
  if (name === 'content-type') {
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(value)?.[1]
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
      return protocolError(`${url.origin} answered in an encoding other than UTF-8`)
    }
  }
  if (name === 'content-encoding' && value.toLowerCase() !== 'identity') {
    return protocolError(`${url.origin} answered with a compressed body, which was not requested`)
  }
  if (name === 'content-length' && Number(value) > maxResponseBytes) return tooLarge(url, maxResponseBytes)
  return undefined
}

/** Returns the error for a reply of more than `bytes` bytes. */
export function tooLarge(url: URL, bytes: number): XmppBoshError {
  return new XmppBoshError(
    'ERR_XMPP_TOO_LARGE',
    `${url.origin} answered with more than ${bytes} bytes; see option \`maxResponseBytes\``,
  )
}

const TLS_ERROR =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|PATH_LENGTH_|HOSTNAME_MISMATCH|INVALID_PURPOSE|EPROTO$)/

/** Returns the error for a failed connection: ERR_XMPP_TLS, ERR_XMPP_HTTP or ERR_XMPP_CONNECT, with Node's code. */
export function connectionError(url: URL, cause: NodeJS.ErrnoException): XmppBoshError {
  const { code = '', message } = cause
  // A copy: some of Node's errors carry the bytes that caused them.
  const safeCause = Object.assign(new Error(message), code && { code })
  if (TLS_ERROR.test(code)) {
    return new XmppBoshError(
      'ERR_XMPP_TLS',
      `no trusted TLS connection to ${url.origin} (${code}); see option \`tls\``,
      {
        cause: safeCause,
      },
    )
  }
  if (code.startsWith('HPE_')) {
    return new XmppBoshError('ERR_XMPP_HTTP', `${url.origin} does not answer in HTTP (${code})`, { cause: safeCause })
  }
  return new XmppBoshError('ERR_XMPP_CONNECT', `the connection to ${url.origin} failed (${code || 'closed'})`, {
    cause: safeCause,
  })
}
