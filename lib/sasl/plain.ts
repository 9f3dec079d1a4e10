import { protocolError } from '../errors/error'
import type { SaslContext, SaslExchange } from './mechanism'

/** Starts PLAIN (RFC 4616): one message. The server does not prove its identity, so the transport has to. */
export function plain({ username, password }: SaslContext): SaslExchange {
  return {
    // RFC 4616 §2: [authzid] NUL authcid NUL passwd. credentials.ts refuses a NUL in either field.
    initial: `\0${username}\0${password.normalize('NFC')}`,
    async challenge() {
      throw protocolError('the server sent a challenge, which PLAIN does not allow')
    },
    async withoutChallenge() {},
    success(payload) {
      if (payload) throw protocolError('the server sent data with success, which PLAIN does not allow')
    },
  }
}
