import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * A process of ours that is asked by messages, one answer to each. Its first message says that it is ready.
 *
 * @param {string} file seen from this folder
 */
export async function startChild(file, { args = [], ...options } = {}) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, options)
  const next = async () => {
    const settled = new AbortController()
    const { signal } = settled
    const ended = once(child, 'exit', { signal }).then(([code, killed]) => {
      throw new Error(`${file} ended (${killed ?? code})`)
    })
    try {
      const [message] = await Promise.race([once(child, 'message', { signal }), ended])
      return message
    } finally {
      ended.catch(() => {})
      settled.abort()
    }
  }
  return {
    ready: await next(),
    pid: child.pid,
    ask(message) {
      const answer = next()
      child.send(message)
      return answer
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
