import type { ClientRequest } from 'node:http'

/**
 * Returns true if the server closed the kept connection before it answered: the connection failed, was used before, and
 * not one byte of a reply arrived. The same bytes are then sent once more on a new connection (XEP-0124 §14.3).
 *
 * Servers and proxies close a kept connection between two requests, so they have not read this one. If a server did read
 * it, a repeat does no harm:
 *
 * - Creation: the server has two sessions (all six servers do so, although the rid is the same). The client does not know
 *   the sid of the first: it was lost with the reply, with a repeat or without. That session holds no credentials, and the
 *   server ends it after its inactivity period (10 s on Tigase, at most 60 s elsewhere).
 * - A later request: the rid tells the server that it is the same. ejabberd, Prosody, MongooseIM and Openfire repeat
 *   their reply. Tigase and Metronome reply with an empty body: the login fails, as without the repeat. None of them
 *   carries out a stanza twice. Tigase restarts a stream twice, and sends its features twice.
 *
 * @param bytesReadBefore bytes the connection had read before this request
 */
export function isStaleSocket({ reusedSocket, socket }: ClientRequest, bytesReadBefore: number): boolean {
  return reusedSocket && socket?.bytesRead === bytesReadBefore
}
