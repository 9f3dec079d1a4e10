import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { bySaxes, type Tree } from '../fixtures/saxes'

/*
 * A server that answers rightly, in texts, so that a fuzzer can spoil them. Independent of the library: another parser,
 * another SCRAM.
 */

export const HTTPBIND = 'http://jabber.org/protocol/httpbind'
export const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
export const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
export const STREAMS = 'http://etherx.jabber.org/streams'
export const CLIENT = 'jabber:client'

export const DIGESTS: Readonly<Record<string, 'sha1' | 'sha256' | 'sha512'>> = {
  'SCRAM-SHA-1': 'sha1',
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
}
export const OFFER = ['PLAIN', ...Object.keys(DIGESTS)]
/** So few that thousands of dialogues take no time; the bounds are tried in spec/sasl/scram.spec.ts. */
export const ITERATIONS = 2
const SALT = Buffer.from('salt')

const keys = new Map<string, Buffer>()
/** RFC 5802 §3, SaltedPassword */
export function salted(digest: string, password: string, salt: Buffer, iterations: number): Buffer {
  const name = `${digest} ${password} ${salt.toString('hex')} ${iterations}`
  const key = keys.get(name) ?? pbkdf2Sync(password, salt, iterations, createHash(digest).digest().length, digest)
  if (keys.size < 1000) keys.set(name, key)
  return key
}

export const base64 = (text: string) => Buffer.from(text).toString('base64')
export const hmac = (digest: string, key: Buffer, text: string) => createHmac(digest, key).update(text).digest()

/** What the account is, and whether the server says yes to whoever comes. */
export interface Habits {
  readonly password: string
  readonly lies: boolean
}

/** A reply in parts; `message` is the SASL message inside, decoded. */
export interface RightReply {
  readonly attributes: string
  readonly payload: string
  readonly message?: string
}

export class RightServer {
  readonly sid = randomBytes(8).toString('hex')
  readonly #habits: Habits
  #digest: string | undefined
  #clientFirst = ''
  #serverFirst = ''

  constructor(habits: Habits) {
    this.#habits = habits
  }

  /** @param spoil changes the SASL message; the server goes on from what it then said */
  answer(request: string, spoil: (message: string) => string): RightReply {
    const body = bySaxes(request)
    const [child] = body.children
    if (body.attributes['sid'] === undefined) {
      const names = OFFER.map(name => `<mechanism>${name}</mechanism>`).join('')
      const list = `<mechanisms xmlns='${SASL}'>${names}</mechanisms>`
      return {
        attributes: ` sid='${this.sid}' wait='10' hold='1' requests='2' from='localhost'`,
        payload: `<stream:features>${list}</stream:features>`,
      }
    }
    if (body.attributes['{urn:xmpp:xbosh}restart'] === 'true') {
      return { attributes: '', payload: `<stream:features><bind xmlns='${BIND}'/></stream:features>` }
    }
    if (child?.name === 'auth') return this.#auth(child, spoil)
    if (child?.name === 'response') return this.#response(child, spoil)
    if (child?.name === 'iq') {
      const result = `<bind xmlns='${BIND}'><jid>user1@localhost/r</jid></bind>`
      return {
        attributes: '',
        payload: `<iq xmlns='${CLIENT}' type='result' id='${child.attributes['id']}'>${result}</iq>`,
      }
    }
    return { attributes: body.attributes['type'] === 'terminate' ? " type='terminate'" : '', payload: '' }
  }

  #auth(auth: Tree, spoil: (message: string) => string): RightReply {
    const message = Buffer.from(auth.text, 'base64').toString()
    this.#digest = DIGESTS[auth.attributes['mechanism'] ?? '']
    if (this.#digest === undefined) {
      const isRight = message === `\0user1\0${this.#habits.password}`
      return isRight || this.#habits.lies ? said('success', spoil('')) : REFUSED
    }
    this.#clientFirst = message.slice('n,,'.length)
    const nonce = /r=(.*)/.exec(message)?.[1]
    const hash = createHash(this.#digest)
      .update([...OFFER].sort().join('\x1e'))
      .digest('base64')
    this.#serverFirst = spoil(`r=${nonce}more,s=${SALT.toString('base64')},i=${ITERATIONS},h=${hash}`)
    return said('challenge', this.#serverFirst)
  }

  #response(response: Tree, spoil: (message: string) => string): RightReply {
    const digest = this.#digest
    if (digest === undefined || response.text === '') return said('success', '')
    const final = Buffer.from(response.text, 'base64').toString()
    const withoutProof = final.replace(/,p=.*/s, '')
    const authMessage = `${this.#clientFirst},${this.#serverFirst},${withoutProof}`
    // It derives from what it said, as a client does.
    const [, salt = '', count = ''] = /,s=([^,]*),i=([1-9][0-9]{0,4})(?:,|$)/.exec(this.#serverFirst) ?? []
    const key = salted(digest, this.#habits.password, Buffer.from(salt, 'base64'), Number(count) || ITERATIONS)
    const clientKey = hmac(digest, key, 'Client Key')
    const signature = hmac(digest, createHash(digest).update(clientKey).digest(), authMessage)
    const proof = clientKey.map((byte, n) => byte ^ (signature[n] ?? 0))
    const isRight = final === `${withoutProof},p=${Buffer.from(proof).toString('base64')}`
    if (!isRight && !this.#habits.lies) return REFUSED
    return said('success', spoil(`v=${hmac(digest, hmac(digest, key, 'Server Key'), authMessage).toString('base64')}`))
  }
}

const REFUSED: RightReply = { attributes: '', payload: `<failure xmlns='${SASL}'><not-authorized/></failure>` }

function said(name: string, message: string): RightReply {
  return { attributes: '', payload: `<${name} xmlns='${SASL}'>${base64(message)}</${name}>`, message }
}

export function bodyOf({ attributes, payload }: RightReply): string {
  return `<body xmlns='${HTTPBIND}' xmlns:stream='${STREAMS}'${attributes}>${payload}</body>`
}
