import type { RequestHandler } from 'express'
import helmet from 'helmet'

const POLICY = {
  defaultSrc: ["'none'"],
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
    // Not for the whole domain: what else is served there is not for this app to decide.
    strictTransportSecurity: production && { includeSubDomains: false },
  })
}

/** For the one page that has a picture inside. */
export const inlinePictures: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { ...POLICY, imgSrc: [...POLICY.imgSrc, 'data:'] },
})
