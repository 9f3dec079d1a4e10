import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

// Compiled files are in dist/. Templates and files that are served stay beside package.json.
const root = existsSync(join(__dirname, 'package.json')) ? __dirname : dirname(__dirname)

export const VIEWS = join(root, 'views')
export const API_DOCS = join(root, 'api-docs')
export const OPENAPI = join(root, 'openapi.yaml')
