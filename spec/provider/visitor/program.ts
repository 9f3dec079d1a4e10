import { request } from 'node:https'
import { isIP } from 'node:net'
import { CA } from '../servers/tls'

/** ms */
const DEADLINE_MS = 20_000

/** An answer to a program. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** Sends a request as a program does: without cookies, and without what a browser says. */
export function ask(url: string, fields?: Readonly<Record<string, string>>, headers = {}): Promise<Answer> {
  const { hostname } = new URL(url)
  const body = fields && String(new URLSearchParams(fields))
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && {
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(body),
        }),
        ...headers,
      },
      ca: CA,
      // Otherwise the certificate has to be that of a header `Host`.
      ...(isIP(hostname) === 0 && { servername: hostname }),
      family: 4,
      agent: false,
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    asked.on('error', reject)
    asked.on('response', async answer => {
      let text = ''
      for await (const part of answer.setEncoding('utf8')) text += part
      resolve({ status: answer.statusCode ?? 0, text })
    })
    asked.end(body)
  })
}
