import { createHash } from 'node:crypto'
import { BIND, CLIENT, DIGESTS, HTTPBIND, hmac, SASL, STREAMS, salted } from '../fixtures/right-server'
import { bySaxes, type Tree } from '../fixtures/saxes'

/** One request, and the reply to it as far as it arrived. */
export interface Exchange {
  readonly request: string
  reply: Buffer | undefined
}

/** The settings and the password of a login. */
export interface Attempt {
  readonly mechanism: string
  readonly password: string
  readonly bind: boolean
  readonly minIterations: number
  readonly maxIterations: number
}

/**
 * Names the missing part of the proof, or returns `undefined` when the proof is complete. Judges by the bytes on the
 * wire, with a parser and a SCRAM of its own.
 */
export function missingProof(exchanges: readonly Exchange[], attempt: Attempt): string | undefined {
  const requests: Tree[] = []
  const replies: Tree[] = []
  for (const { request, reply } of exchanges) {
    const asked = bySaxes(request)
    if (asked.attributes['type'] === 'terminate') break
    requests.push(asked)
    if (reply === undefined) return 'a reply that never came'
    try {
      replies.push(bySaxes(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(reply)))
    } catch {
      return 'a reply that is XML'
    }
  }
  // A session that the server lost while creating it is created anew: that is a dialogue of its own.
  while (replies.length > 1 && replies[0]?.attributes['condition'] === 'item-not-found') {
    requests.shift()
    replies.shift()
  }
  passOverRepeats(replies, requests)
  const spoilt = replies.find(
    (reply, n) =>
      reply.namespace !== HTTPBIND ||
      reply.name !== 'body' ||
      reply.children.some(child => child.name === 'failure') ||
      // The last answer may come with the end of the session.
      (n < replies.length - 1 ? endsSession(reply) : ![undefined, 'terminate'].includes(reply.attributes['type'])),
  )
  if (spoilt) return 'a body that says nothing else'

  const auths = requests.flatMap((request, n) => (request.children[0]?.name === 'auth' ? [n] : []))
  const [auth = 0] = auths
  if (auths.length !== 1) return 'exactly one <auth/>'
  if (requests[auth]?.children[0]?.attributes['mechanism'] !== attempt.mechanism) return 'the mechanism'
  const saidLater = replies.slice(auth)
  const success = saidLater.findIndex(({ children }) => children.some(child => isSasl(child, 'success')))
  if (success < 0) return 'a success in answer to <auth/>'
  if (saidLater[success]?.children.filter(child => !isStreamError(child)).length !== 1)
    return 'a success that stands alone'
  const inSasl = saidLater
    .slice(0, success + 1)
    .flatMap(({ children }) => children.filter(child => !isStreamError(child)))
  if (inSasl.some(({ children }) => children.length > 0)) return 'SASL elements that hold nothing but text'
  const digest = DIGESTS[attempt.mechanism]
  if (digest !== undefined) {
    const asked = requests.slice(auth).flatMap(({ children }) => children)
    const missing = missingSignature(digest, attempt, asked, inSasl)
    if (missing) return missing
  }
  return attempt.bind ? missingBind(requests, replies, auth + success) : undefined
}

/** Removes what equals an answer of an earlier reply to the letter: each answer may come again once. */
function passOverRepeats(replies: Tree[], requests: readonly Tree[]): void {
  const seen: Tree[] = []
  const takeSeen = (isIt: (answer: Tree) => boolean): boolean => {
    const at = seen.findIndex(isIt)
    if (at >= 0) seen.splice(at, 1)
    return at >= 0
  }
  for (const [n, reply] of replies.entries()) {
    // The stream that a restart opens may offer the same: those features are an answer.
    if (isRestart(requests[n])) takeSeen(({ name }) => name === 'features')
    const children = reply.children.filter(child => {
      const written = JSON.stringify(child)
      return !takeSeen(answer => JSON.stringify(answer) === written)
    })
    seen.push(...children.filter(({ name }) => ['challenge', 'success', 'features'].includes(name)))
    replies[n] = { ...reply, children }
  }
}

function isRestart(request: Tree | undefined): boolean {
  return request?.attributes['{urn:xmpp:xbosh}restart'] === 'true'
}

