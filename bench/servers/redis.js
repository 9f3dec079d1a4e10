import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { freePorts } from './instance.js'

const run = promisify(execFile)
const START_MS = 10_000

/** Starts Debian's Redis on loopback. It keeps its data in memory alone, and ends with this process. */
export async function startRedis() {
  const [port] = await freePorts(1)
  const options = ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no']
  const redis = spawn('redis-server', [...options, '--databases', '4'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = () => redis.kill('SIGKILL')
  process.on('exit', kill)
  const deadline = AbortSignal.timeout(START_MS)
  let said = ''
  while (!said.includes('Ready to accept connections')) {
    const [part] = await once(redis.stdout, 'data', { signal: deadline })
    said += part
  }
  redis.stdout.resume()
  const { stdout } = await run('redis-server', ['--version'])
  return {
    version: `Redis ${/v=([0-9.]+)/.exec(stdout)?.[1]}`,
    pid: redis.pid,
    /** @param {number} database each has its own entries */
    url: database => `redis://127.0.0.1:${port}/${database}`,
    async stop() {
      process.off('exit', kill)
      if (redis.exitCode !== null || redis.signalCode !== null) return
      const ended = once(redis, 'exit')
      redis.kill()
      await ended
    },
  }
}
