import type { IncomingMessage } from 'node:http'
import { XmppBoshError } from '../../errors/error'
import { ERROR_BODY_MS } from '../../limits'
import { systemClock } from '../../time/clock'
import { readBody } from '../body'
import { answersIn, endsSession } from '../checks/end'
import { headerFault } from './errors'
import { statusError } from './statuses'

/** Bounds and context of a reply with a status other than 200. */
export interface OtherStatusOptions {
  readonly url: URL
  readonly maxResponseBytes: number
  readonly isInSession: boolean
}

// A BOSH body, perhaps behind an XML declaration. A page is not parsed.
const BOSH_BODY = /^(?:<\?xml[^>]{0,128}\?>)?\s{0,16}<(?:[\w.-]{1,32}:)?body[\s/>]/

/**
 * Reads a reply with a status other than 200 and calls `done` once: with the body if it is a `<body/>` that ends the
 * session, tells why, and holds nothing else (XEP-0124 §17.1; Tigase sends it with 404 and 405), else with the error for
 * the status. A body that is too long, too slow, cut or encoded does not count, and neither does one with an answer in
 * it, such as `<success/>`, beside the end: the status stands, and no answer is taken from such a reply.
 */
export function readOtherStatus(
  response: IncomingMessage,
  options: OtherStatusOptions,
  done: (outcome: Buffer | XmppBoshError) => void,
): void {
  const { url, maxResponseBytes, isInSession } = options
  const { statusCode: status = 0, rawHeaders } = response
  const chunks: Buffer[] = []
  let received = 0
  let isDone = false
  const finish = (body?: Buffer) => {
    if (isDone) return
    isDone = true
    cancel()
    if (body !== undefined && tellsTheEnd(body)) done(body)
    else done(statusError({ url, status, location: locationIn(rawHeaders), isInSession }))
  }
  const cancel = systemClock.after(ERROR_BODY_MS, () => finish())
  response.on('error', () => finish())
  response.on('close', () => finish())
  if (headerFault(url, rawHeaders, maxResponseBytes)) {
    finish()
    return
  }
  response.on('data', (chunk: Buffer) => {
    received += chunk.length
    if (received > maxResponseBytes) finish()
    else chunks.push(chunk)
  })
  response.on('end', () => finish(Buffer.concat(chunks)))
}

function tellsTheEnd(body: Buffer): boolean {
  if (!BOSH_BODY.test(body.toString('latin1', 0, 512))) return false
  try {
    const read = readBody(body)
    return endsSession(read) && answersIn(read).length === 0
  } catch (error) {
    if (XmppBoshError.is(error)) return false
    throw error
  }
}

function locationIn(rawHeaders: readonly string[]): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'location') return rawHeaders[at + 1]
  }
  return undefined
}