/** Tells if a reply ends its session, so that no other can follow. */
function endsSession({ attributes, children }: Tree): boolean {
  return attributes['type'] !== undefined || children.some(isStreamError)
}

function isStreamError({ namespace, name }: Tree): boolean {
  return namespace === STREAMS && name === 'error'
}

// RFC 5802 §3, §5, §7
function missingSignature(
  digest: string,
  { password, minIterations, maxIterations }: Attempt,
  asked: readonly Tree[],
  said: readonly Tree[],
): string | undefined {
  const [clientFirst = '', clientFinal = ''] = asked.map(({ text }) => Buffer.from(text, 'base64').toString())
  const messages = said.filter(({ text }) => text.trim() !== '').map(decoded)
  const [serverFirst = ''] = messages
  const [, nonce = '', salt = '', count = ''] = /^r=([^,]*),s=([^,]*),i=([1-9][0-9]*)(?:,|$)/.exec(serverFirst) ?? []
  const ours = /r=(.*)$/.exec(clientFirst)?.[1] ?? ''
  if (ours === '' || !nonce.startsWith(ours) || nonce.length === ours.length) return 'a nonce that extends ours'
  const iterations = Number(count)
  if (!(iterations >= minIterations && iterations <= maxIterations)) return 'iterations within the bounds'
  const authMessage = `${clientFirst.slice('n,,'.length)},${serverFirst},${clientFinal.replace(/,p=.*/s, '')}`
  const key = salted(digest, password, Buffer.from(salt, 'base64'), iterations)
  const signature = hmac(digest, hmac(digest, key, 'Server Key'), authMessage).toString('base64')
  if (!messages.slice(1).some(message => message.split(',')[0] === `v=${signature}`)) return 'the server signature'
  const hash = /,h=([^,]*)/.exec(serverFirst)?.[1]
  return hash === undefined || hash === hashOfOffer(digest) ? undefined : 'the offer the server made'
}

function hashOfOffer(digest: string): string {
  const offered = ['PLAIN', ...Object.keys(DIGESTS)].sort().join('\x1e')
  return createHash(digest).update(offered).digest('base64')
}

function missingBind(requests: readonly Tree[], replies: readonly Tree[], success: number): string | undefined {
  const bind = requests.findIndex(({ children: [child] }) => child?.name === 'iq')
  const restart = requests.findIndex(isRestart)
  if (!(success < restart && restart < bind)) return 'restart and bind after success'
  const id = requests[bind]?.children[0]?.attributes['id']
  // Up to the next request that asks for something.
  const after = requests.findIndex(({ children }, n) => n > bind && children.length > 0)
  const results = replies
    .slice(bind, after < 0 ? replies.length : after)
    .flatMap(({ children }) => children)
    .filter(({ namespace, name, attributes }) => {
      const isStanza = namespace === CLIENT || namespace === HTTPBIND
      // A result from another sender is not an answer (RFC 6120 §8.1.2.1).
      const isServers = [undefined, 'localhost', 'user1@localhost'].includes(
        attributes['from']?.normalize('NFKC').toLowerCase(),
      )
      return isStanza && isServers && name === 'iq' && attributes['id'] === id && attributes['type'] === 'result'
    })
  const jids = results
    .flatMap(({ children }) => children.filter(child => child.namespace === BIND && child.name === 'bind'))
    .flatMap(({ children }) => children.filter(child => child.namespace === BIND && child.name === 'jid'))
  if (results.length !== 1 || jids.length !== 1) return 'one bound JID'
  if (jids[0]?.children.length !== 0) return 'a JID that is nothing but text'
  // Another spelling of the account is the account: all of ASCII, since this server's name is.
  return /^user1@localhost\.?\/./s.test((jids[0]?.text ?? '').normalize('NFKC').toLowerCase())
    ? undefined
    : 'the JID that was asked for'
}

function isSasl({ namespace, name }: Tree, expected: string): boolean {
  return namespace === SASL && name === expected
}

function decoded({ text }: Tree): string {
  return Buffer.from(text.replace(/\s/g, ''), 'base64').toString()
}
