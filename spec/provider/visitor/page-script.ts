import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { CA } from '../servers/tls'

export interface ScriptAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** ms */
const DEADLINE_MS = 20_000

/** Posts a form as a script in a page of `origin` does, by fetch. */
export function postByScript(
  url: string,
  origin: string,
  fields: Readonly<Record<string, string>>,
): Promise<ScriptAnswer> {
  const body = String(new URLSearchParams(fields))
  const headers = {
    Accept: '*/*',
    Origin: origin,
    'Sec-Fetch-Mode': 'cors',
    'Sec-Fetch-Site': 'cross-site',
    'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8',
    'Content-Length': Buffer.byteLength(body),
  }
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(DEADLINE_MS)
    const asked = request(url, { method: 'POST', headers, ca: CA, family: 4, agent: false, signal })
    asked.on('error', reject)
    asked.on('response', async answer => {
      let text = ''
      for await (const part of answer.setEncoding('utf8')) text += part
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
    })
    asked.end(body)
  })
}
