import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import type { Certificate } from '../../../fixtures/vectors/certificate'
import type { HomeServer } from './server'

// XMPP between servers (RFC 6120) as far as a server goes that claims to be another one.

const READ_MS = 5_000
/** ms in which a server that refuses a stanza says so */
const REFUSED_MS = 500
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

/** A server that connects to another one and says anything. */
export interface PeerOptions {
  /** It presents this certificate. */
  readonly certificate: Certificate
  /** It says that it is this domain. */
  readonly claims: string
  /** Sent whether its claim was believed or not. */
  readonly stanza: string
}

/** Connects to a server as a peer, claims a domain and sends a stanza. Returns true if the claim was believed. */
export async function claimDomain(server: HomeServer, { certificate, claims, stanza }: PeerOptions): Promise<boolean> {
  const plain = connectPlain(Number(server.serverPort), '127.0.0.1').on('error', () => {})
  const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' from='${claims}' to='${server.domain}' version='1.0'>`
  plain.write(header)
  await heard(plain, /<\/stream:features>/)
  plain.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
  await heard(plain, /<proceed/)
  // The specs look at the certificate of the peer, not at that of the server.
  const secure = connectSecure({ socket: plain, ...certificate, rejectUnauthorized: false, servername: server.domain })
  secure.on('error', () => {})
  try {
    await once(secure, 'secureConnect')
    secure.write(header)
    await heard(secure, /<\/stream:features>|<stream:features\/>|<stream:error>/)
    secure.write(`<auth ${SASL} mechanism='EXTERNAL'>${Buffer.from(claims).toString('base64')}</auth>`)
    const isBelieved = (await heard(secure, /<success|<failure|<stream:error>/)).includes('<success')
    if (isBelieved) {
      secure.write(header)
      await heard(secure, /<\/stream:features>|<stream:features\/>/)
    }
    secure.write(stanza)
    await heard(secure, /<stream:error>/, REFUSED_MS).catch(() => {})
    return isBelieved
  } finally {
    secure.destroy()
    plain.destroy()
  }
}

/** Reads until the pattern is there, or the connection ends. */
function heard(socket: Socket, pattern: RegExp, ms = READ_MS): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const settle = (act: () => void) => {
      clearTimeout(timer)
      socket.off('data', read).off('close', ended)
      act()
    }
    const read = (chunk: Buffer) => {
      text += chunk.toString()
      if (pattern.test(text)) settle(() => resolve(text))
    }
    const ended = () => settle(() => resolve(text))
    const timer = setTimeout(() => settle(() => reject(new Error(`${pattern} was not heard: ${text}`))), ms)
    socket.on('data', read).on('close', ended)
    if (socket.destroyed) ended()
  })
}
