import { join, resolve } from 'node:path'
import type { AppProcess } from '../../servers/app-process'
import { startChild } from '../../servers/child'

const ROOT = resolve(__dirname, '../../../..')
const SERVER = join(ROOT, 'identity-provider/dist/server.js')
const { nodeOrNewer } = require(join(ROOT, 'scripts/node-release.js')) as { nodeOrNewer(least: string): string }

/** Returns the path of a Node.js that the provider runs on. */
export const nodeOfProvider = (): string => nodeOrNewer('22.12')

/** Starts the provider in a process of its own, as in production. */
export async function startProvider(port: number, env: Readonly<Record<string, string>>): Promise<AppProcess> {
  const launch = () =>
    startChild({
      path: nodeOfProvider(),
      args: [SERVER],
      env: { NODE_ENV: 'production', PORT: String(port), ...env },
      ready: /^Listening on /m,
    })
  let child = await launch()
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    runs: () => child.runs(),
    said: () => child.said(),
    signal: signal => child.signal(signal),
    kill: () => child.kill(),
    async start() {
      child = await launch()
    },
  }
}
