import { basename, dirname } from 'node:path'
import { type RequestHandler, Router } from 'express'
import helmet from 'helmet'
import { API_DOCS, OPENAPI } from '../operation/folders'

const SWAGGER_UI = dirname(require.resolve('swagger-ui-dist/package.json'))

// The one page with scripts, all of them files of this site; in the style sheet of Swagger UI are pictures.
const policy: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
})

/** The description of the API, and a page to try it on. */
export function docsUi(): Router {
  const router = Router()
  router.get('/openapi.yaml', file(dirname(OPENAPI), basename(OPENAPI), 'application/yaml'))
  router.get('/docs', policy, file(API_DOCS, 'index.html'))
  for (const name of ['init.js', 'style.css']) router.get(`/docs/${name}`, file(API_DOCS, name))
  // These two, not the folder: there are more pages in it.
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) router.get(`/docs/${name}`, file(SWAGGER_UI, name))
  return router
}

// By its folder: with a whole path, a dot in front of any folder's name would hide the file.
function file(root: string, name: string, type?: string): RequestHandler {
  return (_req, res) => res.sendFile(name, { root, ...(type && { headers: { 'Content-Type': type } }) })
}
