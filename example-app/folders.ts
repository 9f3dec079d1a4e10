import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

// The compiled file is in dist/, the source beside package.json; the pages are beside package.json in both cases.
const root = existsSync(join(__dirname, 'package.json')) ? __dirname : dirname(__dirname)

export const VIEWS = join(root, 'views')
export const PUBLIC = join(root, 'public')
export const API_DOCS = join(root, 'api-docs')
export const OPENAPI = join(root, 'openapi.yaml')
