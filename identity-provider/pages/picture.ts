import { Router } from 'express'
import helmet from 'helmet'
import { PICTURE_TYPES } from 'passport-xmpp-bosh-login-site/stores/cards/cards'
import type { PicturePaths } from '../claims/picture-paths'
import type { Profiles } from '../stores/provider-store'

/** path under the provider's */
export const PICTURES = '/picture'
/** s. Its address stays the same when the picture changes. */
const MAX_AGE_S = 5 * 60

/** Serves the pictures of accounts. Their addresses are secret; a request needs nothing else. A browser that opens one gets a file to save. */
export function pictures(paths: PicturePaths, profiles: Pick<Profiles, 'get'>): Router {
  const router = Router()
  router.get(`${PICTURES}/:name`, async (req, res, next) => {
    const accountId = paths.accountOf(req.params.name)
    const { picture } = (accountId !== undefined && (await profiles.get(accountId))) || {}
    if (!picture) return next()
    nothingElse(req, res, () => undefined)
    res
      .set({
        'Content-Type': picture.type,
        'Content-Disposition': `attachment; filename="picture.${PICTURE_TYPES[picture.type]}"`,
        'Cache-Control': `private, max-age=${MAX_AGE_S}`,
        // The pages of clients show it.
        'Cross-Origin-Resource-Policy': 'cross-origin',
      })
      .send(picture.bytes)
  })
  return router
}

const nothingElse = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], sandbox: [], frameAncestors: ["'none'"] },
})
