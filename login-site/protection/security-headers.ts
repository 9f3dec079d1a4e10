import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'

const POLICY = {
  defaultSrc: ["'none'"],
  // The files of public/. A page contains no script of its own.
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  // A browser applies this to every redirect after a form, too.
  formAction: [(_req: IncomingMessage, res: ServerResponse) => targetsOf(res as Response)],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
}

/** Returns the sites to which a form of this page leads: this one, and the `formTarget` that the page sets before its policy. */
function targetsOf({ locals }: Response): string {
  const target: unknown = locals['formTarget']
  return typeof target === 'string' ? `'self' ${target}` : "'self'"
}

/** Sets the policy of a page again, for one that has a `formTarget`. */
export const pagePolicy: RequestHandler = helmet.contentSecurityPolicy({ useDefaults: false, directives: POLICY })

export function securityHeaders(production: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: POLICY },
    xFrameOptions: { action: 'deny' },
    // This host alone: the app does not decide for the other hosts of its domain.
    strictTransportSecurity: production && { includeSubDomains: false },
  })
}

/** Allows the script of a page to ask this site, for the page that waits. */
export const scriptsThatAsk: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { ...POLICY, connectSrc: ["'self'"] },
})

/** Allows inline pictures and those of `hosts`, for the one page that has a captcha. */
export function captchaPictures(hosts: readonly string[]): RequestHandler {
  return helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      ...POLICY,
      imgSrc: [...POLICY.imgSrc, 'data:', ...hosts.map(host => new URL(`https://${host}`).origin)],
    },
  })
}
