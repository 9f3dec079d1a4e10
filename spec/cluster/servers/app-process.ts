import { resolve } from 'node:path'
import { type Child, startChild } from './child'

const server = resolve(__dirname, '../../../example-app/dist/server.js')

export interface AppProcess extends Pick<Child, 'runs' | 'kill' | 'said' | 'signal'> {
  readonly port: number
  readonly url: string
  /** Starts it again after `kill`. */
  start(): Promise<void>
}

/** Starts the example app in a process of its own, as in production. */
export function startApp(port: number, env: Readonly<Record<string, string>>): Promise<AppProcess> {
  return startOnSite(process.execPath, server, port, env)
}

/** Starts an app on the login site in a process of its own, as in production. @param node path of the Node.js that runs it */
export async function startOnSite(
  node: string,
  script: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const launch = () =>
    startChild({
      path: node,
      args: [script],
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
