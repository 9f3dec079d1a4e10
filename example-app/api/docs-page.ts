import { basename, dirname } from 'node:path'
import { type RequestHandler, Router } from 'express'
import helmet from 'helmet'
import { API_DOCS, OPENAPI } from '../folders'

const SWAGGER_UI = dirname(require.resolve('swagger-ui-dist/package.json'))

// All scripts are files of this site. The style sheet of Swagger UI contains inline pictures.
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

/** Serves the description of the API, and a page to try it on. */
export function docsPage(): Router {
  const router = Router()
  router.get('/openapi.yaml', file(dirname(OPENAPI), basename(OPENAPI), 'application/yaml'))
  router.get('/docs', policy, (_req, res) => res.vary('Accept-Language').render('docs'))
  for (const name of ['init.js', 'style.css']) router.get(`/docs/${name}`, file(API_DOCS, name))
  // These two files, not their folder, which contains other pages.
  for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) router.get(`/docs/${name}`, file(SWAGGER_UI, name))
  return router
}

// Sent relative to its folder: in an absolute path, a folder whose name begins with a dot would hide the file.
function file(root: string, name: string, type?: string): RequestHandler {
  return (_req, res) => res.sendFile(name, { root, ...(type && { headers: { 'Content-Type': type } }) })
}
