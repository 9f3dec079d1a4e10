import type { RequestHandler } from 'express'
import helmet from 'helmet'

const POLICY = {
  defaultSrc: ["'none'"],
  // The files of public/. A page contains no script of its own.
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
}

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
