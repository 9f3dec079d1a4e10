import { randomInt } from 'node:crypto'
import { XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { HOLD, MAX_REPEATED_CREATIONS, WAIT_S } from '../limits'
import { type Signal, throwIfAborted } from '../time/light-signal'
import { XBOSH } from '../xml/namespaces'
import { type Body, readBody, writeBody } from './body'
import type { Connection } from './transport'

const RID_LEAST = 2 ** 31
const RID_MOST = 2 ** 47
const ITEM_NOT_FOUND = 'item-not-found'

/**
 * Requests a session (XEP-0124 §7.1) and returns its first rid and the server's reply, which is not checked yet.
 *
 * ejabberd ends the session of a banned address while it creates it. If it is quick, it answers that there is no such
 * session, in place of the ban; so the session is requested again, up to {@link MAX_REPEATED_CREATIONS} times.
 *
 * @param unsent aborts a request before it is sent, while the server knows nothing of the session
 * @throws {XmppBoshError} ERR_XMPP_POLICY if the server ends every session, and the errors of every request
 */
export async function requestSession(
  connection: Connection,
  {
    domain,
    clientIp,
    wait = WAIT_S,
  }: { readonly domain: Domain; readonly clientIp?: string | undefined; readonly wait?: number | undefined },
  signal: Signal,
  unsent?: Signal,
): Promise<{ rid: number; body: Body }> {
  const options = { signal, unsent, clientIp }
  for (let repeats = 0; repeats <= MAX_REPEATED_CREATIONS; repeats++) {
    if (unsent) throwIfAborted(unsent)
    // XEP-0124 §14.1: the first rid is large and random. Below 2^47, it can grow without reaching 2^53.
    const rid = randomInt(RID_LEAST, RID_MOST)
    const body = readBody(await connection.post(creationBody(rid, domain, wait), options))
    if (!isLost(body)) return { rid, body }
  }
  throw new XmppBoshError(
    'ERR_XMPP_POLICY',
    'the server ended every session while creating it, as ejabberd does with a banned address',
    { condition: ITEM_NOT_FOUND },
  )
}

// XEP-0124 §7.1, XEP-0206 §3. The prefix must be "xmpp": ejabberd recognizes no other.
function creationBody(rid: number, domain: Domain, wait: number): string {
  return writeBody({
    'xmlns:xmpp': XBOSH,
    content: 'text/xml; charset=utf-8',
    hold: String(HOLD),
    rid: String(rid),
    to: domain.wire,
    ver: '1.6',
    wait: String(wait),
    'xml:lang': 'en',
    'xmpp:version': '1.0',
  })
}

// A creation names no session that the server could miss.
function isLost({ type, condition }: Body): boolean {
  return type === 'terminate' && condition === ITEM_NOT_FOUND
}
