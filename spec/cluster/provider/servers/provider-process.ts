import { join, resolve } from 'node:path'
import { type AppProcess, startOnSite } from '../../servers/app-process'

const ROOT = resolve(__dirname, '../../../..')
const SERVER = join(ROOT, 'identity-provider/dist/server.js')
const { nodeOrNewer } = require(join(ROOT, 'scripts/node-release.js')) as { nodeOrNewer(least: string): string }

/** Returns the path of a Node.js that the provider runs on. */
export const nodeOfProvider = (): string => nodeOrNewer('22.12')

/** Starts the provider in a process of its own, as in production. */
export function startProvider(port: number, env: Readonly<Record<string, string>>): Promise<AppProcess> {
  return startOnSite(nodeOfProvider(), SERVER, port, env)
}
