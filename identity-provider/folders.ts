import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

// Compiled files are in dist/. Templates and public files stay beside package.json.
const root = existsSync(join(__dirname, 'package.json')) ? __dirname : dirname(__dirname)

export const VIEWS = join(root, 'views')
export const PUBLIC = join(root, 'public')

const party = join(root, 'demo', 'relying-party')
/** Folders of the demo's relying party. */
export const PARTY = { views: join(party, 'views'), public: join(party, 'public') } as const
