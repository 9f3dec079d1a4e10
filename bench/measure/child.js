import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Starts a process that answers each message with one message. Its first message says that it is ready. It ends with its
 * channel.
 *
 * @param {string} file relative to bench/; run by Python if the name ends in .py
 * @param {object} [options]
 * @param {string[]} [options.args]
 * @param {number} [options.patience] ms that an answer may take before the process is killed
 */
export async function startChild(file, { args = [], patience = 120_000 } = {}) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  const command = file.endsWith('.py') ? ['python3', path] : [process.execPath, '--expose-gc', path]
  const child = spawn(command[0], [...command.slice(1), ...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

  async function next() {
    const settled = new AbortController()
    const { signal } = settled
    const ended = once(child, 'exit', { signal }).then(([code, killed]) => {
      throw new Error(`the process ended (${killed ?? code})`)
    })
    ended.catch(() => {})
    const killTimer = setTimeout(() => child.kill('SIGKILL'), patience)
    try {
      const [message] = await Promise.race([once(child, 'message', { signal }), ended])
      return message
    } finally {
      clearTimeout(killTimer)
      settled.abort()
    }
  }

  return {
    ready: await next(),
    pid: child.pid,
    ask(message) {
      if (!child.connected) throw new Error('the process ended')
      const answer = next()
      child.send(message)
      return answer
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      const killTimer = setTimeout(() => child.kill('SIGKILL'), 2_000)
      if (child.connected) child.disconnect()
      await ended
      clearTimeout(killTimer)
    },
  }
}
