import { createHash } from 'node:crypto'
import { Router } from 'express'
import helmet from 'helmet'
import { accentStyle } from './accent'
import type { Branding } from './branding'

/** Files that a visitor loads for the look of the site, by the version that their address names. */
export interface BrandFiles {
  readonly logo: { readonly path: string; readonly type: string }
  /** path of the style sheet with the accent; `undefined`: style.css has it */
  readonly style: string | undefined
}

const OWN_LOGO = { path: '/icon.svg', type: 'image/svg+xml' }
/** s. The address changes with the content. */
const A_YEAR_S = 31_536_000
/** s. The address of the icon is the same for every logo. */
const AN_HOUR_S = 3_600

/** Names the files. The base is not part of the paths. */
export function brandFiles({ logo, accent }: Branding): BrandFiles {
  return {
    logo: logo ? { path: `/logo-${versionOf(logo.bytes)}.${logo.ending}`, type: logo.type } : OWN_LOGO,
    style: accent && `/accent-${versionOf(accentStyle(accent))}.css`,
  }
}

/** Serves the logo, the accent, and the icon that browsers request without being told to. */
export function brandRoutes(branding: Branding, files: BrandFiles): Router {
  const { logo, accent, base } = branding
  const router = Router()
  const cached = `public, max-age=${A_YEAR_S}, immutable`
  if (logo) {
    router.get(files.logo.path, alonePolicy, (_req, res) => {
      res.set({ 'Content-Type': logo.type, 'Cache-Control': cached }).send(logo.bytes)
    })
  }
  if (accent && files.style) {
    router.get(files.style, (_req, res) => {
      res.set({ 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': cached }).send(accentStyle(accent))
    })
  }
  router.get('/favicon.ico', (_req, res) => {
    res.set('Cache-Control', `public, max-age=${AN_HOUR_S}`).redirect(302, base + files.logo.path)
  })
  return router
}

// An SVG opened by its address is a document: it may draw itself, and do nothing else.
const alonePolicy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], sandbox: [], frameAncestors: ["'none'"] },
})

/** Returns a part of a file's name that changes with its content. */
function versionOf(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}
