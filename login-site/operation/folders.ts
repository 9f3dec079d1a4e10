import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

const above = dirname(__dirname)
// Compiled files are in dist/. Templates and public files stay beside package.json.
const root = existsSync(join(above, 'package.json')) ? above : dirname(above)

export const VIEWS = join(root, 'views')
export const PUBLIC = join(root, 'public')
