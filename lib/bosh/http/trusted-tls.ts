import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { XmppBoshError } from '../../errors/error'
import { addressOf } from './errors'

const VERSIONS: readonly unknown[] = ['TLSv1.2', 'TLSv1.3']
// Cipher suites without encryption, or without a certificate.
const OPEN_CIPHER = /NULL|ADH|AECDH|anon/i

/** Returns true for a socket of TLS, also before its handshake. */
export function isTls(socket: Socket): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true
}

/** Returns true until the socket is connected and, with TLS, its handshake is done. */
export function isConnecting(socket: Socket): boolean {
  // A tunnel through a proxy is connected before the handshake begins.
  return socket.connecting || (socket as { secureConnecting?: boolean }).secureConnecting === true
}

/** Returns the error for an agent that would send to an https: URL in clear text. */
export function withoutTls(url: URL): XmppBoshError {
  return fault(url, 'makes connections without TLS')
}

/**
 * Returns the error for a connection to an https: URL that is not TLS 1.2 or later with a verified certificate, and
 * `undefined` for a good one. An `agent` of the app makes connections as it likes: its options show only a part of it.
 *
 * @param socket connected, with its TLS handshake done
 */
export function untrustedTls(url: URL, socket: Socket): XmppBoshError | undefined {
  const { authorized, getProtocol, getCipher } = socket as Partial<TLSSocket>
  if (authorized !== true) return fault(url, 'does not verify the certificate')
  if (!VERSIONS.includes(getProtocol?.call(socket))) return fault(url, 'speaks TLS 1.1 or older')
  const isOpen = OPEN_CIPHER.test(getCipher?.call(socket)?.name ?? '')
  return isOpen ? fault(url, 'speaks TLS without encryption') : undefined
}

function fault(url: URL, what: string): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_TLS', `option \`agent\` ${what} to ${addressOf(url)}`)
}
