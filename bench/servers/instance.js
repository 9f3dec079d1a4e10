import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

export const DOMAIN = 'localhost'
/** Accounts that exist on every server, with the same password. */
export const USERS = Array.from({ length: 50 }, (_, nth) => `user${nth}`)
/** Account with the same password that exists on ejabberd and may not log in. */
export const BLOCKED = 'blocked'
export const PASSWORD = 'a password to measure with'

/** Finds free ports of loopback, all different. */
export async function freePorts(count) {
  const listeners = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  try {
    return await Promise.all(
      listeners.map(async listener => {
        await once(listener, 'listening')
        return listener.address().port
      }),
    )
  } finally {
    for (const listener of listeners) listener.close()
  }
}

/** Runs a script of this repository and returns its output. Its error output becomes the error's message. */
export async function script(path, args, input = '') {
  const running = run(join(root, path), args, { timeout: 90_000 })
  running.child.stdin.end(input)
  try {
    return (await running).stdout.trim()
  } catch (error) {
    throw new Error(`${path}: ${error.stderr?.trim() || error.message}`)
  }
}

/** Returns the version of a Debian package without Debian's own part. */
export async function packageVersion(name, title) {
  const { stdout } = await run('dpkg-query', ['--show', name])
  const version = stdout
    .trim()
    .split('\t')[1]
    .replace(/^[0-9]+:/, '')
  return `${title} ${version.replace(/[-+~].*$/, '')}`
}

/**
 * Starts an ejabberd or a Prosody with its start script, in a temporary directory. The server always ends with this
 * process.
 */
export async function startInstance(server, args) {
  const directory = await mkdtemp(join(tmpdir(), `bench-${server}-`))
  const stop = async () => {
    await script(`${server}/stop`, [directory])
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const start = async () =>
      Number(await script(`${server}/start`, ['--while', String(process.pid), ...args(directory)]))
    return { directory, pid: await start(), stop, halt: () => script(`${server}/stop`, [directory]), start }
  } catch (error) {
    await stop()
    throw error
  }
}
