import http from 'node:http'
import https from 'node:https'
import type { Signal } from '../time/light-signal'
import { SESSION_MS } from './limits'
import type { Target } from './target'

/** Parts of a reply's head. */
export interface Head {
  /** header `Server` */
  readonly server: string | undefined
  /** origin that a redirect leads to */
  readonly redirectsTo: string | undefined
}

const NOTHING: Head = { server: undefined, redirectsTo: undefined }

/**
 * Gets the URL as a browser would, and reads the head of the reply alone. It sends no password, follows no redirect and
 * never rejects: without a reply in time, it resolves to nothing.
 */
export function headOf({ url, settings }: Target, signal: Signal): Promise<Head> {
  const { ca, servername } = settings.tls ?? {}
  const tls = {
    ...(ca !== undefined && { ca: ca as string | Buffer }),
    ...(servername !== undefined && { servername }),
  }
  return new Promise(resolve => {
    const { get } = url.protocol === 'https:' ? https : http
    const request = get(url, { agent: false, timeout: SESSION_MS, ...tls })
    const end = (head = NOTHING) => {
      signal.removeEventListener('abort', give)
      resolve(head)
      request.destroy()
    }
    const give = () => end()
    signal.addEventListener('abort', give)
    request.on('timeout', give).on('error', give)
    request.on('response', ({ headers }) => {
      const { location = '' } = headers
      const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined
      const isHttp = target?.protocol === 'http:' || target?.protocol === 'https:'
      const server = headers['server']
      end({
        server: typeof server === 'string' ? server : undefined,
        redirectsTo: location !== '' && isHttp ? target.origin : undefined,
      })
    })
    if (signal.aborted) give()
  })
}
