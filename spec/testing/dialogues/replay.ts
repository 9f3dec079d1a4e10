import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Dialogue, Exchange, Headers } from '../../fixtures/dialogues/dialogue'
import { ScramClient } from './scram'
import { type Shape, shapeOf } from './shape'

/** A reply of the recorded server and the test kit's reply to the same request. */
export interface Pair {
  readonly recorded: Shape
  readonly played: Shape
}

export interface Replay {
  /** Returns the password of a proof that the recorded server accepted. */
  readonly passwordOf: (username: string) => string
  /** Called before each request. */
  readonly before?: (exchange: Exchange) => void
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/**
 * Sends the requests of a recorded dialogue to the server at `url`, and returns the shapes of both sides' replies. Sids and
 * proofs of SCRAM are made anew, and a request is held for one second in place of ten.
 */
export async function replay(url: string, { exchanges }: Dialogue, { passwordOf, before }: Replay): Promise<Pair[]> {
  const sids = new Map<string, string>()
  const pairs: Pair[] = []
  let scram: ScramClient | undefined
  let challenge = ''
  for (const exchange of exchanges) {
    const { request, reply } = exchange
    if (reply.kind !== 'reply') continue
    before?.(exchange)
    let body = request.body.replace(/ wait='[0-9]+'/, " wait='1'")
    for (const [theirs, ours] of sids) body = body.replace(theirs, ours)
    const [, mechanism, first] = /<auth[^>]* mechanism='(SCRAM[^']*)'[^>]*>([^<]*)/.exec(body) ?? []
    if (mechanism !== undefined && first !== undefined) scram = new ScramClient(mechanism, first)
    if (scram && body.includes('<response ')) {
      const isRight = !reply.body.includes('<not-authorized')
      const proof = scram.proof(challenge, isRight ? passwordOf(scram.username) : 'not the password')
      body = body.replace(/(<response [^>]*>)[^<]*/, (_, tag: string) => tag + proof)
    }
    const answer = await post(url, body)
    challenge = /<challenge[^>]*>([^<]*)/.exec(answer.body)?.[1] ?? challenge
    const [theirs, ours] = [sidIn(reply.body), sidIn(answer.body)]
    if (theirs !== undefined && ours !== undefined) sids.set(theirs, ours)
    pairs.push({ recorded: shapeOf(reply), played: shapeOf(answer) })
  }
  return pairs
}

function sidIn(body: string): string | undefined {
  return /<body[^>]* sid=['"]([^'"]+)/.exec(body)?.[1]
}

/** Sends a request over a connection of its own. */
async function post(url: string, body: string): Promise<Answer> {
  const headers = { 'Content-Type': 'text/xml; charset=utf-8', 'Content-Length': Buffer.byteLength(body) }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(url, { method: 'POST', agent: false, headers }, resolve).on('error', reject).end(body)
  })
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  const { rawHeaders, statusCode = 0 } = response
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  )
  return { status: statusCode, headers: pairs, body: Buffer.concat(chunks).toString() }
}
