import type { RequestHandler } from 'express'
import helmet from 'helmet'

export function securityHeaders(production: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    // Not for the whole domain: what else is served there is not for this app to decide.
    strictTransportSecurity: production && { includeSubDomains: false },
  })
}
