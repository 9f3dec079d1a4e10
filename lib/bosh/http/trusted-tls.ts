import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { XmppBoshError } from '../../errors/error'
import { addressOf } from '../http-errors'

const VERSIONS: readonly unknown[] = ['TLSv1.2', 'TLSv1.3']
// Cipher suites without encryption, or without a certificate.
const OPEN_CIPHER = /NULL|ADH|AECDH|anon/i

/**
 * Returns the error for a connection to an https: URL that is not TLS 1.2 or later with a verified certificate, and
 * `undefined` for a good one. An `agent` of the app makes connections as it likes: its options show only a part of it.
 *
 * @param socket connected, with its TLS handshake done
 */
export function untrustedTls(url: URL, socket: Socket): XmppBoshError | undefined {
  const { encrypted, authorized, getProtocol, getCipher } = socket as Partial<TLSSocket>
  const fault = () => {
    if (encrypted !== true) return 'makes connections without TLS'
    if (authorized !== true) return 'does not verify the certificate'
    if (!VERSIONS.includes(getProtocol?.call(socket))) return 'speaks TLS 1.1 or older'
    return OPEN_CIPHER.test(getCipher?.call(socket)?.name ?? '') ? 'speaks TLS without encryption' : undefined
  }
  const found = fault()
  return found && new XmppBoshError('ERR_XMPP_TLS', `option \`agent\` ${found} to ${addressOf(url)}`)
}
