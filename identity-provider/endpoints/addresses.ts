import type { IncomingMessage } from 'node:http'
import type { Issuer } from './issuer'

/** Part of a Koa app: the object that all its requests inherit from. */
export interface RequestsOf {
  readonly request: object
}

/**
 * Makes all addresses that the provider writes begin with its issuer's origin. Koa takes them from `Host`, from the request line
 * and from `X-Forwarded-*`, which a visitor may choose; whether the connection is secure is a part of them.
 */
export function useOriginOf({ origin }: Issuer, { request }: RequestsOf): void {
  const { host, hostname, protocol } = new URL(origin)
  const fixed = (value: unknown) => ({ get: () => value, configurable: true })
  Object.defineProperties(request, {
    host: fixed(host),
    hostname: fixed(hostname),
    protocol: fixed(protocol.slice(0, -1)),
    secure: fixed(protocol === 'https:'),
    origin: fixed(origin),
    href: {
      get(this: { readonly req: IncomingMessage & { originalUrl?: string } }) {
        return origin + pathOf(this.req.originalUrl ?? this.req.url ?? '/')
      },
      configurable: true,
    },
  })
}

/** Returns path and query of a request line, which may be a whole URL (RFC 9112 §3.2.2). */
export function pathOf(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^\w+:\/\/[^/]*/, '')
}
