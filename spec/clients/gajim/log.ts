import type { ChildProcess } from 'node:child_process'

/** The output of a program, stdout and stderr together. */
export interface Log {
  /**
   * Waits until the output contains the pattern, after what an earlier call has found. Rejects after `ms`, or when the
   * program has ended.
   */
  until(pattern: RegExp, ms: number): Promise<void>
}

/** characters of the output that an error repeats */
const SHOWN = 2_000

export function logOf(child: ChildProcess): Log {
  let text = ''
  let ended: string | undefined
  const listeners = new Set<() => void>()
  const wake = () => {
    for (const listener of listeners) listener()
  }
  const hear = (chunk: Buffer) => {
    text += chunk.toString()
    wake()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const end = (reason: string) => {
    ended = reason
    wake()
  }
  child.on('error', error => end(error.message))
  child.on('close', (code, signal) => end(`it ended with ${code ?? signal}`))
  return {
    until: (pattern, ms) =>
      new Promise((resolve, reject) => {
        const settle = (complaint?: string) => {
          clearTimeout(timer)
          listeners.delete(look)
          if (complaint === undefined) resolve()
          else reject(new Error(`${complaint}; its last words: ${text.slice(-SHOWN)}`))
        }
        const look = () => {
          const found = pattern.exec(text)
          if (found) {
            text = text.slice(found.index + found[0].length)
            settle()
          } else if (ended !== undefined) settle(ended)
        }
        const timer = setTimeout(() => settle(`not within ${ms} ms: ${pattern}`), ms)
        listeners.add(look)
        look()
      }),
  }
}
