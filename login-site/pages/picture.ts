import { Router } from 'express'
import helmet from 'helmet'
import { type Cards, PICTURE_TYPES } from '../stores/cards/cards'
import { notFound } from './error-page'

const PATH = '/account/picture'

/**
 * Serves the picture of the signed-in visitor, to that visitor alone. It comes from a vCard. A browser that opens its address
 * gets a file to save, which could do nothing even as a document.
 */
export function picture(cards: Pick<Cards, 'picture'>): Router {
  const router = Router()
  router.get(PATH, async (req, res, next) => {
    const found = req.user && (await cards.picture(req.sessionID))
    if (!found) return void notFound(req, res, next)
    nothingElse(req, res, () => undefined)
    res
      .set({
        'Content-Type': found.type,
        'Content-Disposition': `attachment; filename="picture.${PICTURE_TYPES[found.type]}"`,
        'Cache-Control': 'private, no-store',
      })
      .send(found.bytes)
  })
  return router
}

const nothingElse = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], sandbox: [], frameAncestors: ["'none'"] },
})
