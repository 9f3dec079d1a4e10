import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild } from './child'
import { stablePorts } from './ports'

export interface Redis extends Pick<Child, 'kill' | 'signal'> {
  readonly url: string
  /** Starts it again after `kill`, without its data. Does nothing while it runs. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts Debian's Redis on loopback. It keeps its data in memory alone. */
export async function startRedis(): Promise<Redis> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'))
  const [port = 0] = await stablePorts(1)
  const launch = () =>
    startChild({
      path: 'redis-server',
      args: ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', directory, '--save', '', '--appendonly', 'no'],
      ready: /Ready to accept connections/,
    })
  let child = await launch()
  return {
    url: `redis://127.0.0.1:${port}`,
    signal: signal => child.signal(signal),
    kill: () => child.kill(),
    async start() {
      if (!child.runs()) child = await launch()
    },
    async stop() {
      await child.kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
