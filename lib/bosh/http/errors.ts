import { isIP } from 'node:net'
import { protocolError, XmppBoshError } from '../../errors/error'

/** Returns origin and path of a URL, as messages name it: its query and its credentials may be secrets. */
export function addressOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`
}

/** Returns the error for a reply with an unacceptable header, and `undefined` for any other reply. */
export function headerFault(
  url: URL,
  rawHeaders: readonly string[],
  maxResponseBytes: number,
): XmppBoshError | undefined {
  // The raw headers: Node builds the object `headers` only when it is read.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const fault = faultIn(url, (rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '', maxResponseBytes)
    if (fault) return fault
  }
  return undefined
}

function faultIn(url: URL, name: string, value: string, maxResponseBytes: number): XmppBoshError | undefined {
  // XEP-0124 §6 allows clients to ignore the Content-Type, but bytes in another encoding would be misread.
  if (name === 'content-type') {
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(value)?.[1]
    // MongooseIM writes "utf8".
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
      return protocolError(`${addressOf(url)} answered in an encoding other than UTF-8`)
    }
  }
  if (name === 'content-encoding' && value.toLowerCase() !== 'identity') {
    return protocolError(`${addressOf(url)} answered with a compressed body, which was not requested`)
  }
  if (name === 'content-length' && Number(value) > maxResponseBytes) return tooLarge(url, maxResponseBytes)
  return undefined
}

/** Returns the error for a reply of more than `bytes` bytes. */
export function tooLarge(url: URL, bytes: number): XmppBoshError {
  return new XmppBoshError(
    'ERR_XMPP_TOO_LARGE',
    `${addressOf(url)} answered with more than ${bytes} bytes; see option \`maxResponseBytes\``,
  )
}

const TLS_ERROR =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|PATH_LENGTH_|HOSTNAME_MISMATCH|INVALID_PURPOSE|EPROTO$)/
// Names that OpenSSL gives to bytes that are not TLS, as in codes and as in messages.
const NOT_TLS = /wrong.version.number|http.request|packet.length.too.long|unknown.protocol|record.layer.failure/i
// Node's message for a connection that ends within the handshake.
const CUT_HANDSHAKE = /before secure TLS connection/

/**
 * Returns the error for a failed connection: ERR_XMPP_TLS, ERR_XMPP_HTTP or ERR_XMPP_CONNECT, with Node's code.
 *
 * @param isInSession the server has spoken BOSH at this URL already, so neither scheme nor port can be wrong
 */
export function connectionError(url: URL, cause: NodeJS.ErrnoException, isInSession = false): XmppBoshError {
  const { message = '' } = cause
  const code = codeOf(cause)
  const details = { cause: safeCause(cause, code) }
  const address = addressOf(url)
  const isPlain = url.protocol === 'http:'
  if (TLS_ERROR.test(code)) {
    const text = NOT_TLS.test(`${code} ${message}`)
      ? `${address} does not answer in TLS (${code}); does this port speak http:? See option \`service\``
      : `no trusted TLS connection to ${address} (${code}); see option \`tls\``
    return new XmppBoshError('ERR_XMPP_TLS', text, details)
  }
  if (code.startsWith('HPE_')) {
    const isElsewhere = isPlain && !isInSession
    const hint = isElsewhere
      ? '; does this port speak https:, or the protocol of XMPP clients? See option `service`'
      : ''
    return new XmppBoshError('ERR_XMPP_HTTP', `${address} does not answer in HTTP (${code})${hint}`, details)
  }
  const isCut = ['', 'ECONNRESET', 'EPIPE'].includes(code)
  let hint = ''
  if (isCut && !isInSession) {
    if (isPlain) hint = '; if this port speaks https:, correct option `service`'
    else if (CUT_HANDSHAKE.test(message)) hint = ' before TLS was agreed on; does this port speak http:?'
  }
  return new XmppBoshError(
    'ERR_XMPP_CONNECT',
    `the connection to ${address} failed (${code || 'closed'})${hint}`,
    details,
  )
}

function codeOf({ code }: { code?: unknown }): string {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : ''
}

/**
 * Returns an error that says what Node's error says, in words of this process alone: the messages of Node repeat names
 * from the certificate, and some errors carry the bytes that caused them. Agents put text of proxies there.
 */
function safeCause(cause: NodeJS.ErrnoException, code: string): Error {
  const { syscall, address, port } = cause as { syscall?: unknown; address?: unknown; port?: unknown }
  const parts = [
    typeof syscall === 'string' && /^[a-z]{1,32}$/.test(syscall) && syscall,
    code || 'closed',
    typeof address === 'string' && isIP(address) > 0 && (typeof port === 'number' ? `${address}:${port}` : address),
  ]
  return Object.assign(new Error(parts.filter(part => part !== false).join(' ')), code && { code })
}
